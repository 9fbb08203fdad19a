"""What the pictures of the space show of the trials: gathered once a change, for every parameter.

Each trial counts, whatever their number: pictures put them on cells, and draw cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from engine.core.model import Params
from engine.core.views import TrialView
from tui_tuner.view_state import FINAL

from .range_points import TOP, Span, is_infeasible, ranked, span_over

BEST, COMPLETE, PRUNED, FAILED = range(4)
"""What becomes of a trial; where several lie in one cell, the first of these is drawn."""

_KINDS = {"complete": COMPLETE, "pruned": PRUNED, "failed": FAILED}


class Ended(NamedTuple):
    """A trial that ended: `score` is its best objective, None where it never had one."""

    name: str
    params: Params
    score: float | None
    kind: int


class Trials(Struct, frozen=True, kw_only=True):
    """The trials of a sweep as the pictures need them.

    `tried` are the parameters of all that were ever started; `best` the leading trials and
    `worst` the trailing ones that have a score, each the most extreme first. `span` are the
    objectives worth showing: a few hopeless ones do not flatten the rest; `near` those of the
    better half.
    """

    ended: tuple[Ended, ...] = ()
    tried: tuple[Params, ...] = ()
    best: tuple[Ended, ...] = ()
    worst: tuple[Ended, ...] = ()
    span: Span | None = None
    near: Span | None = None
    maximize: bool = True


def gather_trials(rows: Mapping[str, TrialView], *, maximize: bool) -> Trials:
    """Gather what the pictures show."""
    leading = ranked(rows.values(), maximize)
    scored = sum(row.best is not None and row.state in FINAL for row in rows.values())
    stars = {row.id for row in leading[: _stars(scored)]}
    ended = {row.id: _ended(row, row.id in stars) for row in rows.values() if row.state in FINAL}
    rest = [one for one in ended.values() if one.score is not None and one.kind != BEST]
    rest.sort(key=lambda one: one.score or 0.0, reverse=not maximize)
    scores = sorted(one.score for one in ended.values() if one.score is not None)
    middle = len(scores) // 2
    return Trials(
        ended=tuple(ended.values()),
        tried=tuple(row.params for row in rows.values() if row.state != "waiting"),
        best=tuple(ended[row.id] for row in leading if row.id in stars),
        worst=tuple(rest[:TOP]),
        span=span_over(scores, maximize),
        near=span_over(scores[middle:] if maximize else scores[: middle + 1], maximize),
        maximize=maximize,
    )


def _stars(scored: int) -> int:
    """How many are called the best: ten, but of few trials no more than a quarter."""
    return min(TOP, max(1, scored // 4))


def _ended(row: TrialView, star: bool) -> Ended:
    score = row.best if row.best is not None and math.isfinite(row.best) else None
    if is_infeasible(row):
        return Ended(row.id, row.params, None, FAILED)
    return Ended(row.id, row.params, score, BEST if star else _KINDS[row.state])


def numbers(tried: Iterable[Params], name: str) -> list[float]:
    """Give the numeric values of a parameter."""
    values = (params.get(name) for params in tried)
    return [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
