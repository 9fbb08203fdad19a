"""How trials with each choice of a parameter did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from engine.core.model import Value
from engine.core.views import TrialView

from .range_points import is_infeasible, objectives
from .ranges import value_key


class Tally(Struct, frozen=True, kw_only=True):
    """How trials with one choice did. `tried` counts them all; the objectives are of those that
    ended with one; `best_of` counts those among the best."""

    value: Value
    tried: int = 0
    ended: int = 0
    infeasible: int = 0
    best: float | None = None
    mean: float | None = None
    best_of: int = 0


def tallies(
    rows: Iterable[TrialView],
    name: str,
    values: Sequence[Value],
    best: Sequence[TrialView],
    maximize: bool,
) -> list[Tally]:
    """Count the trials of every choice."""
    kept: dict[str, list[TrialView]] = {value_key(value): [] for value in values}
    for row in rows:
        if name in row.params:
            kept.get(value_key(row.params[name]), []).append(row)
    top = {row.id for row in best}
    pick = max if maximize else min
    return [_tally(value, kept[value_key(value)], top, pick) for value in values]


def _tally(
    value: Value, rows: list[TrialView], top: set[str], pick: Callable[[list[float]], float]
) -> Tally:
    scores = objectives(rows)
    return Tally(
        value=value,
        tried=len(rows),
        ended=len(scores),
        infeasible=sum(map(is_infeasible, rows)),
        best=pick(scores) if scores else None,
        mean=sum(scores) / len(scores) if scores else None,
        best_of=sum(row.id in top for row in rows),
    )
