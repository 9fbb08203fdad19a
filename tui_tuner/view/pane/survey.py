"""All trials over each parameter that varies: worked out when one has ended, not every repaint."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from engine.core.model import Value
from engine.core.views import TrialView
from tui_tuner.view.importance import Influence, influence, is_number, ranks
from tui_tuner.view.range_points import Span, counts, objectives, span_over
from tui_tuner.view.ranges import value_key
from tui_tuner.view_state import ViewState

_DECADES = 50.0
"""Values that lie so many times apart are shown on a logarithm."""


_MOST_PLACES = 12
"""Numbers that are no more than this, and come again and again, are choices."""


class Choice(Struct, frozen=True):
    """One value of a parameter that is no number: how many trials had it, and their best."""

    value: Value
    trials: int
    best: float | None


class Surveyed(Struct, frozen=True, kw_only=True):
    """One parameter: (value, objective) of every trial that ended, or its choices.

    `places` are the values of a parameter whose numbers are chosen from a few.
    """

    name: str
    influence: Influence = Influence()
    points: tuple[tuple[float, float], ...] = ()
    choices: tuple[Choice, ...] = ()
    places: tuple[int | float, ...] = ()
    log: bool = False


class Survey(Struct, frozen=True, kw_only=True):
    """The parameters, those that decide most first, and the objectives worth showing."""

    parameters: tuple[Surveyed, ...] = ()
    span: Span | None = None


def survey(state: ViewState) -> Survey:
    """Gather the trials that ended."""
    rows, maximize = state.rows, state.ordering.maximize
    ranked = ranks(rows.values(), maximize)
    names = [name for name, stats in state.params.items() if stats.varies]
    found = [_surveyed(state, name, ranked) for name in names]
    found.sort(key=lambda one: (not one.influence.told, -(one.influence.share or 0.0)))
    return Survey(parameters=tuple(found), span=span_over(objectives(rows.values()), maximize))


def _surveyed(state: ViewState, name: str, ranked: Mapping[str, float]) -> Surveyed:
    numeric = all(is_number(value) for value in state.params[name].seen.values())
    told = influence(state.rows, ranked, name, numeric=numeric)
    ended = [
        (row.params[name], row.best)
        for row in state.rows.values()
        if name in row.params and row.best is not None and math.isfinite(row.best) and counts(row)
    ]
    if not numeric:
        chosen = _choices(state.rows.values(), ended, name, state.ordering.maximize)
        return Surveyed(name=name, influence=told, choices=chosen)
    points = tuple((float(value), best) for value, best in ended if is_number(value))
    values = [x for x, _ in points]
    log = bool(values) and min(values) > 0 and max(values) >= _DECADES * min(values)
    places = _places([row.params[name] for row in state.rows.values() if name in row.params])
    return Surveyed(name=name, influence=told, points=points, places=places, log=log)


def _places(values: Sequence[Value]) -> tuple[int | float, ...]:
    """Give the numbers that the values are chosen from; none where they lie on a range."""
    distinct = {value for value in values if isinstance(value, int | float) and is_number(value)}
    few = len(distinct) <= min(_MOST_PLACES, len(values) // 2)
    return tuple(sorted(distinct)) if few else ()


def _choices(
    rows: Iterable[TrialView],
    ended: Iterable[tuple[Value, float]],
    name: str,
    maximize: bool,
) -> tuple[Choice, ...]:
    pick = max if maximize else min
    values: dict[str, Value] = {}
    for row in rows:
        if name in row.params:
            values.setdefault(value_key(row.params[name]), row.params[name])
    scores: dict[str, list[float]] = {key: [] for key in values}
    for value, best in ended:
        scores[value_key(value)].append(best)
    found = [Choice(values[key], len(s), pick(s) if s else None) for key, s in scores.items()]
    worst = -math.inf if maximize else math.inf
    found.sort(key=lambda one: worst if one.best is None else one.best, reverse=maximize)
    return tuple(found)
