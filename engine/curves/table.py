"""What a curve table holds."""

from __future__ import annotations

from msgspec import Struct

from engine.core.model import Params


class Curve(Struct, frozen=True, kw_only=True):
    """A configuration and what it reported, one entry a step in each of the tuples.

    `steps` ascend. `metrics` hold None where a step lacks one. `seconds` are those since the step
    before, and for the first since its attempt began: starting up counts as part of it.
    """

    params: Params
    steps: tuple[int, ...]
    metrics: dict[str, tuple[float | None, ...]]
    seconds: tuple[float, ...]


class CurveTable(Struct, frozen=True, kw_only=True):
    """The curves of a sweep, each of another configuration, with all their columns' names."""

    parameters: tuple[str, ...]
    metrics: tuple[str, ...]
    curves: tuple[Curve, ...]

    @property
    def rows(self) -> int:
        """How many steps there are in all."""
        return sum(len(curve.steps) for curve in self.curves)
