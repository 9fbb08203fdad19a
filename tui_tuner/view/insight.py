"""What a sweep has taught so far: which parameters matter, which way, and where the best lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.core.model import Value
from engine.core.views import TrialView

from .importance import Influence, influence, is_number, ranks
from .range_points import ranked as best_of
from .ranges import Parameter, value_key


class Learnt(Struct, frozen=True, kw_only=True):
    """One parameter: its influence, and the values of the best trials, the best first."""

    parameter: Parameter
    influence: Influence
    best: tuple[Value, ...] = ()

    @property
    def box(self) -> tuple[float, float] | None:
        """The least range that holds the best, of a parameter that is a number."""
        numbers = self.points
        return (min(numbers), max(numbers)) if self.parameter.numeric and numbers else None

    @property
    def points(self) -> list[float]:
        """The numbers among the values of the best, the best first."""
        return [v for v in self.best if isinstance(v, int | float) and is_number(v)]

    @property
    def choices(self) -> tuple[tuple[Value, int], ...]:
        """The values of the best, the commonest first, and how many have each."""
        counts: dict[str, int] = {}
        values = {value_key(value): value for value in self.best}
        for value in self.best:
            counts[value_key(value)] = counts.get(value_key(value), 0) + 1
        order = sorted(counts, key=lambda key: -counts[key])
        return tuple((values[key], counts[key]) for key in order)


class Insight(Struct, frozen=True, kw_only=True):
    """All parameters that are searched, those that matter most first.

    `trials` were compared; `best` are the names of the best, the best first. A rule that only
    advises would have stopped `advised` of the trials, and `advised_best` of the best.
    """

    trials: int = 0
    best: tuple[str, ...] = ()
    learnt: tuple[Learnt, ...] = ()
    advised: int = 0
    advised_best: int = 0


def insight(
    rows: Mapping[str, TrialView], parameters: Sequence[Parameter], *, maximize: bool
) -> Insight:
    """Work out what trials teach of the parameters of a space."""
    ranked = ranks(rows.values(), maximize)
    best = [row for row in best_of(rows.values(), maximize) if row.id in ranked]
    learnt = [
        Learnt(
            parameter=parameter,
            influence=influence(rows, ranked, parameter.name, numeric=parameter.numeric),
            best=tuple(row.params[parameter.name] for row in best if parameter.name in row.params),
        )
        for parameter in parameters
        if parameter.kind != "fixed"
    ]
    learnt.sort(key=_importance)
    return Insight(
        trials=len(ranked),
        best=tuple(row.id for row in best),
        learnt=tuple(learnt),
        advised=sum(rows[name].advice is not None for name in ranked),
        advised_best=sum(row.advice is not None for row in best),
    )


def _importance(learnt: Learnt) -> tuple[bool, float]:
    return not learnt.influence.told, -(learnt.influence.share or 0.0)
