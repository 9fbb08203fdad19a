"""The parameters of a space: each maps the unit interval to its values and back.

A uniform `u` in [0, 1] decodes to a draw of the parameter's distribution; anything outside, and
NaN, is clipped. `encode` gives the middle of the stretch of `u` that decodes to a value. `admit`
takes what a person wrote and gives the value as the space spells it (2 for a float becomes 2.0);
it raises ValueError for a value outside. `count` is the number of values that can be drawn, None
where they are continuous; `at(i)` is the i-th of them in ascending or written order, and `index`
its inverse, None for a value that is never drawn.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from math import floor
from sys import float_info
from typing import Literal

from msgspec import Struct

from engine.core.model import Value

from .distributions import Distribution, LogUniform, Uniform, clip
from .steps import Steps
from .values import same_value

Role = Literal["scientific", "nuisance", "fixed"]
"""What a parameter is to the question asked (Google's tuning playbook)."""


class Condition(Struct, frozen=True, kw_only=True):
    """Holds while `parameter` is active and has one of `values`, spelt as that parameter does."""

    parameter: str
    values: tuple[Value, ...]


class _Named(Struct, frozen=True, kw_only=True):
    name: str
    role: Role = "nuisance"
    when: tuple[Condition, ...] = ()
    """All must hold for the parameter to be active."""


class FloatParameter(_Named, frozen=True, kw_only=True, tag="float"):
    """A continuous number."""

    distribution: Distribution

    @property
    def count(self) -> None:
        """None: continuous."""
        return None

    def at(self, index: int) -> float:
        """Raise ValueError: a continuous parameter has no i-th value."""
        raise ValueError(f"{self.name} is continuous")

    def index(self, value: Value) -> None:
        """None: a continuous parameter has no i-th value."""

    def decode(self, u: float) -> float:
        """Map [0, 1] to a value."""
        return self.distribution.quantile(clip(u, 0.0, 1.0)) + 0.0

    def encode(self, value: Value) -> float:
        """Map a value to [0, 1]; one outside the range goes to the nearest end."""
        return self.distribution.cdf(_number(self.name, value))

    def admit(self, value: Value) -> float:
        """Spell a value as this space does. Raises ValueError."""
        number = float(_number(self.name, value))
        if not self.distribution.low <= number <= self.distribution.high:
            raise ValueError(
                f"{self.name} goes from {self.distribution.low!r} to {self.distribution.high!r}"
            )
        return number


class IntParameter(_Named, frozen=True, kw_only=True, tag="int"):
    """An integer from `low` to `high`, both included.

    On the log scale an integer's cell reaches half a unit to either side, so that the smallest
    and largest are as likely as their neighbours suggest.
    """

    low: int
    high: int
    scale: Literal["linear", "log"] = "linear"

    @property
    def count(self) -> int:
        """How many integers there are."""
        return self.high - self.low + 1

    @property
    def _smooth(self) -> Distribution:
        kind = LogUniform if self.scale == "log" else Uniform
        return kind(low=self.low - 0.5, high=self.high + 0.5)

    def place(self, number: float) -> float:
        """Map a number, such as the edge between two integers' cells, to [0, 1]."""
        if self.scale == "linear":
            return clip((number - self.low + 0.5) / self.count, 0.0, 1.0)
        return self._smooth.cdf(number)

    def at(self, index: int) -> int:
        """Give the i-th integer."""
        return self.low + index

    def index(self, value: Value) -> int | None:
        """Say which integer `value` is, counted from 0."""
        return int(value) - self.low

    def decode(self, u: float) -> int:
        """Map [0, 1] to an integer."""
        u = clip(u, 0.0, 1.0)
        if self.scale == "linear":
            return self.low + min(int(u * self.count), self.count - 1)
        return min(self.high, max(self.low, floor(self._smooth.quantile(u) + 0.5)))

    def encode(self, value: Value) -> float:
        """Map an integer to the middle of its cell; one outside goes to the nearest end."""
        number = clip(_number(self.name, value), self.low, self.high)
        if self.scale == "linear":
            return (number - self.low + 0.5) / self.count
        return (self._smooth.cdf(number - 0.5) + self._smooth.cdf(number + 0.5)) / 2.0

    def admit(self, value: Value) -> int:
        """Spell a value as this space does. Raises ValueError."""
        number = _number(self.name, value)
        if number != int(number):
            raise ValueError(f"{self.name} is an integer")
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.name} goes from {self.low} to {self.high}")
        return int(number)


