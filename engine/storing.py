"""Acts that wait for the disk: people are told, since what they asked for has not happened yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from engine.protocol.messages import WAITS_FOR_DISK
from engine.publisher import Publisher

LOOK_S = 0.5
"""How long an act may take to be stored before the disk is looked at."""


class Storing:
    """Waits until acts are stored, and says which of them a full disk holds up."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._held_up: list[str] = []

    async def stored(self, verb: str) -> None:
        """Wait until all that was recorded so far is stored; `verb` names the act."""
        stored = asyncio.ensure_future(self._publisher.committed())
        try:
            await asyncio.wait({stored}, timeout=LOOK_S)
            while not stored.done() and self._publisher.disk_trouble is None:
                await asyncio.wait({stored}, timeout=LOOK_S)
            if not stored.done():
                with self._told(verb):
                    await stored
        finally:
            stored.cancel()

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        self._held_up.append(verb)
        self._show()
        try:
            yield
        finally:
            self._held_up.remove(verb)
            self._show()

    def _show(self) -> None:
        verbs = ", ".join(self._held_up)
        self._publisher.notice("acts", f"{WAITS_FOR_DISK}: {verbs}" if verbs else None)
