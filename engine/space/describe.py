"""A space as plain data, as viewers and `tui-tuner space --json` get it."""

from __future__ import annotations

from typing import Any

from .distributions import LogNormal, LogUniform
from .parameters import (
    CategoricalParameter,
    FixedParameter,
    IntParameter,
    Parameter,
)
from .space import Space

_ORIGINAL = ("kind", "min", "max", "scale", "q", "values", "value")


def describe(space: Space, first: Space | None = None) -> list[dict[str, Any]]:
    """Give one mapping a parameter, in the order written; keys that do not apply are None.

    `kind` is float, int, quantised, categorical or fixed; `min` and `max` are values, whatever the
    distribution was written with. `original` says how `first`, the space that the sweep began
    with, had the parameter; None where that is not told.
    """
    before = {p.name: _described(p) for p in first.parameters} if first is not None else {}
    return [_described(p) | {"original": _original(before.get(p.name))} for p in space.parameters]


def _original(described: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if described is None else {key: described[key] for key in _ORIGINAL}


def _described(p: Parameter) -> dict[str, Any]:
    return {
        "name": p.name,
        "kind": p.__struct_config__.tag,
        "role": p.role,
        **_range(p),
        "values": list(p.values) if isinstance(p, CategoricalParameter) else None,
        "probabilities": _probabilities(p),
        "value": p.value if isinstance(p, FixedParameter) else None,
        "when": {c.parameter: list(c.values) for c in p.when} or None,
    }


def _range(p: Parameter) -> dict[str, Any]:
    if isinstance(p, CategoricalParameter | FixedParameter):
        return dict.fromkeys(("min", "max", "scale", "distribution", "q"))
    if isinstance(p, IntParameter):
        word = "log_uniform" if p.scale == "log" else "uniform"
        return {"min": p.low, "max": p.high, "scale": p.scale, "distribution": word, "q": None}
    shape = p.distribution
    return {
        "min": p.decode(0.0),
        "max": p.decode(1.0),
        "scale": "log" if isinstance(shape, LogUniform | LogNormal) else "linear",
        "distribution": shape.__struct_config__.tag,
        "q": getattr(p, "q", None),
    }


def _probabilities(p: Parameter) -> list[float] | None:
    if not isinstance(p, CategoricalParameter) or p.probabilities is None:
        return None
    return list(p.probabilities)
