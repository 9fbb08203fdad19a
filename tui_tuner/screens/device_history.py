"""Asks how a device was used before the viewer came: once for each way of looking at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from engine.errors import TunerError
from engine.protocol.messages import DevicePoint, GetDeviceHistory

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp
    from tui_tuner.screens.page import Page

MOVED_S = 0.1
"""How long a cursor must rest on a device before it is asked about."""

_POINTS = 400

Wish = tuple[str, float, int]
"""A device, from when on, and how often the sweep had been told anew when it was asked."""


class DeviceHistory:
    """Keeps what was answered; the screen is told when something came."""

    class Arrived(Message):
        """The history of a device is there."""

    def __init__(self, screen: Page) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._known: dict[Wish, tuple[DevicePoint, ...]] = {}

    def of(self, wish: Wish) -> tuple[DevicePoint, ...]:
        """Give what is known; what is not is asked for in a moment."""
        if wish not in self._known:
            self._ask_soon(wish)
        return self._known.get(wish, ())

    def _ask_soon(self, wish: Wish) -> None:
        self._known[wish] = ()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(MOVED_S, lambda: self._ask(wish))

    def _ask(self, wish: Wish) -> None:
        self._screen.run_worker(
            self._fetch(wish), name="device history", group="device history", exclusive=True
        )

    async def _fetch(self, wish: Wish) -> None:
        app: TunerApp = self._screen.app
        device, since, _ = wish
        question = GetDeviceHistory(id=0, device=device, since=since, points=_POINTS)
        try:
            points: list[DevicePoint] = await app.link.request(question)
        except TunerError:
            return
        self._known[wish] = tuple(points)
        self._screen.post_message(self.Arrived())
