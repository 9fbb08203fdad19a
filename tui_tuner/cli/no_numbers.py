"""What a script reported that is no number, by name: JSON has no word for it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from engine.core.views import TrialView
from engine.protocol.messages import Series

from .exporting_curves import Curves, stored_curves

NoNumbers = dict[str, list[tuple[int, str]]]
"""Per metric [step, 'nan' | 'inf' | '-inf']."""


def is_odd(series: Series) -> bool:
    """Whether there is anything to name."""
    return any(value is None for curve in series.values() for _, value, _ in curve)


def no_numbers(directory: Path, rows: Sequence[TrialView]) -> dict[str, NoNumbers]:
    """Name them by trial, as the sweep's database has them. Blocks."""
    return {row.id: _named(curves) for row, curves in stored_curves(directory, rows)}


def _named(curves: Curves) -> NoNumbers:
    odd = {
        name: [(point.step, str(point.value)) for point in curve if not isfinite(point.value)]
        for name, curve in curves.items()
    }
    return {name: points for name, points in odd.items() if points}
