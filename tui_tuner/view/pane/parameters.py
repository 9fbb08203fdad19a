"""A trial's parameters beside those of the best: what differs stands out."""

from __future__ import annotations

from engine.core.views import TrialView
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, Run, crop, fit, plain, width_of, wrap
from tui_tuner.view.numbers import short
from tui_tuner.view.ranges import same
from tui_tuner.view_state import ViewState

from .base import Scene
from .facts import origin_text, stage_lines

_NAMES = 28
_VALUES = 16
_UNSET = "unset"
_TITLE = "parameters"


def parameters_lines(scene: Scene, width: int) -> list[Line]:
    """Write the comparison, then where the trial comes from."""
    state, row, glyphs = scene.state, scene.row, scene.glyphs
    lines = [*compared_lines(state, row, width, glyphs), crop((), width)]
    told = wrap(origin_text(row, glyphs), width, 3)
    lines += [crop(((text, "dim"),), width) for text in told]
    return [*lines, *stage_lines(state, row, width, glyphs)]


def compared_lines(state: ViewState, row: TrialView, width: int, glyphs: Glyphs) -> list[Line]:
    """Write a line a parameter: this trial's value, the best one's; what differs comes first."""
    best = state.rows.get(state.best_id or "")
    if best is not None and best.id == row.id:
        best = None
    names = list(dict.fromkeys([*row.params, *(best.params if best is not None else ())]))
    names.sort(key=lambda name: best is None or _is_same(row, best, name))
    label = min(_NAMES, max((width_of(plain(name)) for name in names), default=4), width // 2)
    label = max(label, len(_TITLE))
    size = _value_width(names, row, best, width - label)
    heads: list[Run] = [(fit(_TITLE, label + 2), "bold"), (fit(row.id, size + 2), "head")]
    if best is not None:
        heads.append((f"{glyphs.best} {best.id}", "head"))
    elif state.best_id == row.id:
        heads.append((f"{glyphs.best} the best", "best"))
    widths = (label, size, width)
    rows = (_parameter(state, row, best, name, widths, glyphs) for name in names)
    return [crop(heads, width), *rows]


def _parameter(
    state: ViewState,
    row: TrialView,
    best: TrialView | None,
    name: str,
    widths: tuple[int, int, int],
    glyphs: Glyphs,
) -> Line:
    label, size, width = widths
    stats = state.params.get(name)
    varies = stats is not None and stats.varies
    differs = best is not None and not _is_same(row, best, name)
    mark = (glyphs.differs if differs else " ", "warning")
    stands_out = differs or (varies and best is None)
    role = "warning" if name in row.overrides else "bold" if stands_out else ""
    runs: list[Run] = [
        (fit(plain(name), label), "" if differs or varies else "dim"),
        (" ", ""),
        mark,
        (fit(_value(row, name, size), size + 2), role),
    ]
    if best is not None:
        runs.append((fit(_value(best, name, size), size), "" if differs else "dim"))
    return crop(runs, width)


def _is_same(row: TrialView, best: TrialView, name: str) -> bool:
    if name not in row.params or name not in best.params:
        return name not in row.params and name not in best.params
    return same(row.params[name], best.params[name])


def _value(row: TrialView, name: str, room: int = _VALUES) -> str:
    if name not in row.params:
        return _UNSET
    text = short(row.params[name], 4)
    return text if width_of(text) <= room else short(row.params[name], 3)


def _value_width(names: list[str], row: TrialView, best: TrialView | None, room: int) -> int:
    """Give the cells of a column of values: what they need, or what there is for one of two."""
    rows = [row] if best is None else [row, best]
    widest = max((width_of(_value(r, name)) for r in rows for name in names), default=5)
    return max(6, min(_VALUES, widest, (room - 4) // 2))
