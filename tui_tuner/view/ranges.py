"""The parameters of a space as the range editor holds them, and the edits between two shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from engine.core.edits import Edit, Fix, Free, SetChoices, SetRange, SetScale
from engine.core.model import Value

from .numbers import short

NUMERIC = ("float", "int", "quantised")


class Shape(Struct, frozen=True, kw_only=True):
    """What a parameter is drawn from: a range on a scale, a list of choices, or one value.

    A fixed one keeps the range or the choices it had, to be freed again.
    """

    low: float | None = None
    high: float | None = None
    scale: str = "linear"
    values: tuple[Value, ...] | None = None
    fixed: bool = False
    value: Value = None

    @property
    def log(self) -> bool:
        """Whether values are drawn evenly on the logarithm."""
        return self.scale == "log"

    def is_drawn_like(self, other: Shape) -> bool:
        """Whether both let the same values be drawn, the same way."""
        if self.fixed or other.fixed:
            return self.fixed == other.fixed and same(self.value, other.value)
        if self.values is not None and other.values is not None:
            return value_keys(self.values) == value_keys(other.values)
        return (self.low, self.high, self.scale) == (other.low, other.high, other.scale)


class Parameter(Struct, frozen=True, kw_only=True):
    """One parameter as it is searched `now`, and as the sweep `first` had it.

    `kind` is float, int, quantised (multiples of `q`), categorical, or fixed where it was never
    searched at all.
    """

    name: str
    kind: str
    now: Shape
    first: Shape
    q: float | None = None
    when: Mapping[str, Sequence[Value]] = {}

    @property
    def numeric(self) -> bool:
        """Whether it has a range, even if it is fixed now."""
        return self.kind in NUMERIC

    @property
    def changed(self) -> bool:
        """Whether it is not searched any more as the sweep began."""
        return not self.now.is_drawn_like(self.first)


def read_parameters(space: Sequence[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """Read the engine's description of a space (`engine.space.describe`)."""
    return tuple(_read(described) for described in space)


def _read(described: Mapping[str, Any]) -> Parameter:
    original = described.get("original") or described
    first = _shape(original, original)
    kind = str(described["kind"])
    if kind == "fixed":
        kind = str(original["kind"])
    return Parameter(
        name=str(described["name"]),
        kind=kind,
        now=_shape(described, original),
        first=first,
        q=described.get("q") or original.get("q"),
        when=described.get("when") or {},
    )


def _shape(described: Mapping[str, Any], original: Mapping[str, Any]) -> Shape:
    fixed = described["kind"] == "fixed"
    searched = original if fixed else described
    values = searched.get("values")
    return Shape(
        low=searched.get("min"),
        high=searched.get("max"),
        scale=searched.get("scale") or "linear",
        values=tuple(values) if values is not None else None,
        fixed=fixed,
        value=described.get("value"),
    )


def edits_to(parameter: Parameter, wanted: Shape) -> list[Edit]:
    """Give the edits, in the order in which each is sound, that make a parameter so."""
    name, base = parameter.name, parameter.now
    if wanted.is_drawn_like(base):
        return []
    if wanted.fixed:
        return [Fix(parameter=name, value=wanted.value)]
    if wanted.is_drawn_like(parameter.first):
        return [Free(parameter=name)]
    freed: list[Edit] = []
    if base.fixed:
        freed, base = [Free(parameter=name)], parameter.first
    if wanted.values is not None:
        return [*freed, SetChoices(parameter=name, values=wanted.values)]
    return [*freed, *_range_edits(name, base, wanted)]


def _range_edits(name: str, base: Shape, wanted: Shape) -> list[Edit]:
    edits: list[Edit] = []
    if (base.low, base.high) != (wanted.low, wanted.high):
        low = wanted.low if wanted.low != base.low else None
        high = wanted.high if wanted.high != base.high else None
        edits.append(SetRange(parameter=name, low=low, high=high))
    if wanted.scale != base.scale:
        scale = SetScale(parameter=name, scale="log" if wanted.log else "linear")
        # A logarithm needs the lower end above 0 first; without one it may go below.
        edits = [*edits, scale] if wanted.log else [scale, *edits]
    return edits


def same(a: Value, b: Value) -> bool:
    """Whether two values are the same; true is not 1, but 1 is 1.0."""
    return value_key(a) == value_key(b)


def value_key(value: Value) -> str:
    """Identify a value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return repr(value)
    return repr(float(value)) if abs(value) < 2**53 else repr(value)


def value_keys(values: Sequence[Value]) -> frozenset[str]:
    """Identify a set of values."""
    return frozenset(map(value_key, values))


def spelled(value: Value) -> str:
    """Write a bound or a choice: as short as it can be without changing it, four figures at most
    where it cannot."""
    if not isinstance(value, float):
        return short(value)
    exact = (text for digits in range(2, 7) if float(text := short(value, digits)) == value)
    return next(exact, None) or short(value, 4)


def shape_text(shape: Shape, to: str = "…") -> str:
    """Write a shape: '1e-6 … 10', '32, 64, 128', '= 0.5'."""
    if shape.fixed:
        return f"= {spelled(shape.value)}"
    if shape.values is not None:
        return ", ".join(spelled(value) for value in shape.values)
    return f"{spelled(shape.low)} {to} {spelled(shape.high)}"
