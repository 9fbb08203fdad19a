"""A machine told what happens, second by second; no process, no disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.core.acting import Facts, Prepared
from engine.core.acts import Act, Preview
from engine.core.commands import Command
from engine.core.events import (
    Acted,
    AttemptEnded,
    EngineStarted,
    Event,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
)
from engine.core.judging import Judge
from engine.core.machine import SweepMachine
from engine.core.model import (
    Exit,
    Exited,
    Goal,
    Report,
    Running,
    Trial,
)
from engine.core.plan import Plan
from engine.core.projection import sweep_view
from engine.core.state import SweepState
from engine.core.views import SweepView, TrialView
from engine.journal import Journal
from engine.search.evolution import PopulationBasedTraining
from engine.search.evolution_options import EvolutionOptions
from engine.space.build import build_space
from engine.space.keeper import Keeper, document_of
from engine.stopping.diverged import Diverged
from engine.store.base import Logged
from engine.store.codec import decode_event, decode_metrics, encode_event, encode_metrics

PARAMETERS = {
    "lr": {"min": 1e-4, "max": 1.0, "scale": "log"},
    "width": {"values": [32, 64, 128]},
    "dropout": {"min": 0.0, "max": 0.7},
}
EVOLVER = PopulationBasedTraining(EvolutionOptions())
ANN = "ann@pts/1"


class ToldSweep:
    """Two slots, a budget of 27 epochs and accuracy to be maximized, unless told otherwise.

    `log` holds every event so far, `rows` what viewers were last told of each trial, `commands`
    what the last event has done.
    """

    def __init__(self, *, judges: Sequence[Judge] = (), **plan: Any) -> None:
        settings: dict[str, Any] = {
            "name": "s",
            "metric": "acc",
            "goal": Goal.MAXIMIZE,
            "slots": 2,
            "budget": 27,
            "budget_parameter": "epochs",
        }
        self.at = 0.0
        self.log: list[Logged] = []
        self.rows: dict[str, TrialView] = {}
        self.commands: list[Command] = []
        self.judges = judges
        self._begin()
        space, faults = build_space(PARAMETERS)
        assert not faults
        self.tell(SweepCreated, plan=Plan(**{**settings, **plan}), space=document_of(space))
        self.tell(EngineStarted, pid=1, resumed=False)

    def _begin(self) -> None:
        self.machine = SweepMachine([Diverged(), *self.judges], Keeper(), EVOLVER)
        self.journal = Journal(self.machine, self.view)

    @property
    def state(self) -> SweepState:
        return self.machine.state

    def view(self) -> SweepView:
        return sweep_view(self.state, directory="/s", pid=1)

    def trial(self, number: int) -> Trial:
        return self.state.trials[number]

    def tell(self, kind: type[Event], **fields: Any) -> list[Command]:
        """Let something happen a second later; give what it has done."""
        self.at += 1.0
        return self.record(kind(at=self.at, **fields))

    def record(self, event: Event) -> list[Command]:
        """Let something happen; give what it has done."""
        self.commands = self.journal.record(event)
        batch, _, _ = self.journal.take()
        self.log += batch.events
        self.rows |= {row.id: row for row in batch.trials}
        return self.commands

    def restart(self) -> None:
        """Fold the log, as it would be stored, into another machine."""
        stored = [Logged(seq=e.seq, event=_stored(e.event)) for e in self.log]
        self._begin()
        self.journal.replay(stored)
        self.state.changed.clear()

    def propose(self, count: int = 1, *, budget: int | None = 27, **params: Any) -> None:
        """Let the search make trials; their lr is their number in thousandths."""
        for _ in range(count):
            number = self.state.next_number
            made = {"lr": number / 1000, "width": 64, "dropout": 0.1, **params}
            self.tell(
                TrialProposed,
                trial=number,
                index=self.state.next_index,
                params=made,
                origin="random",
                seed=number,
                stage=self.state.stage.plan.name,
                space_version=self.state.space_version,
                budget=budget,
            )

    def report(self, trial: int, *steps: int, acc: float = 0.5) -> None:
        """Let a trial's newest attempt report these epochs."""
        for step in steps:
            made = (Report(step, self.at, {"acc": acc + step / 1000}),)
            n = self.trial(trial).next_attempt - 1
            self.tell(ReportsArrived, trial=trial, attempt=n, reports=made)

    def end(self, trial: int, ended: Exit | None = None, leftover: tuple[str, ...] = ()) -> None:
        """Let a trial's newest attempt end, well unless told otherwise."""
        n = self.trial(trial).next_attempt - 1
        exit_ = ended or Exited(code=0)
        self.tell(AttemptEnded, trial=trial, attempt=n, exit=exit_, leftover=leftover)

    def prepare(self, act: Act, **facts: Any) -> Prepared:
        """Resolve an act with these facts."""
        return self.machine.prepare(act, Facts(at=self.at, **facts))

    def ask(self, act: Act, **facts: Any) -> Preview:
        """What an act would do; nothing changes."""
        before = self.told()
        seen = self.prepare(act, **facts).preview
        assert self.told() == before
        return seen

    def do(self, act: Act, *, why: str | None = None, request: str = "", **facts: Any) -> Preview:
        """Do an act as an engine does; give its preview."""
        prepared = self.prepare(act, **facts)
        assert prepared.preview.refused is None, prepared.preview.refused
        self.tell(
            Acted,
            request=request or f"r{len(self.log)}",
            who=ANN,
            act=prepared.act,
            why=why,
            sentence=prepared.past,
        )
        return prepared.preview

    def told(self) -> bytes:
        """All that anybody can see of the sweep."""
        trials = [msgspec.to_builtins(t) for t in self.state.trials.values()]
        return msgspec.json.encode((trials, self.view(), self.machine.history.decisions))

    def history(self) -> list[str]:
        """The sentences of the decisions so far."""
        return [d.sentence for d in self.machine.history.decisions]

    def running(self, trial: int) -> Running:
        """The trial's state, which must be running."""
        state = self.trial(trial).state
        assert isinstance(state, Running)
        return state


def _stored(event: Event) -> Event:
    """The event as a replay gets it: reports come from a table of their own."""
    if not isinstance(event, ReportsArrived):
        return decode_event(encode_event(event))
    reports = [
        Report(r.step, r.at, decode_metrics(encode_metrics(r.metrics))) for r in event.reports
    ]
    return msgspec.structs.replace(event, reports=tuple(reports))
