"""Rungs: bigger and bigger budgets, for fewer and fewer trials.

The promoting form of asynchronous successive halving: Li et al., "A System for Massively Parallel
Hyperparameter Tuning" (MLSys 2020), Algorithm 2. When a slot is free, the rungs are searched from
the top down for a trial among the best 1/reduction of those that have ended there which has not
gone on yet; where there is none, a new configuration begins at the first rung.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from math import floor, inf, isfinite

from msgspec import Struct

from .model import Complete, Failed, Goal, Pruned, Trial
from .peers import Peers
from .plan import RungPlan

Key = tuple[float, int]
"""Ascending from the best: loss, then the trial's number: of equals the earlier one goes on."""

_ROUNDING = 1e-9
"""So that a third of 27 is 9 whatever the reduction's last digit."""


class Promotion(Struct, frozen=True, kw_only=True):
    """A trial's way to the next rung: its index, its budget, and why."""

    trial: int
    rung: int
    budget: int
    sentence: str


class FirstRung(Struct, frozen=True, kw_only=True):
    """The step from which on the ranking of trials tells something, and why. `provisional`: nothing
    is known yet."""

    step: int
    sentence: str
    provisional: bool = False


class Rung:
    """The trials that have ended at one budget. `open` are those that can go on from here."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.keys: list[Key] = []
        self.open: list[Key] = []
        self._by_trial: dict[int, Key] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def put(self, trial: int, loss: float | None) -> None:
        """Enter a trial's loss in place of its former one; None takes it out."""
        before = self._by_trial.pop(trial, None)
        if before is not None:
            del self.keys[bisect_left(self.keys, before)]
        if loss is not None:
            self._by_trial[trial] = (loss, trial)
            insort(self.keys, (loss, trial))

    def offer(self, trial: int) -> None:
        """Let a trial that stands here go on."""
        insort(self.open, self._by_trial[trial])

    def withdraw(self, trial: int) -> None:
        """Let a trial go on from here no longer. Call it before its loss is changed."""
        key = self._by_trial.get(trial)
        at = bisect_left(self.open, key) if key is not None else len(self.open)
        if at < len(self.open) and self.open[at] == key:
            del self.open[at]


