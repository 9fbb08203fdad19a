"""Conditions as written: `when: {optimizer: sgd}` or `when: {optimizer: [sgd, adam]}`."""

from __future__ import annotations

from typing import Any

from engine.core.model import Value

from .entry import Entry
from .faults import named, nearest, shown
from .order import circle
from .parameters import CategoricalParameter, Condition, FloatParameter, Parameter
from .values import plain_value

_MOST_PARENTS = 8


class Written(dict[str, tuple[Entry, Parameter | None]]):
    """Every parameter by name, as written and as read (None if something was wrong with it)."""


def read_conditions(written: Written) -> dict[str, tuple[Condition, ...]]:
    """Resolve the conditions of every parameter; notes what is wrong with each."""
    found = {name: _conditions_of(name, written) for name in written}
    parents = {name: [c.parameter for c in when] for name, when in found.items()}
    told: set[str] = set()
    for name in found:
        path = [] if name in told else circle(name, parents)
        if path:
            told.update(path)
            written[name][0].fault("when", f"conditions go in a circle: {' -> '.join(path)}")
    return found


def _conditions_of(name: str, written: Written) -> tuple[Condition, ...]:
    entry = written[name][0]
    if "when" not in entry:
        return ()
    raw = entry.mapping["when"]
    if not isinstance(raw, dict):
        entry.fault("when", f"when must be a mapping of parameter to value, not {shown(raw)}")
        return ()
    if not 1 <= len(raw) <= _MOST_PARENTS:
        entry.fault("when", f"when must name 1 to {_MOST_PARENTS} parameters, not {len(raw)}")
        return ()
    conditions = (_condition(entry, key, value, written) for key, value in raw.items())
    return tuple(c for c in conditions if c is not None)


def _condition(entry: Entry, key: Any, raw: Any, written: Written) -> Condition | None:
    if not isinstance(key, str) or key not in written:
        near = nearest(key, (n for n in written if n != entry.name))
        entry.fault_in("when", key, f"when names an unknown parameter {named(key)}", near)
        return None
    parent = written[key][1]
    if key == entry.name:
        entry.fault_in("when", key, "when names the parameter itself")
        return None
    if isinstance(parent, FloatParameter):
        reason = f"{key} is continuous; a condition needs a parameter of countable values"
        entry.fault_in("when", key, reason)
        return None
    if parent is None:
        return None
    values = raw if isinstance(raw, list) else [raw]
    if not values:
        entry.fault_in("when", key, f"when lists no value of {key}")
        return None
    return _admitted(entry, parent, values)


def _admitted(entry: Entry, parent: Parameter, values: list[Any]) -> Condition | None:
    spelt: list[Value] = []
    for value in values:
        try:
            spelt.append(parent.admit(plain_value(value)))
        except ValueError:
            reason = f"when wants {shown(value)}, which is none of the values of {parent.name}"
            entry.fault_in("when", parent.name, reason, nearest(value, _texts(parent)))
            return None
    return Condition(parameter=parent.name, values=tuple(spelt))


def _texts(parent: Parameter) -> list[str]:
    if not isinstance(parent, CategoricalParameter):
        return []
    return [v for v in parent.values if isinstance(v, str)]
