"""What a parameter is searched over, as a person reads it: '1e-6..10 (log)'."""

from __future__ import annotations

from math import isfinite

from engine.core.model import Value
from engine.text import clean

from .bounds import ends, is_log
from .distributions import Beta, LogNormal, LogUniform, Normal, Uniform
from .parameters import CategoricalParameter, FixedParameter, IntParameter, Parameter

_FIGURES = 4
_MOST_VALUES = 12
_SHAPES: dict[type, str] = {
    Uniform: "",
    LogUniform: "log",
    Normal: "normal",
    LogNormal: "log-normal",
    Beta: "beta",
}


def number_text(number: float) -> str:
    """Write a number with four figures, the shorter way: 0.032, 3.2e-4, 1e6."""
    if isinstance(number, int):
        return str(number) if abs(number) < 10**8 else _powers(float(number))
    plain = f"{number:.{_FIGURES}g}"
    if not isfinite(number):
        return plain
    powers = _powers(number)
    return plain if "e" not in plain and len(plain) <= len(powers) else powers


def value_text(value: Value) -> str:
    """Write a value of a list: true, adam, 0.1; a long one is cut."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return number_text(value) if float(number_text(value)) == value else repr(value)
    if isinstance(value, list):
        return clean(f"[{', '.join(value_text(v) for v in value[:_MOST_VALUES])}]", limit=60)
    return clean(str(value), limit=60)


def range_text(p: Parameter) -> str:
    """Write what a parameter is searched over: '0.001..0.1 (log)', '32, 64', 'fixed at 3'."""
    if isinstance(p, FixedParameter):
        return f"fixed at {value_text(p.value)}"
    if isinstance(p, CategoricalParameter):
        more = len(p.values) - _MOST_VALUES
        listed = ", ".join(value_text(v) for v in p.values[:_MOST_VALUES])
        return f"{listed} and {more} more" if more > 0 else listed
    low, high = ends(p)
    word = shape_text(p)
    return f"{number_text(low)}..{number_text(high)}{f' ({word})' if word else ''}"


def shape_text(p: Parameter) -> str:
    """Name how a numeric parameter is drawn where that is not evenly: log, normal, ..."""
    if isinstance(p, IntParameter):
        return "log" if is_log(p) else ""
    return _SHAPES[type(p.distribution)] if hasattr(p, "distribution") else ""


def _powers(number: float) -> str:
    mantissa, _, power = f"{number:.{_FIGURES - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