class Ladder:
    """All rungs of a sweep; without any where nothing is promoted by itself.

    A trial stands at every rung up to its budget once it is complete there, with its loss at that
    rung's budget; a person's promotion past a rung makes no difference. What a rule or a person
    ended on the way, or turned out infeasible, counts as infinitely bad: it has lost. What failed
    otherwise says nothing of its configuration, and is left out. A trial that a rule ended with
    nothing more to gain stands at every rung, with its last loss, and need not run on.

    New trials begin at the rung `first`, which follows the `FirstRung` that is worked out from
    curves. Those that began lower are promoted as ever, and those that began higher stand at the
    lower rungs too, since their curves go through them.

    `note` must hear of every change of a trial's state.
    """

    def __init__(self, plan: RungPlan | None, peers: Peers) -> None:
        self.plan = plan if plan is not None else RungPlan(budgets=())
        self.rungs = [Rung(budget) for budget in self.plan.budgets]
        self.first = self.plan.begins
        self._peers = peers
        self._offered: dict[int, Rung] = {}

    def move_first(self) -> bool:
        """Have new trials begin where the curves speak for it; says whether that is elsewhere.

        That is the lowest rung from which on rankings tell something, and never the last.
        """
        found = self._found
        if found is None or found.provisional or len(self.rungs) < 2:
            return False
        before, last = self.first, len(self.rungs) - 2
        enough = (n for n, rung in enumerate(self.rungs[:last]) if rung.budget >= found.step)
        self.first = next(enough, last)
        return self.first != before

    def note(self, trial: Trial) -> None:
        """Take in what has become of a trial."""
        if (at := self._reach(trial)) is None:
            return
        if (offered := self._offered.pop(trial.number, None)) is not None:
            offered.withdraw(trial.number)
        match trial.state:
            case Complete():
                self._enter(trial, self.rungs[: at + 1])
                self._offer(trial, at)
            case Pruned(converged=True):
                self._enter(trial, self.rungs)
            case _:
                has_lost = _has_lost(trial, self.rungs[at].budget)
                self.rungs[at].put(trial.number, inf if has_lost else None)

    def promotion(self) -> Promotion | None:
        """Whom to promote next, if anybody."""
        for index in range(len(self.rungs) - 2, -1, -1):
            rung = self.rungs[index]
            if not rung.open:
                continue
            best, go_on = rung.open[0], self._going_on(len(rung))
            if bisect_left(rung.keys, best) < go_on:
                return self._promotion(best, rung, index + 1)
        return None

    def describe(self) -> str | None:
        """How many have ended at each rung; None where there are no rungs."""
        if not self.rungs:
            return None
        plan = self.plan
        shown = self.rungs[min(plan.begins, self.first) :]
        told = ", ".join(f"{len(rung)} at {rung.budget}" for rung in shown) + f" {plan.unit}"
        return f"asha promotes the best 1/{plan.reduction:g} of each rung: {told}{self._why()}"

    def epochs_left(self, trials: int) -> int:
        """What is still to be spent on so many configurations, in the budget's unit."""
        left, below, expected = 0, 0, float(trials)
        for rung in self.rungs[self.first :]:
            left += max(0, floor(expected + _ROUNDING) - len(rung)) * (rung.budget - below)
            below, expected = rung.budget, expected / self.plan.reduction
        return left

    @property
    def _found(self) -> FirstRung | None:
        """What was worked out from curves, if the first rung was not set."""
        found = self._peers.worked_out.get(FirstRung) if self.plan.first_is_auto else None
        return found if isinstance(found, FirstRung) else None

    def _why(self) -> str:
        """Why trials begin where they do."""
        if not self.plan.first_is_auto:
            return ""
        if (found := self._found) is None:
            return "; the first rung is a ninth of the budget"
        begins = self.rungs[self.first].budget
        if found.step == begins:
            return f"; {found.sentence}"
        if found.provisional:
            return f"; the first rung is at {begins} until curves speak for another"
        return f"; {found.sentence}, so trials begin with {begins} {self.plan.unit}"

    def _reach(self, trial: Trial) -> int | None:
        """The highest rung that its budget comes up to."""
        budget = trial.budget
        if budget is None or not self.rungs:
            return None
        reached = sum(rung.budget <= budget for rung in self.rungs)
        return reached - 1 if reached else None

    def _enter(self, trial: Trial, rungs: list[Rung]) -> None:
        for rung in rungs:
            rung.put(trial.number, self._loss(trial, rung.budget))

    def _offer(self, trial: Trial, at: int) -> None:
        rung = self.rungs[at]
        if rung is not self.rungs[-1] and isfinite(self._loss(trial, rung.budget)):
            rung.offer(trial.number)
            self._offered[trial.number] = rung

    def _loss(self, trial: Trial, step: int) -> float:
        """Its loss at a step, or its last one where its script ended before."""
        loss = self._peers.loss_at(trial, step)
        if loss is not None:
            return loss
        return self._peers.loss(trial.values[-1]) if trial.values else inf

    def _going_on(self, count: int) -> int:
        return floor(count / self.plan.reduction + _ROUNDING)

    def _promotion(self, key: Key, rung: Rung, following: int) -> Promotion:
        loss, number = key
        place, unit = bisect_left(rung.keys, key) + 1, self.plan.unit
        trial, budget = self._peers.trials[number], self.rungs[following].budget
        value = -loss if self._peers.goal is Goal.MAXIMIZE else loss
        go_on = self._going_on(len(rung))
        sentence = (
            f"{trial.name} promoted to {budget} {unit}: {self._peers.metric} {value:.4g} at "
            f"{self._peers.unit} {rung.budget} is {nth(place)} of {len(rung)}; "
            + (f"the best {go_on} go on" if go_on > 1 else "the best goes on")
        )
        return Promotion(trial=number, rung=following, budget=budget, sentence=sentence)


def _has_lost(trial: Trial, budget: int) -> bool:
    """Whether it was ended, or turned out infeasible, on its way to a budget."""
    if not trial.attempts or (trial.attempts[-1].budget or 0) < budget:
        return False
    state = trial.state
    return isinstance(state, Pruned) or (isinstance(state, Failed) and state.kind.infeasible)


def nth(place: int) -> str:
    """'1st', '2nd', '3rd', '11th'."""
    teen = 10 <= place % 100 <= 20
    return f"{place}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"
