"""Continuous distributions as written; each reader notes what is wrong and then gives None."""

from __future__ import annotations

from math import exp

from .distributions import Beta, Distribution, LogNormal, LogUniform, Normal, Uniform
from .entry import Entry

_EXPONENT = 700.0
"""e to a larger power leaves the range of floats."""
_SHAPE = 10_000.0


def _bounds(entry: Entry) -> tuple[float, float] | None:
    low, high = entry.number("min"), entry.number("max")
    if low is None or high is None or not entry.ascending(low, high):
        return None
    return float(low), float(high)


def read_uniform(entry: Entry) -> Distribution | None:
    """Read `min` and `max`, which are values."""
    bounds = _bounds(entry)
    if bounds is None:
        return None
    low, high = bounds
    if high - low == float("inf") or not low < high:
        entry.fault("max", "min and max are too far apart, or too close, for floating point")
        return None
    return Uniform(low=low, high=high)


def read_log_uniform_values(entry: Entry) -> Distribution | None:
    """Read `min` and `max`, which are values above 0."""
    bounds = _bounds(entry)
    if bounds is None:
        return None
    if bounds[0] <= 0.0:
        entry.fault("min", f"min must be above 0 on a log scale, not {entry.mapping['min']!r}")
        return None
    return _log_range(entry, *bounds)


def _log_range(entry: Entry, low: float, high: float) -> Distribution | None:
    if high <= low * (1.0 + 1e-12):
        entry.fault("max", "min and max are too close for a log scale")
        return None
    return LogUniform(low=low, high=high)


def _exponents(entry: Entry) -> tuple[float, float] | None:
    """Read bounds that are powers of e."""
    bounds = _bounds(entry)
    for key, bound in zip(("min", "max"), bounds or (), strict=False):
        if abs(bound) > _EXPONENT:
            reason = f"{key} is a power of e here, and e^{bound:g} is no usable number"
            entry.fault(key, f"{reason}; give values with log_uniform_values")
            return None
    return bounds


def read_log_uniform(entry: Entry) -> Distribution | None:
    """Read `min` and `max`, which are powers of e."""
    bounds = _exponents(entry)
    return None if bounds is None else _log_range(entry, exp(bounds[0]), exp(bounds[1]))


def read_inv_log_uniform(entry: Entry) -> Distribution | None:
    """Read W&B's inv_log_uniform: log(1/X) is uniform between `min` and `max`."""
    bounds = _exponents(entry)
    return None if bounds is None else _log_range(entry, exp(-bounds[1]), exp(-bounds[0]))


def _centre(entry: Entry) -> tuple[float, float] | None:
    mu, sigma = entry.number("mu", 0), entry.number("sigma", 1)
    if mu is None or sigma is None:
        return None
    if sigma <= 0:
        entry.fault("sigma", f"sigma must be above 0, not {sigma!r}")
        return None
    return float(mu), float(sigma)


def read_normal(entry: Entry) -> Distribution | None:
    """Read `mu` and `sigma`."""
    centre = _centre(entry)
    if centre is None:
        return None
    found = Normal(mu=centre[0], sigma=centre[1])
    if not -1e300 < found.low < found.high < 1e300:
        entry.fault("sigma", "mu and sigma leave the range of floating point")
        return None
    return found


def read_log_normal(entry: Entry) -> Distribution | None:
    """Read `mu` and `sigma` of the natural logarithm."""
    centre = _centre(entry)
    if centre is None:
        return None
    reach = Normal(mu=centre[0], sigma=centre[1])
    if not -_EXPONENT < reach.low < reach.high < _EXPONENT:
        entry.fault("sigma", "mu and sigma are powers of e here, and leave the range of numbers")
        return None
    return LogNormal(mu=centre[0], sigma=centre[1])


def read_beta(entry: Entry) -> Distribution | None:
    """Read the shapes `a` and `b`."""
    a, b = entry.number("a", 1), entry.number("b", 1)
    for key, shape in (("a", a), ("b", b)):
        if shape is not None and not 1.0 / _SHAPE <= shape <= _SHAPE:
            entry.fault(key, f"{key} must lie between {1.0 / _SHAPE:g} and {_SHAPE:g}")
            return None
    return None if a is None or b is None else Beta(a=float(a), b=float(b))
