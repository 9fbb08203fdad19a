"""A wider range, where the best trials crowd an edge of the present one."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

from .bounds import Numeric, is_log, with_range
from .parameters import IntParameter, QuantisedParameter

WIDER = 0.25
"""Of the width, on the parameter's scale."""
_LEAST_DECADES = 0.5
_ROUND = (1.0, 2.0, 5.0, 10.0)


def wider(parameter: Numeric, low: float, high: float, edge: str) -> tuple[float, float] | None:
    """The range with its 'lower' or 'upper' edge further out, at a round number.

    None where the range ends there for a reason of its own: a share at 0 or 1, a count at 1.
    """
    out = _outward(low, high, edge, log=is_log(parameter))
    if isinstance(parameter, IntParameter):
        out = float(max(floor(out + 0.5), 1)) if low >= 1 else float(floor(out + 0.5))
    elif isinstance(parameter, QuantisedParameter) and isfinite(out):
        out = _to_a_step(parameter, low, out, edge)
    wished = (low, out) if edge == "upper" else (out, high)
    if not isfinite(out) or (out <= high if edge == "upper" else out >= low):
        return None
    try:
        with_range(parameter, *wished)
    except ValueError:
        return None
    return wished


def _to_a_step(parameter: QuantisedParameter, low: float, out: float, edge: str) -> float:
    """The next multiple of the step further out; none below 0 where there are none so far."""
    way = ceil if edge == "upper" else floor
    value = float(parameter.steps.value(way(out / parameter.q + (-1e-9 if way is ceil else 1e-9))))
    return low if value <= 0 and is_log(parameter) else value


def _outward(low: float, high: float, edge: str, *, log: bool) -> float:
    upper = edge == "upper"
    if log:
        step = max(_LEAST_DECADES, WIDER * (log10(high) - log10(low)))
        number = _round_decade(log10(high) + step if upper else log10(low) - step, upper)
    else:
        number = _round_multiple(low, high, upper)
    return _natural(low, high, number)


def _round_decade(exponent: float, upper: bool) -> float:
    """Round 10^exponent away from the range to 1, 2 or 5 times a power of ten."""
    if not -300 < exponent < 300:
        return float("inf") if upper else 0.0
    power = floor(exponent + 1e-9)
    leading = 10.0 ** (exponent - power)
    if upper:
        step = next(step for step in _ROUND if step >= leading * (1 - 1e-9))
    else:
        step = next(step for step in reversed(_ROUND) if step <= leading * (1 + 1e-9))
    return float(f"{step:g}e{power}")


def _round_multiple(low: float, high: float, upper: bool) -> float:
    """Go a quarter of the width on, and further to a multiple of a round number."""
    quarter = WIDER * (high - low)
    power = floor(log10(quarter) + 1e-9)
    unit = next(s for s in reversed(_ROUND) if s * 10.0**power <= quarter * (1 + 1e-9))
    unit *= 10.0**power
    if upper:
        return float(f"{ceil((high + quarter) / unit - 1e-9) * unit:.12g}")
    return float(f"{floor((low - quarter) / unit + 1e-9) * unit:.12g}")


def _natural(low: float, high: float, number: float) -> float:
    """Keep to bounds that are none of taste: a size is not below 0, a share stays short of 1."""
    if low < 0:
        return number
    if _looks_like_a_share(low, high) and number > high:
        return 1.0 if high == 1 else float(f"{high + (1.0 - high) / 2.0:.3g}")
    return max(0.0, number)


def _looks_like_a_share(low: float, high: float) -> bool:
    """Dropout from 0 to 0.7 or momentum from 0.8 to 0.99, rather than a rate from 1e-6 to 0.1."""
    return 0.3 < high <= 1 and (low == 0 or high / low < 100)
