"""Counting and numbering the configurations of a finite space, conditions respected.

Parameters are decided one after another, parents first. How many configurations remain depends
only on which conditions of the undecided ones are met so far, so all prefixes that agree there
share one count: a space of 10^30 configurations is counted in microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.core.model import Params

from .parameters import Parameter

_Met = frozenset[tuple[str, str]]
"""Conditions that hold, as (undecided parameter, its parent)."""


class _Run(NamedTuple):
    """Values `start` to `start + length` of a parameter, which no condition tells apart.

    `start` is None where the parameter is inactive, `length` None where it is continuous.
    """

    start: int | None
    length: int | None
    met: _Met


class Enumeration:
    """Numbers the configurations of `parameters`, which come parents first, from 0.

    `size` is how many there are, None if infinitely many.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self._parameters = tuple(parameters)
        self._asked = {p.name: _asked(p, parameters) for p in parameters}
        self._sizes = self._count_backwards(self._reach_forwards())
        self.size = self._sizes[0][frozenset()]

    def configuration(self, index: int) -> Params:
        """Give configuration number `index`, which must be below a finite `size`."""
        params: Params = {}
        met: _Met = frozenset()
        for depth, p in enumerate(self._parameters):
            for run in self._runs(p, met):
                each = self._sizes[depth + 1][run.met] or 1
                length = run.length or 1
                if index < length * each:
                    break
                index -= length * each
            if run.start is not None:
                params[p.name] = p.at(run.start + index // each)
            index, met = index % each, run.met
        return params

    def _reach_forwards(self) -> list[set[_Met]]:
        levels: list[set[_Met]] = [{frozenset()}]
        for p in self._parameters:
            levels.append({run.met for met in levels[-1] for run in self._runs(p, met)})
        return levels

    def _count_backwards(self, levels: list[set[_Met]]) -> list[dict[_Met, int | None]]:
        sizes: list[dict[_Met, int | None]] = [dict.fromkeys(levels[-1], 1)]
        for p, level in zip(reversed(self._parameters), reversed(levels[:-1]), strict=True):
            following = sizes[-1]
            sizes.append({met: _total(self._runs(p, met), following) for met in level})
        return sizes[::-1]

    def _runs(self, p: Parameter, met: _Met) -> Iterator[_Run]:
        """Cut the values of `p` into runs, each with the conditions met after it."""
        later = frozenset(m for m in met if m[0] != p.name)
        if not all((p.name, c.parameter) in met for c in p.when):
            yield _Run(None, 1, later)
            return
        if p.count is None:
            yield _Run(0, None, later)
            return
        start = 0
        for index, children in self._asked[p.name]:
            if index > start:
                yield _Run(start, index - start, later)
            yield _Run(index, 1, later | {(child, p.name) for child in children})
            start = index + 1
        if start < p.count:
            yield _Run(start, p.count - start, later)


def _asked(parent: Parameter, parameters: Sequence[Parameter]) -> list[tuple[int, set[str]]]:
    """List the values that conditions name, by position, with the children each would meet."""
    children: dict[int, set[str]] = {}
    for child in parameters:
        values = [v for c in child.when if c.parameter == parent.name for v in c.values]
        for index in map(parent.index, values):
            if index is not None:
                children.setdefault(index, set()).add(child.name)
    return sorted(children.items())


def _total(runs: Iterator[_Run], following: dict[_Met, int | None]) -> int | None:
    total = 0
    for run in runs:
        each = following[run.met]
        if run.length is None or each is None:
            return None
        total += run.length * each
    return total
