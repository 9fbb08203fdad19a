"""Signals that break in on the driver: they come between any two of its steps."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from textual.app import App

from tui_tuner.terminal.driver import ThinDriver


class Interrupted(ThinDriver):
    """A driver that is told to go on, after a stop, in the midst of each write."""

    def __init__(self) -> None:
        super().__init__(App())
        self.done: list[str] = []

    def _thinned(self, data: str) -> str:
        self._sigcont_application()
        self.done.append(data)
        return ""

    def _paint_anew(self) -> None:
        self.done.append("anew")


@pytest.fixture(autouse=True)
def _handlers_as_they_were() -> Iterator[None]:
    had = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    yield
    for number, handler in had.items():
        signal.signal(number, handler)


async def test_what_a_signal_asks_for_waits_until_the_write_is_done():
    driver = Interrupted()
    driver.write("a")
    assert driver.done == ["a", "anew"]


async def test_and_until_the_frame_is():
    driver = Interrupted()
    driver.write("\x1b[?2026h")
    driver.write("half")
    assert driver.done == ["half"]
    driver.write("\x1b[?2026l")
    assert driver.done == ["half", "anew"]
