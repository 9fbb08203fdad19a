"""The border check: do the best trials crowd an edge of a range?

Source: the CS231n notes on hyperparameter search ("careful with best values on border"); Google's
Deep Learning Tuning Playbook ("identifying bad search space boundaries").
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from engine.core.edits import Suggestion
from engine.core.model import Params

from .bounds import Numeric, ends, is_even
from .space import Space
from .wider import wider
from .wording import number_text

NEAR = 0.1
"""Of the width of a range, on its scale: how close to an edge counts as close."""
CROWD = 0.8
"""Share of the best trials that must lie there. Of five drawn evenly, four lie within a tenth of
a given edge once in two thousand times."""


def suggestions(space: Space, best: Sequence[Params]) -> list[Suggestion]:
    """Give a wider range for every edge that the best trials crowd; `best` holds the best few.

    A distribution that is not even (normal, beta) has no edge to crowd. An integer lies in the
    middle of its cell: where there are four or fewer, none is near an edge, and nothing is said.
    """
    return [
        found
        for p in space.searched
        if isinstance(p, Numeric) and is_even(p)
        for edge in ("lower", "upper")
        if (found := _crowded(p, edge, best)) is not None
    ]


def _crowded(parameter: Numeric, edge: str, best: Sequence[Params]) -> Suggestion | None:
    low, high = ends(parameter)
    values = [params[parameter.name] for params in best if parameter.name in params]
    places = [parameter.encode(v) for v in values if low <= v <= high]
    near = sum(u <= NEAR if edge == "lower" else u >= 1.0 - NEAR for u in places)
    wished = wider(parameter, low, high, edge) if near >= ceil(CROWD * len(best)) else None
    if wished is None or not near:
        return None
    end, further = (low, wished[0]) if edge == "lower" else (high, wished[1])
    sentence = (
        f"{parameter.name}: {near} of the best {len(best)} lie within a tenth of the {edge} edge "
        f"({number_text(end)}); widen to {number_text(further)}?"
    )
    return Suggestion(
        parameter=parameter.name, edge=edge, low=wished[0], high=wished[1], sentence=sentence
    )
