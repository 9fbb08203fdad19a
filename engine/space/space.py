"""The search space: what a configuration may be, and the codec between it and the unit cube."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property

import msgspec
from msgspec import Struct

from engine.core.model import Params, Value

from .enumeration import Enumeration
from .order import parents_first
from .parameters import FixedParameter, FloatParameter, Parameter, SearchedParameter
from .values import same_value, value_key


class Space(Struct, frozen=True, kw_only=True, dict=True):
    """A version of the search space; immutable, stored as JSON.

    A configuration is a flat dict by full name ('optimizer.lr'): it holds every fixed parameter,
    and a conditional one exactly while its conditions hold. The unit cube has one axis a searched
    parameter, in the order they were written.
    """

    parameters: tuple[Parameter, ...]
    version: int = 1

    @cached_property
    def searched(self) -> tuple[SearchedParameter, ...]:
        """The parameters that are searched, in the order of the cube's axes."""
        return tuple(p for p in self.parameters if not isinstance(p, FixedParameter))

    @property
    def dimension(self) -> int:
        """The number of axes of the cube."""
        return len(self.searched)

    def varying(self) -> list[str]:
        """Name the searched parameters, in the order of the axes."""
        return [p.name for p in self.searched]

    def continuous(self) -> list[str]:
        """Name the parameters that have no finite set of values."""
        return [p.name for p in self.parameters if isinstance(p, FloatParameter)]

    def parameter(self, name: str) -> Parameter:
        """Give the parameter of that name. Raises KeyError."""
        return self._by_name[name]

    def decode(self, unit: Sequence[float]) -> Params:
        """Map a point of the cube to the configuration there.

        Raises ValueError unless there is one number an axis.
        """
        if len(unit) != self.dimension:
            raise ValueError(f"a point of {len(unit)} axes in a space of {self.dimension}")
        axes = self._axes
        params: Params = {}
        for p in self.parents_first:
            if active(p, params):
                params[p.name] = (
                    p.value if isinstance(p, FixedParameter) else p.decode(unit[axes[p.name]])
                )
        return self._in_order(params)

    def encode(self, params: Params) -> list[float]:
        """Map a configuration to a point that decodes to it; an absent parameter lies at 0.5.

        A number outside its range goes to the nearest end. Raises ValueError for anything else
        that the space does not know.
        """
        return [p.encode(params[p.name]) if p.name in params else 0.5 for p in self.searched]

    def encode_axis(self, number: int, params: Params) -> float | None:
        """Map a configuration to its place on one axis; None where it has none there."""
        p = self.searched[number]
        try:
            return p.encode(params[p.name]) if p.name in params else None
        except ValueError:
            return None

    def admit(self, params: Params) -> Params:
        """Spell a configuration as this space does. Raises ValueError with one sentence.

        Fixed parameters may be left out; all others must be there while their conditions hold,
        and only then.
        """
        for name in params:
            if name not in self._by_name:
                raise ValueError(f"{name} is no parameter of this sweep")
        admitted: Params = {}
        for p in self.parents_first:
            if active(p, admitted):
                admitted[p.name] = _admit_active(p, params)
            elif p.name in params:
                raise ValueError(f"{p.name} does not apply: {condition_text(p)} does not hold")
        return self._in_order(admitted)

    def contains(self, params: Params) -> bool:
        """Whether the configuration lies in this space and leaves nothing out."""
        try:
            return len(self.admit(params)) == len(params)
        except ValueError:
            return False

    def key(self, params: Params) -> str:
        """Identify a configuration: equal texts exactly for equal configurations.

        A configuration outside the space has a key as well, by its values as written.
        """
        with suppress(ValueError):
            params = self.admit(params)
        return value_key(params)

    def cardinality(self) -> int | None:
        """Count the configurations that can be drawn; None if any of them is continuous."""
        return self._enumeration.size

    def grid_size(self) -> int:
        """Count the configurations of the grid. Raises ValueError if a parameter is continuous."""
        size = self.cardinality()
        if size is None:
            raise ValueError(f"no grid over continuous parameters: {', '.join(self.continuous())}")
        return size

    def grid(self, index: int) -> Params | None:
        """Give the grid's configuration number `index` (from 0), None past its end.

        The last parameter varies fastest, but for conditional ones, which come after their
        parents; no configuration comes twice. Raises ValueError if a parameter is continuous.
        """
        if not 0 <= index < self.grid_size():
            return None
        return self._in_order(self._enumeration.configuration(index))

    def _in_order(self, params: Params) -> Params:
        return {p.name: params[p.name] for p in self.parameters if p.name in params}

    @cached_property
    def _by_name(self) -> dict[str, Parameter]:
        return {p.name: p for p in self.parameters}

    @cached_property
    def _axes(self) -> dict[str, int]:
        return {p.name: i for i, p in enumerate(self.searched)}

    @cached_property
    def parents_first(self) -> tuple[Parameter, ...]:
        return parents_first(self.parameters)

    @cached_property
    def _enumeration(self) -> Enumeration:
        return Enumeration(self.parents_first)


def condition_text(parameter: Parameter) -> str:
    """Write a parameter's conditions for a person: 'optimizer = sgd'."""
    return " and ".join(
        f"{c.parameter} = {' or '.join(str(v) for v in c.values)}" for c in parameter.when
    )


def active(parameter: Parameter, params: Params) -> bool:
    return all(
        c.parameter in params and any(same_value(v, params[c.parameter]) for v in c.values)
        for c in parameter.when
    )


def _admit_active(parameter: Parameter, params: Params) -> Value:
    if parameter.name in params:
        return parameter.admit(params[parameter.name])
    if isinstance(parameter, FixedParameter):
        return parameter.value
    raise ValueError(f"{parameter.name} has no value")


# The loop and the search's thread read spaces: msgspec crashes on a type that both make ready.
msgspec.json.Decoder(Space)