class QuantisedParameter(_Named, frozen=True, kw_only=True, tag="quantised", dict=True):
    """Multiples of `q` inside the support of `distribution`, each drawn by rounding to it.

    An integer `q` gives integers, as in W&B; another gives floats.
    """

    distribution: Distribution
    q: int | float

    @cached_property
    def steps(self) -> Steps:
        """The multiples of `q` that lie in the support."""
        return Steps.between(self.distribution.low, self.distribution.high, self.q)

    @property
    def count(self) -> int:
        """How many multiples there are."""
        return self.steps.count

    def at(self, index: int) -> int | float:
        """Give the i-th multiple."""
        return self.steps.value(self.steps.first + index)

    def index(self, value: Value) -> int | None:
        """Say which multiple `value` is, counted from 0."""
        return self.steps.nearest(value) - self.steps.first

    def decode(self, u: float) -> int | float:
        """Map [0, 1] to a multiple of `q`."""
        number = self.distribution.quantile(clip(u, 0.0, 1.0))
        return self.steps.value(self.steps.nearest(number))

    def encode(self, value: Value) -> float:
        """Map a value to the middle of its cell; one outside goes to the nearest end."""
        k = self.steps.nearest(_number(self.name, value))
        low = self.distribution.cdf((k - 0.5) * self.q) if k > self.steps.first else 0.0
        high = self.distribution.cdf((k + 0.5) * self.q) if k < self.steps.last else 1.0
        return (low + high) / 2.0

    def admit(self, value: Value) -> int | float:
        """Spell a value as this space does. Raises ValueError."""
        number = _number(self.name, value)
        k = self.steps.nearest(number)
        if abs(number / self.q - k) > 1e-9 * max(1.0, abs(k)):
            first, last = self.at(0), self.at(self.count - 1)
            raise ValueError(f"{self.name} goes from {first} to {last} in steps of {self.q}")
        return self.steps.value(k)


class CategoricalParameter(_Named, frozen=True, kw_only=True, tag="categorical", dict=True):
    """One of `values`, equally likely unless `probabilities` (one a value) says otherwise.

    A value of probability 0 is never drawn, but may be asked for by name.
    """

    values: tuple[Value, ...]
    probabilities: tuple[float, ...] | None = None

    @cached_property
    def _drawn(self) -> tuple[int, ...]:
        if self.probabilities is None:
            return tuple(range(len(self.values)))
        return tuple(i for i, p in enumerate(self.probabilities) if p > 0.0)

    @cached_property
    def _edges(self) -> tuple[float, ...]:
        """Upper ends of the values' cells in [0, 1], but for the last, which is 1."""
        weights = self.probabilities or (1.0,) * len(self.values)
        sums = list(accumulate(weights))
        return tuple(s / sums[-1] for s in sums[:-1])

    @property
    def edges(self) -> tuple[float, ...]:
        """The ends of the values' cells, one more than values, from 0 to 1."""
        return (0.0, *self._edges, 1.0)

    @property
    def count(self) -> int:
        """How many values can be drawn."""
        return len(self._drawn)

    def at(self, index: int) -> Value:
        """Give the i-th value that can be drawn."""
        return self.values[self._drawn[index]]

    def index(self, value: Value) -> int | None:
        """Say which of the drawn values `value` is, counted from 0."""
        position = self._position(value)
        return self._drawn.index(position) if position in self._drawn else None

    def decode(self, u: float) -> Value:
        """Map [0, 1] to one of the values."""
        return self.values[min(bisect_right(self._edges, clip(u, 0.0, 1.0)), self._drawn[-1])]

    def encode(self, value: Value) -> float:
        """Map a value to the middle of its cell. Raises ValueError if it is none of them."""
        index = self._position(value)
        edges = self.edges
        return (edges[index] + edges[index + 1]) / 2.0

    def admit(self, value: Value) -> Value:
        """Spell a value as this space does. Raises ValueError."""
        return self.values[self._position(value)]

    def _position(self, value: Value) -> int:
        for i, own in enumerate(self.values):
            if same_value(own, value):
                return i
        raise ValueError(f"{value!r} is none of the values of {self.name}")


class FixedParameter(_Named, frozen=True, kw_only=True, tag="fixed"):
    """Always `value`; takes no part in the search."""

    value: Value
    role: Role = "fixed"

    @property
    def count(self) -> int:
        """One."""
        return 1

    def at(self, index: int) -> Value:
        """Give the value."""
        return self.value

    def index(self, value: Value) -> int | None:
        """Give 0 for the value, None for any other."""
        return 0 if same_value(self.value, value) else None

    def admit(self, value: Value) -> Value:
        """Spell a value as this space does. Raises ValueError."""
        if not same_value(self.value, value):
            raise ValueError(f"{self.name} is fixed at {self.value!r}")
        return self.value


SearchedParameter = FloatParameter | IntParameter | QuantisedParameter | CategoricalParameter
Parameter = SearchedParameter | FixedParameter


def _number(name: str, value: Value) -> int | float:
    number: int | float = value
    finite = isinstance(value, int | float) and -float_info.max <= value <= float_info.max
    if isinstance(value, bool) or not finite:
        raise ValueError(f"{name} is a number")
    return number
