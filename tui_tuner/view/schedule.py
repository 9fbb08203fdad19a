"""The schedule that an evolution found, a line a parameter: 'lr  0.01 epochs 1-5, 0.012 from 6'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.core.views import LineageView

from .line import plain
from .numbers import short


def schedules(lineage: Sequence[LineageView]) -> list[tuple[str, str]]:
    """Give each parameter that changed on the way, and its values by epochs."""
    names = dict.fromkeys(name for stretch in lineage for name in stretch.params)
    return [
        (plain(name), ", ".join(_steps(name, lineage)))
        for name in names
        if len({_value(stretch, name) for stretch in lineage}) > 1
    ]


def ancestors(lineage: Sequence[LineageView]) -> str:
    """'t0003 > t0012 > t0031'."""
    return " > ".join(stretch.trial for stretch in lineage)


def _steps(name: str, lineage: Sequence[LineageView]) -> Iterator[str]:
    for value, same in groupby(lineage, lambda stretch: _value(stretch, name)):
        stretches = list(same)
        yield f"{value} {_epochs(stretches[0].from_step, stretches[-1].to_step)}"


def _value(stretch: LineageView, name: str) -> str:
    return short(stretch.params[name], 4) if name in stretch.params else "unset"


def _epochs(first: int, last: int | None) -> str:
    if last is None:
        return f"from epoch {first}"
    return f"epochs {first}-{last}" if last > first else f"epoch {first}"
