"""From which step on trials are stopped, where the config leaves it open (`auto`).

After the first epochs the ranking of configurations can be worthless; a few epochs later it is
nearly that of the end. Where that changes differs from one training script to the next, so it is
read off the curves. Until `FEWEST` trials have run to their end, a floor holds: a ninth of the
budget, rounded up. From then on

- the floor falls where the ranking there is surely worthless to tell how trials end. For that
  only full-length trials count, and an upper bound of their rank correlation below `AGREES`. If
  they are survivors, all good at the floor, and were selected again further on, their ranking
  tells less than that of all trials would: so the bound is one corrected for twice the selection
  that is seen. Then the first rung is the earliest later step at which the correlation is `AGREES`
  or more, and half the budget at the latest;
- else it is below the floor where the ranking there surely agrees with what comes later: the
  earliest step at which the lower bound of the correlation is `AGREES` or more. All trials that
  came to the floor are looked at (or beyond it, where all of them wait there to be promoted), each
  pair of them at the last step that both came to; two that ran to their end compare by their best
  objectives;
- else the floor stands.

Trials that diverged or failed have no end, and are left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import combinations, islice
from math import ceil, inf

from msgspec import Struct

from engine.core.model import Complete, Pruned, Trial
from engine.core.peers import Peers
from engine.core.rungs import FirstRung

from .agreement import MOST_WIDENED, Agreement, agreement, widening

FEWEST = 5
"""Full-length trials before anything is read off them."""

AGREES = 0.6
"""Rankings agree from this rank correlation on."""

SHARE = 9
"""The floor is the budget divided by this."""

FLOOR_WITHOUT_BUDGET = 3

NEWEST = 60
"""Trials of each kind looked at, at most: the newest."""

MOST_STEPS = 24
"""Steps looked at, at most; of longer curves, about as many in geometric progression."""


def first_rung(peers: Peers, rank_class: int, *, all_wait: bool = False) -> FirstRung:
    """Give the first rung among the trials of a class, and keep it.

    It is worked out anew whenever the full-length trials have grown by a tenth, in milliseconds.
    `all_wait`: every trial waits at the floor to be promoted. Then only those that came further
    can tell whether a ranking below the floor foretells more than that of the floor itself.
    """
    milestone = _milestone(len(peers.full_length(rank_class)))
    kept = peers.worked_out.get((FirstRung, rank_class, all_wait))
    if isinstance(kept, _Kept) and kept.milestone == milestone:
        return kept.rung
    rung = _work_out(peers, rank_class, all_wait) if milestone else _floor_alone(peers)
    peers.worked_out[FirstRung, rank_class, all_wait] = _Kept(milestone, rung)
    return rung


def rung_in_force(peers: Peers, rank_class: int) -> FirstRung:
    """Give the first rung by which trials were last judged; changes nothing."""
    kept = peers.worked_out.get((FirstRung, rank_class, False))
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


def _work_out(peers: Peers, rank_class: int, all_wait: bool) -> FirstRung:
    full_length = _newest(peers, peers.full_length(rank_class), rank_class)
    if not full_length:
        return _floor_alone(peers)
    floor = floor_of(peers.budget)
    steps = _steps(full_length, peers.budget)
    known = _agreement_beyond(peers, floor, full_length)
    if _is_worthless(peers, floor, known, full_length, rank_class):
        return _later(peers, floor, known, steps, full_length)
    telling = _newest(peers, peers.trials, rank_class, floor + all_wait)
    settled = [t for t in telling if _is_settled(t)]
    later = _compare(peers, settled, full_length)
    for step in steps[: bisect_left(steps, floor)]:
        below = _agreement_below(peers, step, settled, later, rank_class)
        if below.low >= AGREES:
            return _earlier(peers, step, below)
    found = f"rank correlation {known.estimate:.2f} with the end over {known.trials} full-length"
    return FirstRung(step=floor, sentence=f"{_named(peers, floor)} ({found} trials)")


def _earlier(peers: Peers, step: int, known: Agreement) -> FirstRung:
    found = (
        f"rank correlation {known.estimate:.2f} with what came later, at least {known.low:.2f}, "
        f"over {known.trials} trials"
    )
    return FirstRung(step=step, sentence=f"{_named(peers, step)} ({found})")


def _later(
    peers: Peers,
    floor: int,
    at_floor: Agreement,
    steps: Sequence[int],
    full_length: Sequence[Trial],
) -> FirstRung:
    step, known = floor, at_floor
    for step in steps[bisect_right(steps, floor) :]:
        known = _agreement_beyond(peers, step, full_length)
        if known.estimate >= AGREES:
            break
    found = (
        f"rank correlation {known.estimate:.2f} with the end over {known.trials} full-length "
        f"trials, at most {at_floor.high:.2f} at {peers.unit} {floor}"
    )
    return FirstRung(step=step, sentence=f"{_named(peers, step)} ({found})")


def _newest(
    peers: Peers, numbers: Iterable[int], rank_class: int, least_step: int = 1
) -> list[Trial]:
    """The newest trials that came to a step, and spent their whole life in a class."""
    trials = (peers.trials[number] for number in reversed([*numbers]))
    alike = (t for t in trials if t.rank_class == rank_class and t.ranked_after == 0)
    comparable = (t for t in alike if t.repeat_of is None)
    came = (t for t in comparable if t.best is not None and t.steps[-1] >= least_step)
    return [*islice(came, NEWEST)]


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


def _is_settled(trial: Trial) -> bool:
    """Whether it ended, in a way that says how good it is."""
    state = trial.state
    return isinstance(state, Complete) or (isinstance(state, Pruned) and not state.infeasible)


def _agreement_below(
    peers: Peers, step: int, trials: Sequence[Trial], later: Sequence[int], rank_class: int
) -> Agreement:
    """How the ranking at a step below the floor agrees with what came later."""
    early = [peers.loss_at(trial, step) or 0.0 for trial in trials]
    return agreement(early, later).among_all(_widening(peers, step, early, rank_class))


def _widening(peers: Peers, step: int, early: Sequence[float], rank_class: int) -> float:
    """How much wider apart all trials that came to a step stood there."""
    losses = peers.at(step, rank_class).losses
    numbers = bisect_left(losses, inf)
    return widening(early, losses[: numbers : 1 + numbers // NEWEST])


def _agreement_beyond(peers: Peers, step: int, full_length: Sequence[Trial]) -> Agreement:
    """How the ranking of full-length trials at the floor, or beyond, agrees with their end."""
    came = [trial for trial in full_length if trial.steps[-1] >= step]
    early = [peers.loss_at(trial, step) or 0.0 for trial in came]
    return agreement(early, _compare(peers, came, full_length))


def _compare(peers: Peers, trials: Sequence[Trial], full_length: Iterable[Trial]) -> list[int]:
    """How each two trials compare where both have come to: 1 if the first is worse, -1, or 0."""
    ends = {t.number: peers.loss(t.best.value) for t in full_length if t.best is not None}
    signs = []
    for one, other in combinations(trials, 2):
        a, b = ends.get(one.number), ends.get(other.number)
        if a is None or b is None:
            step = min(one.steps[-1], other.steps[-1])
            a, b = peers.loss_at(one, step) or 0.0, peers.loss_at(other, step) or 0.0
        signs.append((a > b) - (a < b))
    return signs


def _is_worthless(
    peers: Peers, floor: int, known: Agreement, full_length: Sequence[Trial], rank_class: int
) -> bool:
    """Whether survivors agree so little that all trials cannot have agreed either."""
    early = [peers.loss_at(trial, floor) for trial in full_length]
    selected = _widening(peers, floor, [e for e in early if e is not None], rank_class)
    return known.among_all(min(selected**2, MOST_WIDENED)).high < AGREES


def _named(peers: Peers, step: int) -> str:
    where = f"first rung: {peers.unit} {step}"
    if peers.budget is None or step != floor_of(peers.budget):
        return where
    return f"{where}, a ninth of the budget"
