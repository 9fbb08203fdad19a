"""Which zygote runs an attempt: one per interpreter, and a plain one that starts programs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Set
from contextlib import suppress

from msgspec import Struct

from .base import AttemptSpec
from .environment import read_at_start, zygote_environment
from .nursery import Refused, Zygote

_MAX_DEATHS = 3

Key = tuple[str, tuple[str, ...] | None]
_PLAIN: Key = ("", ())


class _Entry(Struct, kw_only=True):
    start: asyncio.Task[Zygote]
    environment: dict[str, str]


class Zygotes:
    """Starts zygotes when they are first needed, and anew when they have died."""

    def __init__(self, base_env: Mapping[str, str]) -> None:
        self._base_env = base_env
        self._entries: dict[Key, _Entry] = {}
        self._deaths: dict[Key, int] = {}

    async def plain(self) -> Zygote:
        """Give the zygote that imports nothing; every command can be started from it.

        Raises Refused.
        """
        python = [sys.executable, "-I", "-S"]
        return await self._get(_PLAIN, python, dict(self._base_env), {})

    async def warm(self, spec: AttemptSpec, env: Mapping[str, str], interpreter: str) -> Zygote:
        """Give the interpreter's zygote, waiting for its imports.

        Raises Refused where it cannot serve this attempt.
        """
        read = read_at_start(env)
        started_with = zygote_environment(env, spec.cwd)
        zygote = await self._get((interpreter, spec.preload), [interpreter], started_with, read)
        environment = self._entries[interpreter, spec.preload].environment
        if other := sorted(dict(read.items() ^ environment.items())):
            raise Refused(f"{', '.join(other)} must be set before the interpreter starts")
        return zygote

    async def close(self, running: Set[int]) -> None:
        """Let every zygote go; those of `running` runners stay until these are gone."""
        for entry in self._entries.values():
            entry.start.cancel()
            with suppress(Refused, asyncio.CancelledError):
                await (await entry.start).close(running)
        self._entries.clear()

    async def _get(
        self, key: Key, python: list[str], started_with: dict[str, str], read: dict[str, str]
    ) -> Zygote:
        entry = self._entries.get(key)
        if entry is None or _has_died(entry) or (key == _PLAIN and _has_failed(entry)):
            if key != _PLAIN and self._deaths.get(key, 0) >= _MAX_DEATHS:
                raise Refused(f"the zygote has died {_MAX_DEATHS} times")
            start = asyncio.create_task(Zygote.start(python, started_with, key[1]))
            self._entries[key] = _Entry(start=start, environment=read)
            if entry is not None and not _has_failed(entry):
                self._deaths[key] = self._deaths.get(key, 0) + 1
                await entry.start.result().close(frozenset())
            return await asyncio.shield(start)
        return await asyncio.shield(entry.start)


def _has_failed(entry: _Entry) -> bool:
    """Whether it never got as far as to serve."""
    start = entry.start
    return start.done() and (start.cancelled() or start.exception() is not None)


def _has_died(entry: _Entry) -> bool:
    return entry.start.done() and not _has_failed(entry) and not entry.start.result().alive
