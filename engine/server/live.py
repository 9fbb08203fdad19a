"""A running engine as a source for sessions."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from engine.core.acting import effective
from engine.core.acts import Act, Decision
from engine.core.model import trial_name
from engine.core.projection import sweep_view
from engine.core.views import DeviceView, SweepView, TrialView
from engine.errors import ActError, NotFoundError
from engine.protocol.messages import ActResult
from engine.publisher import Commit
from engine.runtime import Runtime
from engine.store.base import Point, StoreReader

from .source import Changes, SweepSource

REMEMBERED_ACTS = 1000


class LiveSource(SweepSource):
    """Shows what the runtime has committed, and passes acts on to it."""

    live = True

    def __init__(
        self,
        runtime: Runtime,
        *,
        directory: Path,
        pid: int,
        reader: Callable[[], StoreReader],
        space: list[dict[str, Any]],
        clock: Callable[[], float],
        leave: Callable[[], bool],
    ) -> None:
        self.directory = directory
        self.devices: list[DeviceView] = []
        self._runtime = runtime
        self._publisher = runtime.publisher
        self._pid = pid
        self._reader = reader
        self._space = space
        self._clock = clock
        self._leave = leave
        self._results: OrderedDict[str, ActResult] = OrderedDict()

    @property
    def seq(self) -> int:
        return self._publisher.seq

    def status(self) -> SweepView:
        state = self._runtime.machine.state
        now = self._clock()
        fresh = sweep_view(state, directory=str(self.directory), pid=self._pid, now=now)
        view = self._publisher.sweep or fresh
        return msgspec.structs.replace(
            view,
            elapsed_s=fresh.elapsed_s,
            devices=self._devices_with_trials(),
            warnings=[*self._publisher.notices.values(), *view.warnings],
        )

    def _devices_with_trials(self) -> list[DeviceView]:
        running = self._runtime.machine.state.running
        names = [trial_name(number) for number in running]
        return [msgspec.structs.replace(device, trials=names) for device in self.devices]

    def trials(self) -> list[TrialView]:
        rows = self._publisher.rows
        return [rows[number] for number in sorted(rows)]

    def trial(self, number: int) -> TrialView:
        try:
            return self._publisher.rows[number]
        except KeyError:
            raise NotFoundError(f"no trial {trial_name(number)} in this sweep") from None

    def decisions(self) -> list[Decision]:
        return self._publisher.decisions

    def space(self) -> list[dict[str, Any]]:
        return self._space

    async def series(self, number: int) -> dict[str, list[Point]]:
        return await asyncio.to_thread(self._read_series, number)

    def _read_series(self, number: int) -> dict[str, list[Point]]:
        reader = self._reader()
        try:
            return reader.series(number)
        finally:
            reader.close()

    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, dry_run: bool
    ) -> ActResult:
        if request in self._results:
            return self._results[request]
        machine = self._runtime.machine
        if request in machine.state.requests:
            return ActResult(done=[], skipped=[], sentence="this request was carried out before")
        seen = machine.preview(act)
        if seen.refused is not None:
            raise ActError(seen.refused)
        asked_trials = getattr(act, "trials", None)
        decision = None
        if not dry_run and (asked_trials is None or seen.done):
            decision = len(machine.history.decisions) + 1
        result = ActResult(
            done=list(seen.done),
            skipped=list(seen.skipped),
            decision=decision,
            sentence=seen.sentence,
        )
        if decision is not None:
            self._remember(request, result)
            await self._runtime.act(effective(act, seen), who=who, why=why, request=request)
        return result

    def _remember(self, request: str, result: ActResult) -> None:
        self._results[request] = result
        while len(self._results) > REMEMBERED_ACTS:
            self._results.popitem(last=False)

    def watch(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        def on_commit(commit: Commit) -> None:
            listener(
                Changes(
                    seq=commit.seq, sweep=True, trials=commit.trials, decisions=commit.decisions
                )
            )

        return self._publisher.watch(on_commit)

    def leave(self) -> bool:
        return self._leave()
