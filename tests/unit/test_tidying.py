"""Garbage is looked for after keys and between pushes, never while somebody waits."""

from __future__ import annotations

import gc

import pytest

from tui_tuner.tidying import AFTER_S, LITTLE, OLDER, OLDEST, RESTED_S, Tidying, worth


class Due:
    """A call that is due, unless it is called off."""

    def __init__(self, at, call) -> None:
        self.at = at
        self.call = call

    def stop(self) -> None:
        self.at = float("inf")


class Room:
    """Time that goes on when told to, and the looks for garbage since."""

    def __init__(self, monkeypatch) -> None:
        self.now = 0.0
        self.counts = (LITTLE + 1, 0, 0)
        self.dues: list[Due] = []
        self.looks: list[tuple[float, int]] = []
        self.heard_at = float("-inf")
        self.tidying = Tidying(self.later, lambda: LITTLE, lambda: self.now, lambda: self.heard_at)
        monkeypatch.setattr(gc, "get_count", lambda: self.counts)
        monkeypatch.setattr(gc, "collect", lambda upto: self.looks.append((self.now, upto)))

    def later(self, seconds, call) -> Due:
        self.dues.append(Due(self.now + seconds, call))
        return self.dues[-1]

    def go_to(self, now: float) -> None:
        while (due := min(self.dues, key=lambda due: due.at, default=None)) and due.at <= now:
            self.dues.remove(due)
            self.now = due.at
            due.call()
        self.now = now


@pytest.fixture
def room(monkeypatch) -> Room:
    return Room(monkeypatch)


def test_a_look_comes_after_the_last_of_some_keys(room):
    for tenth in range(10):
        room.go_to(tenth * AFTER_S / 2)
        room.tidying.key()
    room.go_to(10.0)
    assert room.looks == [(9 * AFTER_S / 2 + AFTER_S, 0)]


def test_pushes_bring_none_while_somebody_is_at_the_keys(room):
    room.tidying.key()
    room.go_to(AFTER_S)
    for push in range(1, 5):
        room.go_to(AFTER_S + push * RESTED_S / 5)
        room.tidying.painted()
    assert len(room.looks) == 1
    room.go_to(RESTED_S)
    room.tidying.painted()
    room.go_to(2 * RESTED_S)
    assert len(room.looks) == 2


def test_a_longer_look_waits_until_nobody_is_at_the_keys(room):
    room.counts = (LITTLE + 1, OLDER, 0)
    room.tidying.key()
    room.go_to(10.0)
    assert room.looks == [(AFTER_S, 0), (AFTER_S + RESTED_S, 1)]


def test_where_nothing_happens_nothing_is_looked_for(room):
    room.counts = (LITTLE, 0, 0)
    room.tidying.painted()
    room.go_to(10.0)
    assert not room.looks
    assert not room.dues


def test_what_is_older_is_looked_through_the_more_seldom():
    assert worth((LITTLE, OLDER - 1, OLDEST - 1), LITTLE) is None
    assert worth((0, OLDER, 0), LITTLE) == 1
    assert worth((0, OLDER, OLDEST), LITTLE) == 2


def test_a_key_that_nobody_has_taken_up_yet_puts_a_look_off(room):
    room.tidying.painted()
    room.heard_at = AFTER_S / 2
    room.go_to(10.0)
    assert room.looks == [(2 * AFTER_S, 0)]
