"""Keeps the control files of running attempts as their trials' states say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from engine.control_file import Asked, is_told, write_control
from engine.core.model import Running, Trial
from engine.failpoints import failpoint
from engine.full_disk import DISK_RETRY_S, is_disk_full
from engine.publisher import Publisher

log = logging.getLogger("engine")


class Places(Protocol):
    """Where attempts lie."""

    def attempt_dir(self, trial: int, attempt: int) -> Path:
        """The folder of an attempt."""
        ...


class Telling:
    """Writes one attempt's control file at a time; what is asked meanwhile is written after it."""

    def __init__(self, publisher: Publisher, places: Places) -> None:
        self._publisher = publisher
        self._trials: Mapping[int, Trial] = publisher.journal.machine.state.trials
        self._places = places
        self._under_way: set[tuple[int, int]] = set()

    async def remind(self, number: int, n: int) -> None:
        """Tell an attempt that may not know what was asked of it while it was out of sight."""
        asked = self._asked(number, n)
        started_with = self._trials[number].attempts[-1].budget
        if asked is None:
            return
        is_news = asked.stop or asked.budget != started_with
        if is_news or is_told(self._places.attempt_dir(number, n)):
            await self.tell(number, n)

    async def tell(self, number: int, n: int) -> None:
        """Have an attempt know what is asked of it; returns once its file says so."""
        if (number, n) in self._under_way:
            return
        self._under_way.add((number, n))
        told: Asked | None = None
        try:
            while (asked := self._asked(number, n)) is not None and asked != told:
                await self._write(number, n, asked)
                told = asked
        finally:
            self._under_way.discard((number, n))

    def _asked(self, number: int, n: int) -> Asked | None:
        """What the attempt should know now; None where it has ended."""
        trial = self._trials[number]
        state = trial.state
        if not isinstance(state, Running) or state.attempt != n:
            return None
        return Asked(stop=state.gently, budget=trial.budget)

    async def _write(self, number: int, n: int, asked: Asked) -> None:
        """Write the file, on a full disk as soon as there is space."""
        folder = self._places.attempt_dir(number, n)
        name = self._trials[number].name
        while self._asked(number, n) == asked:
            try:
                await asyncio.to_thread(write_control, folder, asked)
            except OSError as error:
                if not is_disk_full(error):
                    log.warning("%s was not told: %s", name, error)
                    self._publisher.notice("tell", f"{name} was not told: {error}")
                    return
            else:
                failpoint("engine.tell_attempt.after")
                return
            self._publisher.notice("tell", f"the disk is full: {name} waits to be told")
            await asyncio.sleep(DISK_RETRY_S)
            self._publisher.notice("tell", None)
