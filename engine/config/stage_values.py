"""What a stage sets otherwise than the space: other values of fixed parameters."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.config.faults import nearest, shown
from engine.config.section import Section, described
from engine.core.model import Params, Value
from engine.space.parameters import FixedParameter, Parameter
from engine.space.space import Space, condition_text
from engine.space.values import plain_value


class Fixed:
    """The fixed parameters of a config. `written` names all parameters, faulty ones as well."""

    def __init__(self, space: Space, written: Collection[str]) -> None:
        self._parameters = {p.name: p for p in space.parameters}
        self._written = written

    def keys_of(self, item: dict[str, Any]) -> list[str]:
        """The keys that a stage may have for its values, and those of `item` that name others."""
        fixed = [p.name for p in self._parameters.values() if isinstance(p, FixedParameter)]
        return [*fixed, *(key for key in item if key in self._written and key not in fixed)]

    def values(self, section: Section, own: Collection[str]) -> Params:
        """Read the values of a stage: keys that are not its `own`, and those under `set`."""
        values: Params = {}
        for key in self._written:
            if key not in own and section.has(key):
                self._read(section, key, values)
        more = section.mapping("set")
        under = Section(section.faults, section.at("set"), more, more)
        for key in more:
            if key in values:
                under.fault(key, "is set twice in this stage")
            else:
                self._read(under, key, values)
        return values

    def _read(self, section: Section, key: str, values: Params) -> None:
        if key not in self._written:
            near = nearest(key, self.keys_of({}))
            section.fault(key, "is no parameter of this config", near)
        elif (parameter := self._parameters.get(key)) is not None:
            why = _why_not(parameter, section.raw(key))
            if why is not None:
                section.fault(key, why)
            else:
                values[key] = plain_value(section.raw(key))


def _why_not(parameter: Parameter, value: Any) -> str | None:
    if not isinstance(parameter, FixedParameter):
        return "is searched, not fixed: a stage can set fixed values only"
    if parameter.when:
        return f"applies only where {condition_text(parameter)}: a stage cannot set it"
    if _kind(value) != _kind(parameter.value):
        return f"must be {_kind(parameter.value)}, as {shown(parameter.value)} is, not " + (
            described(value)
        )
    try:
        plain_value(value)
    except ValueError as error:
        return str(error)
    return None


def _kind(value: Value) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
    return "nothing"
