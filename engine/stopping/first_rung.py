"""From which step on trials are stopped, where the config leaves it open (`auto`).

After the first epochs the ranking of configurations can be worthless; a few epochs later it is
nearly that of the end. Where that changes differs from one training script to the next, so it is
read off the trials that ran to their end. Until there are `FEWEST`, a floor holds: a ninth of the
budget, rounded up. From then on

- the first rung moves below the floor to the earliest step whose ranking surely agrees with the
  end: the lower bound of their rank correlation is `AGREES` or more;
- else the floor stands, unless the ranking there surely disagrees with the end: the upper bound is
  below `AGREES`;
- then the first rung is the earliest later step of which that cannot be said, and half the budget
  at the latest.

The end of a trial is its best objective, which is what trials are ranked by in the end. Trials that
diverged or failed have none, and are left out; see `engine.stopping.agreement` for the bias that
early stopping itself brings in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import islice
from math import ceil, isfinite

from msgspec import Struct

from engine.core.model import Trial
from engine.core.peers import Peers

from .agreement import Agreement, agreement

FEWEST = 8
"""Full-length trials before anything is read off them."""

AGREES = 0.6
"""Rankings agree from this rank correlation on."""

SHARE = 9
"""The floor is the budget divided by this."""

FLOOR_WITHOUT_BUDGET = 3

NEWEST = 100
"""Full-length trials looked at, at most; of all trials, twice as many."""

MOST_STEPS = 24
"""Steps looked at, at most; of longer curves, about as many in geometric progression."""


class FirstRung(Struct, frozen=True, kw_only=True):
    """The step from which on trials are stopped, and why. `provisional`: nothing is known yet."""

    step: int
    sentence: str
    provisional: bool = False


def first_rung(peers: Peers, rank_class: int) -> FirstRung:
    """Give the first rung among the trials of a class, and keep it.

    It is worked out anew whenever the full-length trials have grown by a tenth, in milliseconds.
    """
    milestone = _milestone(len(peers.full_length(rank_class)))
    kept = peers.worked_out.get((FirstRung, rank_class))
    if isinstance(kept, _Kept) and kept.milestone == milestone:
        return kept.rung
    rung = _work_out(peers, rank_class) if milestone else _floor_alone(peers)
    peers.worked_out[FirstRung, rank_class] = _Kept(milestone, rung)
    return rung


def rung_in_force(peers: Peers, rank_class: int) -> FirstRung:
    """Give the first rung by which trials were last judged; changes nothing."""
    kept = peers.worked_out.get((FirstRung, rank_class))
    return kept.rung if isinstance(kept, _Kept) else _floor_alone(peers)


class _Kept(Struct, frozen=True):
    milestone: int
    rung: FirstRung


def _milestones() -> Iterable[int]:
    count = FEWEST
    while count < 10**9:
        yield count
        count += max(1, count // 10)


_MILESTONES = tuple(_milestones())


def _milestone(count: int) -> int:
    """The last milestone that a count has passed; 0 before the first."""
    passed = bisect_right(_MILESTONES, count)
    return _MILESTONES[passed - 1] if passed else 0


def floor_of(budget: int | None) -> int:
    """The first rung as long as nothing is known."""
    return FLOOR_WITHOUT_BUDGET if budget is None else ceil(budget / SHARE)


def _floor_alone(peers: Peers) -> FirstRung:
    step = floor_of(peers.budget)
    sentence = f"{_named(peers, step)}, until {FEWEST} trials have run to the end"
    return FirstRung(step=step, sentence=sentence, provisional=True)


def _work_out(peers: Peers, rank_class: int) -> FirstRung:
    numbers = islice(reversed([*peers.full_length(rank_class)]), NEWEST)
    survivors = [peers.trials[number] for number in numbers]
    everyone = _newest(peers, rank_class)
    floor = floor_of(peers.budget)
    steps = _steps(survivors, peers.budget)
    at_floor = _agreement(peers, floor, survivors, everyone)
    for step in steps[: bisect_left(steps, floor)]:
        known = _agreement(peers, step, survivors, everyone)
        if known.low >= AGREES:
            return _settled(peers, step, known)
    if at_floor.high >= AGREES:
        return _settled(peers, floor, at_floor)
    step, known = floor, at_floor
    for step in steps[bisect_right(steps, floor) :]:
        known = _agreement(peers, step, survivors, everyone)
        if known.high >= AGREES:
            break
    return _settled(peers, step, known)


def _newest(peers: Peers, rank_class: int) -> list[Trial]:
    """Some of the newest trials of a class, whatever became of them."""
    found: list[Trial] = []
    for number in range(len(peers.trials), 0, -1):
        trial = peers.trials[number]
        if trial.best is not None and trial.repeat_of is None and trial.rank_class == rank_class:
            found.append(trial)
            if len(found) == 2 * NEWEST:
                break
    return found


def _steps(trials: Iterable[Trial], budget: int | None) -> list[int]:
    """The steps that may become the first rung, ascending: those that scripts report at."""
    longest = max(trials, key=lambda trial: len(trial.steps))
    half = (budget if budget is not None else longest.steps[-1]) // 2
    steps = longest.steps[: bisect_right(longest.steps, half)]
    if len(steps) <= MOST_STEPS:
        return steps
    ratio = len(steps) ** (1 / (MOST_STEPS - 1))
    return [
        steps[at]
        for at in sorted({ceil(ratio**i) - 1 for i in range(MOST_STEPS)})
        if at < len(steps)
    ]


def _agreement(
    peers: Peers, step: int, survivors: Iterable[Trial], everyone: Iterable[Trial]
) -> Agreement:
    early, final = [], []
    for trial in survivors:
        loss = peers.loss_at(trial, step)
        if loss is not None and trial.best is not None:
            early.append(loss)
            final.append(peers.loss(trial.best.value))
    at_step = (peers.loss_at(trial, step) for trial in everyone)
    return agreement(
        early, final, [loss for loss in at_step if loss is not None and isfinite(loss)]
    )


def _settled(peers: Peers, step: int, known: Agreement) -> FirstRung:
    found = f"rank correlation with the end {known.estimate:.2f}"
    bounds = f"at least {known.low:.2f}"
    if known.low < AGREES:
        bounds = f"between {known.low:.2f} and {known.high:.2f}"
    sentence = f"{_named(peers, step)} ({found}, {bounds}, over {known.trials} full-length trials)"
    return FirstRung(step=step, sentence=sentence)


def _named(peers: Peers, step: int) -> str:
    where = f"first rung: {peers.unit} {step}"
    if peers.budget is None or step != floor_of(peers.budget):
        return where
    return f"{where}, a ninth of the budget"
