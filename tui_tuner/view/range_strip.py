"""Where the best trials lie in a parameter's range, in a few cells."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.views import TrialView

from .glyphs import Glyphs
from .line import Line, crop, plain
from .range_axis import Axis, axis_over
from .ranges import Parameter, spelled, value_key


def strip(parameter: Parameter, best: Sequence[TrialView], width: int, glyphs: Glyphs) -> Line:
    """Draw the best trials' values over the range; of choices, name the commonest."""
    values = [row.params[parameter.name] for row in best if parameter.name in row.params]
    if not values:
        return crop((("", ""),), width)
    if parameter.numeric and not parameter.now.fixed:
        return _heights(parameter, values, width, glyphs)
    return _names(values, width)


def _heights(parameter: Parameter, values: list[object], width: int, glyphs: Glyphs) -> Line:
    room = axis_over((parameter.now,), parameter.now.log)
    low, high = (room.scaled(end) for end in (parameter.now.low or 0.0, parameter.now.high or 0.0))
    axis = Axis(low, high, parameter.now.log) if low < high else room
    counts = [0] * width
    for value in values:
        share = axis.share(value) if isinstance(value, int | float) else -1.0
        if 0.0 <= share <= 1.0:
            counts[min(width - 1, int(share * width))] += 1
    most = max(max(counts), 3)
    ladder = glyphs.ladder
    return tuple(
        (ladder[-(-n * len(ladder) // most) - 1], "best") if n else (glyphs.rule, "faint")
        for n in counts
    )


def _names(values: list[object], width: int) -> Line:
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for value in values:
        key = value_key(value)
        counts[key] = counts.get(key, 0) + 1
        names[key] = plain(spelled(value))
    ordered = sorted(counts, key=lambda key: -counts[key])
    text = "  ".join(f"{names[key]} x{counts[key]}" for key in ordered)
    return crop(((text, "dim"),), width)
