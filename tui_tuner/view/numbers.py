"""Numbers as people read them: aligned metrics, short parameters, durations."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from .line import plain

MAX_PARAM_WIDTH = 12
_MINUTES_FROM_S = 99.95


def duration(seconds: float) -> str:
    """Write a duration in at most six characters: 12s, 3m04, 2h10, 3d04h."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def pace_text(epoch_s: float) -> str:
    """Write how long an epoch takes: 1.29s/epoch, 2m03/epoch."""
    return f"{duration(epoch_s)}/epoch" if epoch_s >= _MINUTES_FROM_S else f"{epoch_s:.3g}s/epoch"


class ValueFormat(NamedTuple):
    """How every value of one metric is written: so many decimals, or powers of ten."""

    decimals: int = 4
    scientific: bool = False

    def text(self, value: float | None) -> str:
        """Write a value in this format; one that would not fit falls back to powers of ten."""
        if value is None:
            return ""
        if not math.isfinite(value):
            return str(value)
        if self.scientific or abs(value) >= 1e6:
            return exponent(f"{value:.2e}")
        return f"{value:.{self.decimals}f}"


def value_format(reference: float | None) -> ValueFormat:
    """Choose the format of a metric from a typical value: about five figures in all."""
    if reference is None or not math.isfinite(reference) or reference == 0:
        return ValueFormat()
    magnitude = math.floor(math.log10(abs(reference)))
    if magnitude < -4 or magnitude > 6:
        return ValueFormat(2, scientific=True)
    return ValueFormat(max(0, min(4 - max(magnitude, 0), 4) + max(0, -magnitude - 1)))


def exponent(text: str) -> str:
    """Shorten an exponent: 3.10e-05 -> 3.1e-5."""
    mantissa, _, power = text.partition("e")
    if not power:
        return text
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(power)}"


def short(value: Any, digits: int = 2) -> str:
    """Write a parameter's value in the shortest form with `digits` significant figures."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return _short_float(value, digits)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**8 else exponent(f"{float(value):.{digits - 1}e}")
    if isinstance(value, list | tuple):
        return "[" + ",".join(short(item, digits) for item in value[:20]) + "]"
    return plain(str(value))


def _short_float(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    scientific = exponent(f"{value:.{digits - 1}e}")
    magnitude = math.floor(math.log10(abs(value)))
    decimals = max(0, digits - 1 - magnitude)
    fixed = f"{value:.{decimals}f}"
    if "." in fixed:
        fixed = fixed.rstrip("0").rstrip(".")
    if magnitude >= digits and magnitude < 6:
        return fixed
    return fixed if len(fixed) <= len(scientific) and magnitude >= -2 else scientific


class ParamFormat(NamedTuple):
    """How every value of one parameter is written: `style` is plain, fixed or scientific."""

    style: str = "plain"
    digits: int = 2
    """Significant figures (plain), or decimals (of the mantissa, where scientific)."""

    def text(self, value: Any) -> str:
        """Write a value."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or self.style == "plain" or not math.isfinite(value):
            return short(value, self.digits)
        if self.style == "fixed":
            return f"{value:.{self.digits}f}"
        mantissa, _, power = f"{value:.{self.digits}e}".partition("e")
        return f"{mantissa}e{int(power)}" if value else "0"


def param_format(values: Collection[Any]) -> ParamFormat:
    """Choose the shortest format that tells distinct values apart, aligned if they are measures.

    Among many values one look-alike in twenty is fine: it never costs all of them a figure.
    """
    floats = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    if len(floats) < len(values) or all(_is_round(value) for value in floats):
        return next(
            (f for f in _formats("plain", 2, 6) if _tells_apart(f, values)), ParamFormat("plain", 6)
        )
    sizes = [abs(value) for value in floats if value]
    wide = max(sizes) >= 1000 * min(sizes) or max(sizes) >= 1e5 or min(sizes) < 1e-4
    fixed = () if wide else _formats("fixed", *_decimals(max(sizes)))
    near = (f for f in fixed if _tells_apart(f, values) and _is_near(f, floats))
    exact = (f for f in _formats("scientific", 1, 2) if _tells_apart(f, values))
    return next(near, None) or next(exact, ParamFormat("scientific", 2))


def _formats(style: str, least: int, most: int) -> Iterator[ParamFormat]:
    return (ParamFormat(style, digits) for digits in range(least, most + 1))


def _tells_apart(chosen: ParamFormat, values: Collection[Any]) -> bool:
    return len({chosen.text(value) for value in values}) >= len(values) * 0.95


def _is_near(chosen: ParamFormat, values: Collection[float]) -> bool:
    """Whether what is written is within a tenth of the value, but for one in twenty."""
    far = sum(abs(float(chosen.text(value)) - value) > 0.1 * abs(value) for value in values)
    return far <= len(values) * 0.05


def _is_round(value: float) -> bool:
    return float(short(value, 2)) == value


def _decimals(largest: float) -> tuple[int, int]:
    magnitude = math.floor(math.log10(largest))
    return max(0, 1 - magnitude), max(0, 2 - magnitude)
