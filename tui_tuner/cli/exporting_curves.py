"""The curves of a sweep's trials as they are stored: what is no number is told apart."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
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
