"""The screen follows the engine at its own pace, and loses nothing."""

from __future__ import annotations

import pytest

from tui_tuner.pace import Pace


class Clock:
    """Time that goes on when told to, with what is due then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due = []
        self.painted = []
        self.pace = Pace(lambda: self.painted.append(self.now), 5, self.later, lambda: self.now)

    def later(self, seconds, call) -> None:
        self.due.append((self.now + seconds, call))

    def go_to(self, now: float) -> None:
        for entry in sorted(self.due, key=lambda entry: entry[0]):
            if entry[0] <= now:
                self.due.remove(entry)
                self.now = entry[0]
                entry[1]()
        self.now = now


def test_the_first_push_is_painted_at_once():
    clock = Clock()
    clock.pace.ask()
    assert clock.painted == [0.0]


def test_a_flood_is_painted_five_times_a_second_its_end_included():
    clock = Clock()
    for hundredth in range(100):
        clock.go_to(hundredth / 100)
        clock.pace.ask()
    clock.go_to(2)
    assert len(clock.painted) == 6
    assert clock.painted[-1] >= 0.99
    assert not clock.due


def test_after_a_rest_nothing_waits():
    clock = Clock()
    clock.pace.ask()
    clock.go_to(0.5)
    clock.pace.ask()
    assert clock.painted == [0.0, 0.5]


def test_what_is_asked_for_right_after_a_key_waits_for_half_a_period():
    clock = Clock()
    clock.pace.give_way()
    clock.pace.ask()
    assert clock.painted == []
    clock.go_to(0.05)
    clock.pace.give_way()
    clock.go_to(0.1)
    clock.go_to(1)
    assert clock.painted == [pytest.approx(0.15)]


def test_keys_that_never_cease_do_not_keep_it_off_for_ever():
    clock = Clock()
    for hundredth in range(200):
        clock.go_to(hundredth / 100)
        clock.pace.give_way()
        clock.pace.ask()
    assert clock.painted == [pytest.approx(1.0)]
