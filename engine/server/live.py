"""A running engine as a source for sessions."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from engine.core.acting import Facts, Prepared
from engine.core.acts import (
    Act,
    AdvanceStage,
    Clone,
    Decision,
    PutBack,
    RepeatStage,
    Undo,
    UseGpus,
)
from engine.core.history import DECIDING
from engine.core.model import trial_name, trial_number
from engine.core.views import DeviceView, SweepView, TrialView
from engine.devices.usage import Usage
from engine.errors import ActError, NotFoundError
from engine.protocol.messages import ActResult, Space, VersionView
from engine.publisher import Commit
from engine.runtime import Runtime
from engine.store.base import StoreReader

from .earlier import Done, find_request, told_again
from .facts import Found, look, questions
from .reading import ReadingSource
from .source import Changes
from .spaces import described, version_views

REMEMBERED_ACTS = 1000


class LiveSource(ReadingSource):
    """Shows what the runtime has committed, and passes acts on to it.

    `devices` gives the devices as last looked at, `usage` what a running attempt uses of its own.
    """

    live = True

    def __init__(
        self,
        runtime: Runtime,
        *,
        directory: Path,
        reader: Callable[[], StoreReader],
        clock: Callable[[], float],
        leave: Callable[[], bool],
    ) -> None:
        self.directory = directory
        self.devices: Callable[[], list[DeviceView]] = list
        self.usage: Callable[[int, int], Usage] = lambda trial, attempt: Usage()
        self._runtime = runtime
        self._publisher = runtime.publisher
        self._reader = reader
        self._clock = clock
        self._leave = leave
        self._results: OrderedDict[str, ActResult] = OrderedDict()

    @property
    def seq(self) -> int:
        return self._publisher.seq

    def status(self) -> SweepView:
        view = self._publisher.sweep or self._publisher.journal.show_sweep()
        return replace(
            view,
            elapsed_s=self._runtime.machine.state.watch.elapsed(self._clock()),
            devices=self._devices_with_trials(),
            warnings=[*self._publisher.notices.values(), *view.warnings],
        )

    def _devices_with_trials(self) -> list[DeviceView]:
        """The devices; those that do not know their trials have all that run on no GPU."""
        state = self._runtime.machine.state
        names = [trial_name(number) for number in state.running if not state.gpus.of(number)]
        return [d if d.uuid is not None else replace(d, trials=names) for d in self.devices()]

    def trials(self) -> list[TrialView]:
        rows = self._publisher.rows
        return [self._with_usage(number, rows[number]) for number in sorted(rows)]

    def trial(self, number: int) -> TrialView:
        try:
            row = self._publisher.rows[number]
        except KeyError:
            raise NotFoundError(f"no trial {trial_name(number)} in this sweep") from None
        return self._with_usage(number, row)

    def _with_usage(self, number: int, row: TrialView) -> TrialView:
        """Add to the row of a trial that runs what it uses of its device now."""
        if row.slot is None:
            return row
        usage = self.usage(number, row.attempt_list[-1].n)
        peak = max(usage.peak_memory or 0, row.peak_memory or 0) or None
        return replace(
            row,
            util=usage.util,
            memory=usage.memory,
            peak_memory=peak,
            cpu_util=usage.cpu_util,
        )

    def decisions(self) -> list[Decision]:
        return self._publisher.decisions

    def space(self, version: int | None = None) -> Space:
        return described(self._runtime.machine.state.versions, version)

    def versions(self) -> list[VersionView]:
        return version_views(self._runtime.machine.state.versions)

    def _open_reader(self) -> StoreReader:
        return self._reader()

    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, dry_run: bool
    ) -> ActResult:
        facts = await self._facts(act)
        if dry_run:
            return _result(self._prepare(act, facts))
        if request in self._results or request in self._runtime.machine.state.requests:
            return await self._earlier(request)
        prepared = self._prepare(act, facts)
        result = _result(prepared)
        if isinstance(prepared.act, PutBack) or (_is_on_trials(act) and not result.done):
            return result
        result = replace(result, decision=self._next_decision, past=prepared.past)
        self._remember(request, result)
        await self._runtime.act(
            prepared.act, who=who, why=why, request=request, sentence=prepared.past
        )
        return result

    def _prepare(self, act: Act, facts: Facts) -> Prepared:
        """Resolve an act; what it gives holds until the next await."""
        if isinstance(act, Clone):
            self.trial(act.trial)
        prepared = self._runtime.machine.prepare(act, facts)
        if prepared.preview.refused is not None:
            raise ActError(prepared.preview.refused)
        return prepared

    @property
    def _next_decision(self) -> int:
        return len(self._runtime.machine.history.decisions) + 1

    async def _facts(self, act: Act) -> Facts:
        """What is known of the act's trials beside the machine's state."""
        asked = questions(self._runtime.machine.state, self._touched(act))
        found = Found()
        if asked.steps:
            found = await asyncio.to_thread(look, self.directory, asked)
        return Facts(at=self._clock(), checkpoints=found.checkpoints, listening=found.listening)

    def _touched(self, act: Act) -> Iterable[int]:
        """The trials whose processes and checkpoints matter to an act."""
        if isinstance(act, Undo | AdvanceStage | RepeatStage | UseGpus):
            tried_on = self._runtime.machine.prepare(act, Facts(at=self._clock()))
            return [trial_number(name) for name in tried_on.preview.done]
        return getattr(act, "trials", ()) if _is_on_trials(act) else ()

    async def _earlier(self, request: str) -> ActResult:
        """What a request came to that was carried out before, perhaps by an earlier engine."""
        await self._publisher.committed()
        result = self._results.get(request)
        if result is None:
            done = await asyncio.to_thread(self._read, partial(_find_request, request))
            result = told_again(done, self._runtime.machine.state.trials.values())
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


def _find_request(request: str, reader: StoreReader) -> Done | None:
    return find_request(reader.events(DECIDING), request)


def _is_on_trials(act: Act) -> bool:
    return isinstance(getattr(act, "trials", None), tuple)


def _result(prepared: Prepared) -> ActResult:
    seen = prepared.preview
    return ActResult(
        done=list(seen.done),
        skipped=list(seen.skipped),
        sentence=seen.sentence,
        details=seen.details,
        epochs=seen.epochs,
        slot_hours=seen.slot_hours,
        space=seen.space,
    )
