"""Trials whose curves are told to stopping rules point by point, without a sweep around them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.curve import add_point
from engine.core.judging import Judge, Verdict
from engine.core.model import Complete, Goal, Report, Running, Trial
from engine.core.peers import Peers
from engine.core.plan import Plan


class JudgedTrials:
    """Some trials and what rules know of them; accuracy is maximized unless told otherwise."""

    def __init__(
        self, goal: Goal = Goal.MAXIMIZE, metric: str = "acc", budget: int | None = None
    ) -> None:
        self.plan = Plan(name="s", metric=metric, goal=goal, slots=1, budget=budget)
        self.trials: dict[int, Trial] = {}
        self.peers = Peers(self.trials, lambda: self.plan)

    def trial(self, number: int) -> Trial:
        """A trial, which begins to run when first asked for."""
        if number not in self.trials:
            self.trials[number] = Trial(
                number=number,
                params={},
                origin="random",
                seed=number,
                stage="main",
                space_version=1,
                proposed_at=0.0,
                state=Running(attempt=1, slot=0),
            )
        return self.trials[number]

    def report(self, number: int, step: int, value: float, attempt: int = 1) -> Report:
        """Put one point on a trial's curve."""
        trial = self.trial(number)
        trial.reports += 1
        trial.last_step = step
        add_point(trial, attempt, step, value, self.plan.goal)
        self.peers.note(trial, step)
        return Report(step, 0.0, {self.plan.metric: value})

    def complete(self, number: int, values: Sequence[float]) -> Trial:
        """Let a trial run through all its epochs, unjudged."""
        for step, value in enumerate(values, 1):
            self.report(number, step, value)
        self.trial(number).state = Complete(at=0.0)
        self.peers.settle(self.trial(number))
        return self.trial(number)

    def judge(
        self, rule: Judge, values: Sequence[float], number: int = 1, every: int = 1
    ) -> tuple[int, Verdict] | None:
        """Judge a trial after each report; give the epoch of the first verdict, and it."""
        for step, value in enumerate(values, 1):
            report = self.report(number, step * every, value)
            verdict = rule.judge(self.trial(number), report, self.peers)
            if verdict is not None:
                return step * every, verdict
        return None


def stopped_at(
    rule: Judge, values: Sequence[float], goal: Goal = Goal.MAXIMIZE, every: int = 1
) -> int | None:
    """The epoch at which a rule would stop this curve; None where it never would."""
    found = JudgedTrials(goal).judge(rule, values, every=every)
    return found[0] if found else None
