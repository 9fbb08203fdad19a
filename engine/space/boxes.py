"""The box of the best trials: where a parameter is worth searching further.

It is worked out on the unit interval, so in the parameter's own scale, with a margin a side, and
never reaches beyond the current range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, log10

from engine.core.model import Params

from .bounds import Numeric, ends, with_range
from .parameters import FloatParameter, IntParameter

MARGIN = 0.1
"""Of the box's width, on each side."""
NARROWEST = 0.05
"""Of the current range on each side, where the best trials all have the same value."""
LEAST = 2
"""How many trials make a box."""
_FIGURES = 3
_FINE = 0.05
"""Of the box's width: rounding its ends must not widen it by more."""


def values_of_best(parameter: Numeric, count: int, best: Sequence[Params]) -> list[float]:
    """The values of the `count` best trials that have the parameter."""
    return [params[parameter.name] for params in best if parameter.name in params][:count]


def boxed(parameter: Numeric, count: int, best: Sequence[Params]) -> Numeric:
    """The parameter within the box of the `count` best trials. Raises ValueError."""
    if count < LEAST:
        raise ValueError(f"a box takes the best {LEAST} trials at least, not {count}")
    values = values_of_best(parameter, count, best)
    if len(values) < LEAST:
        had = "only 1 trial has" if values else "no trial has"
        raise ValueError(f"{parameter.name}: {had} a value yet; a box takes {LEAST}")
    places = [parameter.encode(value) for value in values]
    left, right = min(places), max(places)
    margin = MARGIN * (right - left) or NARROWEST
    low = parameter.decode(max(0.0, left - margin))
    high = parameter.decode(min(1.0, right + margin))
    if isinstance(parameter, FloatParameter):
        least, greatest = ends(parameter)
        figures = _figures(low, high)
        low = max(least, rounded(low, floor, figures))
        high = min(greatest, rounded(high, ceil, figures))
    elif low == high:
        low, high = _neighbours(parameter, low)
    return with_range(parameter, low, high) if (low, high) != ends(parameter) else parameter


def _neighbours(parameter: Numeric, value: float) -> tuple[float, float]:
    """One value down and one up, where there are any: a range holds two values at least."""
    step = 1 if isinstance(parameter, IntParameter) else getattr(parameter, "q", 1)
    least, greatest = ends(parameter)
    half = step / 2.0
    return max(least, value - step - half * 0.5), min(greatest, value + step + half * 0.5)


def _figures(low: float, high: float) -> int:
    """How many figures tell the ends apart finely enough."""
    size = max(abs(low), abs(high))
    width = high - low
    if width <= 0 or size == 0:
        return _FIGURES
    return min(16, max(_FIGURES, floor(log10(size)) + 1 - floor(log10(width * _FINE))))


def rounded(number: float, way: Callable[[float], int], figures: int = _FIGURES) -> float:
    """Round to so many figures, down or up as `way` does; what is round already stays."""
    if number == 0:
        return 0.0
    text = f"{number:.{figures - 1}e}"
    near = float(text)
    if abs(near - number) <= 1e-9 * abs(number):
        return near
    mantissa, _, power = text.partition("e")
    scale = int(power) - figures + 1
    whole = way(number / 10.0**scale) if abs(scale) < 300 else round(float(mantissa))
    return float(f"{whole}e{scale}")
