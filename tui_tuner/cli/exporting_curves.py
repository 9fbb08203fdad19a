"""The curves of a sweep's trials as they are stored: what is no number is told apart."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from engine.core.model import trial_number
from engine.core.views import TrialView
from engine.store.base import Point
from engine.store.reader import open_reader

from .ticker import Ticker

Curves = dict[str, list[Point]]


def stored_curves(directory: Path, rows: Sequence[TrialView]) -> Iterator[tuple[TrialView, Curves]]:
    """Give each trial with its curve of each metric, ascending in step; says how far it has come.

    Blocks.
    """
    with closing(open_reader(directory / "sweep.db")) as reader, Ticker(sys.stderr) as ticker:
        for done, row in enumerate(rows):
            text = f"{done} of {len(rows)} trials read"
            ticker.tell(lambda text=text: text)  # type: ignore[misc]
            yield row, reader.series(trial_number(row.id))


class Points:
    """The points of some trials, as columns of equal length."""

    def __init__(self, trials: Iterable[tuple[TrialView, Curves]]) -> None:
        self.ids: list[str] = []
        self.steps: list[int] = []
        self.at: list[float] = []
        self.metrics: dict[str, list[float | None]] = {}
        for row, curves in trials:
            self._add(row.id, curves)
        for column in self.metrics.values():
            column += [None] * (len(self.ids) - len(column))

    def _add(self, trial: str, curves: Curves) -> None:
        made: dict[int, float] = {}
        for curve in curves.values():
            for point in curve:
                made.setdefault(point.step, point.at)
        steps = sorted(made)
        for name, curve in curves.items():
            column = self.metrics.setdefault(name, [])
            column += [None] * (len(self.ids) - len(column))
            values = {point.step: point.value for point in curve}
            column += map(values.get, steps)
        self.ids += [trial] * len(steps)
        self.steps += steps
        self.at += map(made.__getitem__, steps)


def in_groups(
    trials: Iterable[tuple[TrialView, Curves]], enough: int
) -> Iterator[list[tuple[TrialView, Curves]]]:
    """Take trials together until they have enough points of a metric."""
    some: list[tuple[TrialView, Curves]] = []
    rows = 0
    for row, curves in trials:
        some.append((row, curves))
        rows += max(map(len, curves.values()), default=0)
        if rows >= enough:
            yield some
            some, rows = [], 0
    if some:
        yield some
