"""From the `parameters` of a config file to a space, every fault of them told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from .conditions import Written, read_conditions
from .entry import Entry
from .faults import Fault, Path, named, nearest, shown, step
from .forms import FORMS, check_keys, distribution_of
from .parameters import FixedParameter, Parameter
from .space import Space

__all__ = ["Fault", "build_space", "written_parameters"]

_DEPTH = 16
_MOST_PARAMETERS = 1000
_MOST_FAULTS = 1000
"""Aliases make a few lines into billions of parameters."""
_NAME_LENGTH = 200
_ROLES = ("scientific", "nuisance", "fixed")


def build_space(
    raw: Mapping[str, Any], budget_parameter: str | None = None
) -> tuple[Space, list[Fault]]:
    """Read the plain mapping under `parameters`; without faults, the space is whole.

    Nested `parameters` become dotted names. Takes anything and raises nothing. The parameter that
    the budget sets must not be among them.
    """
    faults: list[Fault] = []
    written = Written()
    for entry in _entries(raw, faults):
        if entry.name in written:
            entry.fault(None, f"{entry.name} is written twice")
        elif entry.name == budget_parameter:
            entry.fault(
                None, f"{entry.name} is the budget, which the sweep sets; leave it out here"
            )
        else:
            written[entry.name] = (entry, _read(entry))
    conditions = read_conditions(written)
    parameters = tuple(
        msgspec.structs.replace(p, when=conditions[name])
        for name, (_, p) in written.items()
        if p is not None
    )
    return Space(parameters=parameters), faults


def written_parameters(raw: Any) -> dict[str, dict[Any, Any]]:
    """Give every parameter's own mapping, by its dotted name, of a sound `parameters`."""
    return {entry.name: entry.mapping for entry in _entries(raw, [])}


def _entries(raw: Any, faults: list[Fault]) -> Iterator[Entry]:
    if not isinstance(raw, dict):
        faults.append(Fault((), f"parameters must be a mapping, not {shown(raw)}"))
        return
    if not raw:
        faults.append(Fault((), "parameters is empty; name at least one"))
    for found, entry in enumerate(_flattened(raw, "", (), faults)):
        if found >= _MOST_PARAMETERS:
            faults.append(Fault((), f"more than {_MOST_PARAMETERS} parameters"))
            return
        yield entry


def _flattened(
    raw: dict[Any, Any], prefix: str, path: Path, faults: list[Fault]
) -> Iterator[Entry]:
    """Walk a mapping of parameters and those nested in it."""
    for key, value in raw.items():
        if len(faults) > _MOST_FAULTS:
            return
        here = (*path, step(key))
        reason = _misnamed(key) or _misshapen(value)
        if reason is not None:
            faults.append(Fault(here, reason))
        elif "parameters" in value:
            yield from _nested(value, f"{prefix}{key}", here, faults)
        else:
            yield Entry(f"{prefix}{key}", here, value, faults)


def _nested(group: dict[Any, Any], name: str, path: Path, faults: list[Fault]) -> Iterator[Entry]:
    for key in group:
        if key != "parameters":
            reason = f"{named(key)} does not go with nested parameters"
            faults.append(Fault((*path, step(key)), reason, nearest(key, ("parameters",))))
    inner, here = group["parameters"], (*path, "parameters")
    if not isinstance(inner, dict) or not inner:
        problem = (
            "is empty" if isinstance(inner, dict) else f"must be a mapping, not {shown(inner)}"
        )
        faults.append(Fault(here, f"parameters {problem}"))
    elif len(here) > 2 * _DEPTH:
        faults.append(Fault(here, "parameters are nested too deeply"))
    else:
        yield from _flattened(inner, f"{name}.", here, faults)


def _misnamed(key: Any) -> str | None:
    if not isinstance(key, str):
        return f"a parameter's name must be text, not {shown(key)}"
    plain = key.isprintable() and not any(c.isspace() or c in "=${}" for c in key)
    if not plain or not 1 <= len(key) <= _NAME_LENGTH:
        return "a parameter's name is 1 to 200 letters without spaces, '=', '$' or braces"
    return None


def _misshapen(value: Any) -> str | None:
    if isinstance(value, dict):
        return None
    hint = "values: [...]" if isinstance(value, list) else "value: ..."
    return f"must be a mapping such as {{{hint}}}, not {shown(value)}"


def _read(entry: Entry) -> Parameter | None:
    distribution = distribution_of(entry)
    if distribution is None:
        return None
    check_keys(entry, distribution)
    parameter = FORMS[distribution].read(entry)
    role = entry.word("role", _ROLES)
    if parameter is not None and role is not None:
        parameter = _with_role(entry, parameter, role)
    return parameter if entry.sound else None


def _with_role(entry: Entry, parameter: Parameter, role: str) -> Parameter:
    fixed = isinstance(parameter, FixedParameter)
    if fixed != (role == "fixed"):
        reason = "role fixed needs a single value" if not fixed else "a single value is role fixed"
        entry.fault("role", reason)
    return msgspec.structs.replace(parameter, role=role)
