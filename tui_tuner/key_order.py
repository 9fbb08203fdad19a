"""Keys one at a time: over a slow link many come in one packet, and Textual looks at each as it is
read, which lets Enter or Tab overtake what was typed before it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from textual.app import App
from textual.events import Key
from textual.widget import Widget

PATIENCE_S = 1.0
"""How long the screens may take over a key before the next one is looked at all the same."""
_LOOK_S = 0.02
_TURNS = 2
"""A widget tells of a key by a message to itself, which it passes on in its next turn."""

Take = Callable[[Key], Awaitable[None]]


class KeysInOrder:
    """Lets a key through once all that the key before it gave rise to has been done.

    A key that finds none before it is taken at once, so that single keys wait for nothing.
    """

    def __init__(self, app: App[str | None]) -> None:
        self._app = app
        self._waiting: deque[Key] = deque()
        self._went_to: asyncio.Queue[Widget] = asyncio.Queue()
        self._is_busy = False

    async def come(self, key: Key, take: Take) -> None:
        """Take a key with `take`, or keep it until its turn."""
        if self._is_busy:
            self._waiting.append(key)
        else:
            self._is_busy = True
            await self._take(key, take)

    async def run(self, take: Take) -> None:
        """Let keys that wait through, each in its turn; for as long as the app runs."""
        while True:
            target = await self._went_to.get()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._carried_out(target)
            if self._waiting:
                self._app.call_later(self._take, self._waiting.popleft(), take)
            else:
                self._is_busy = False

    async def _take(self, key: Key, take: Take) -> None:
        if not self._app.is_running:
            return
        target = self._app.focused or self._app.screen
        try:
            await take(key)
        finally:
            self._went_to.put_nowait(target)

    async def _carried_out(self, target: Widget) -> None:
        """Follow a key from the inside out, to the app's own bindings, and what those do."""
        await _pass_through(target)
        taken = asyncio.Event()
        if self._app.call_later(taken.set):
            await taken.wait()
        await _pass_through(self._app.focused or self._app.screen)


async def _pass_through(target: Widget) -> None:
    for node in list(target.ancestors_with_self):
        for _ in range(_TURNS):
            if isinstance(node, Widget):
                await _next_turn(node)


async def _next_turn(widget: Widget) -> None:
    """Wait for what a widget has been sent so far; not for one that is being taken down."""
    taken = asyncio.Event()
    if not widget.is_attached or not widget.call_later(taken.set):
        return
    while not taken.is_set() and widget.is_attached:
        with suppress(TimeoutError):
            await asyncio.wait_for(taken.wait(), _LOOK_S)
