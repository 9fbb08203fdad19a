"""The ends of numeric parameters, and what becomes of a parameter between other ones.

A range is always drawn evenly on the parameter's scale: one of another shape (normal, beta) has no
ends of its own, and becomes even when it is given some.
"""

from __future__ import annotations

from math import ceil, floor, isfinite

from msgspec.structs import replace

from .distributions import LogNormal, LogUniform, Uniform
from .parameters import FloatParameter, IntParameter, Parameter, QuantisedParameter
from .steps import Steps

Numeric = FloatParameter | IntParameter | QuantisedParameter

_LARGEST = 1e300
_WHOLE = 2**53
"""Floats hold every integer up to here."""
_DISTINCT = 1.0 + 1e-12
"""Ratio of the ends of a log range that can be told apart."""


def is_log(parameter: Parameter) -> bool:
    """Whether a numeric parameter is drawn on a log scale."""
    if isinstance(parameter, IntParameter):
        return parameter.scale == "log"
    shape = getattr(parameter, "distribution", None)
    return isinstance(shape, LogUniform | LogNormal)


def ends(parameter: Numeric) -> tuple[float, float]:
    """The least and the greatest value of a numeric parameter."""
    if isinstance(parameter, IntParameter):
        return parameter.low, parameter.high
    if isinstance(parameter, QuantisedParameter):
        return parameter.at(0), parameter.at(parameter.count - 1)
    return parameter.distribution.low, parameter.distribution.high


def is_even(parameter: Numeric) -> bool:
    """Whether all values are equally likely on the parameter's scale."""
    return isinstance(parameter, IntParameter) or isinstance(
        parameter.distribution, Uniform | LogUniform
    )


def with_range(parameter: Numeric, low: float, high: float) -> Numeric:
    """The parameter between other ends, on its own scale. Raises ValueError."""
    name = parameter.name
    for end in (low, high):
        if isinstance(end, bool) or not isfinite(end) or abs(end) > _LARGEST:
            raise ValueError(f"{name}: {end!r} cannot be the end of a range")
    if low >= high:
        raise ValueError(
            f"{name}: the lower end {low:g} must lie below the upper end {high:g}"
            if low > high
            else f"{name}: from {low:g} to {low:g} is a single value; fix it there instead"
        )
    if is_log(parameter) and low <= 0:
        raise ValueError(f"{name} is searched on a log scale: its lower end must be above 0")
    if isinstance(parameter, IntParameter):
        return _int_range(parameter, low, high)
    even = _even(name, is_log(parameter), float(low), float(high))
    if isinstance(parameter, QuantisedParameter):
        _check_steps(name, parameter.q, low, high)
    return replace(parameter, distribution=even)


def _even(name: str, log: bool, low: float, high: float) -> Uniform | LogUniform:
    if log:
        if high <= low * _DISTINCT:
            raise ValueError(f"{name}: {low!r} and {high!r} are too close on a log scale")
        return LogUniform(low=low, high=high)
    if not isfinite(high - low) or not low < high:
        raise ValueError(f"{name}: {low!r} and {high!r} are too far apart")
    return Uniform(low=low, high=high)


def _int_range(parameter: IntParameter, low: float, high: float) -> IntParameter:
    name, first, last = parameter.name, ceil(low), floor(high)
    if first > last:
        raise ValueError(f"{name}: no integer lies from {low:g} to {high:g}")
    if first == last:
        raise ValueError(f"{name}: only {first} lies from {low:g} to {high:g}; fix it there")
    if max(abs(first), abs(last)) > _WHOLE:
        raise ValueError(f"{name}: an integer must lie within 2^53 of 0")
    return replace(parameter, low=first, high=last)


def _check_steps(name: str, q: float, low: float, high: float) -> None:
    if max(abs(low), abs(high)) >= _WHOLE * float(q):
        raise ValueError(f"{name}: steps of {q} are too small for {low:g} to {high:g}")
    steps = Steps.between(low, high, q)
    if steps.count == 0:
        raise ValueError(f"{name}: no multiple of {q} lies from {low:g} to {high:g}")
    if steps.count == 1:
        only = steps.value(steps.first)
        raise ValueError(f"{name}: only {only} lies from {low:g} to {high:g}; fix it there")
