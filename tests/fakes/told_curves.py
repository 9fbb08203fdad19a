"""A machine told the curves of many trials that all run at once, and what rules made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.core.commands import Emit
from engine.core.events import (
    AttemptEnded,
    AttemptStarted,
    EngineStarted,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
    VerdictReached,
)
from engine.core.judging import Judge
from engine.core.machine import SweepMachine
from engine.core.model import Complete, Exited, Goal, Report, Running, Trial
from engine.core.peers import Peers
from engine.core.plan import Plan


class ToldCurves:
    """Accuracy to be maximized over 27 epochs, unless told otherwise; slots for everybody.

    `stopped` holds each verdict, by trial. A trial that was stopped is gone at once.
    """

    def __init__(self, *judges: Judge, **plan: Any) -> None:
        settings: dict[str, Any] = {
            "name": "s",
            "metric": "acc",
            "goal": Goal.MAXIMIZE,
            "slots": 1000,
            "budget": 27,
            "budget_parameter": "epochs",
        }
        self.at = 0.0
        self.stopped: dict[int, VerdictReached] = {}
        self.machine = SweepMachine(judges)
        self.plan = Plan(**{**settings, **plan})
        self.tell(SweepCreated, plan=self.plan)
        self.tell(EngineStarted, pid=1, resumed=False)

    @property
    def peers(self) -> Peers:
        return self.machine.state.peers

    def trial(self, number: int) -> Trial:
        return self.machine.state.trials[number]

    def tell(self, kind: Any, **fields: Any) -> None:
        """Let something happen, and whatever the machine makes of it."""
        self.at += 1.0
        for command in self.machine.handle(kind(at=self.at, **fields)):
            if isinstance(command, Emit) and isinstance(command.event, AttemptStarted):
                self.machine.handle(command.event)
            if isinstance(command, Emit) and isinstance(command.event, VerdictReached):
                self._stop(command.event)

    def _stop(self, verdict: VerdictReached) -> None:
        self.machine.handle(verdict)
        if not verdict.advisory:
            self.stopped[verdict.trial] = verdict
            self.end(verdict.trial)

    def begin(self, count: int = 1, *, budget: int | None = -1) -> int:
        """Let new trials run; give the last one's number."""
        for _ in range(count):
            number = self.machine.state.next_number
            self.tell(
                TrialProposed,
                trial=number,
                index=number - 1,
                params={"lr": number / 1000},
                origin="random",
                seed=number,
                budget=self.plan.budget if budget == -1 else budget,
            )
        return self.machine.state.next_number - 1

    def report(self, trial: int, step: int, value: float) -> str | None:
        """Let a trial report; give the sentence of the rule that stops it, if one does."""
        if isinstance(self.trial(trial).state, Running):
            made = (Report(step, self.at, {self.plan.metric: value}),)
            n = self.trial(trial).attempts[-1].n
            self.tell(ReportsArrived, trial=trial, attempt=n, reports=made)
        verdict = self.stopped.get(trial)
        return verdict.sentence if verdict is not None else None

    def end(self, trial: int) -> None:
        n = self.trial(trial).attempts[-1].n
        self.tell(AttemptEnded, trial=trial, attempt=n, exit=Exited(code=0))

    def run(self, curve: Sequence[float], *, budget: int | None = -1) -> int:
        """Let a new trial run through a curve, an epoch each, unless it is stopped on the way."""
        number = self.begin(budget=budget)
        for step, value in enumerate(curve, start=1):
            self.report(number, step, value)
        if isinstance(self.trial(number).state, Running):
            self.end(number)
            assert isinstance(self.trial(number).state, Complete)
        return number

    def restart(self, trial: int) -> None:
        """Let a trial that a person wants back run once more, from wherever it then reports."""
        state = self.machine.state
        n = self.trial(trial).next_attempt
        self.tell(
            AttemptStarted, trial=trial, attempt=n, slot=state.slots.next_free(1)[0], device=""
        )
        self.stopped.pop(trial, None)
