"""What trials differ in and how they did: a row a fact, a column a trial."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from engine.core.views import TrialView
from tui_tuner.keymap import key_of
from tui_tuner.plot import ROLES, sample
from tui_tuner.view_state import ViewState, trial_elapsed_s

from .cells import is_dropped, state_glyph
from .compare import AT_ONCE, Comparison
from .compare_names import differing, values
from .glyphs import Glyphs
from .line import Line, Run, crop, fit, line_width, plain, right, with_role
from .numbers import duration, value_format

_LABEL = 16
_COLUMN = 16
_SHORTEST = 8
_NARROWEST = 10


class Facts(Struct, frozen=True, kw_only=True):
    """What the table depends on besides the comparison: `read` is what stands at the cursor."""

    state: ViewState
    glyphs: Glyphs
    now: float
    place: str = ""
    read: Sequence[float | None] = ()


def head_lines(comparison: Comparison, facts: Facts, width: int) -> list[Line]:
    """Name the trials above their columns, each beside its line; below it, what was read off."""
    rows = _rows(comparison, facts)
    label, column = _widths(len(rows), width)
    best = facts.state.best_id
    cells: list[Line] = []
    for row, role in zip(rows, ROLES, strict=False):
        mark = facts.glyphs.best if row.id == best else " "
        line = (sample(role, facts.glyphs), role)
        runs: Line = (line, (" ", ""), (mark, "best"), (row.id, "bold"))
        runs = runs if line_width(runs) < column else runs[2:]
        cell = (*_to_right(runs, column - 1), (" ", ""))
        cells.append(with_role(cell, "cursor") if row.id == comparison.chosen else cell)
    heading = (fit(_page(comparison), label), "dim")
    lines = [crop((heading, *(run for cell in cells for run in cell)), width)]
    if facts.place:
        read = [_number(value, facts) for value in facts.read]
        lines.append(_line(facts.place, read, width, role="head"))
    return lines


def table_lines(comparison: Comparison, facts: Facts, width: int) -> list[Line]:
    """List the parameters that differ, then how the trials did; the best value is marked."""
    rows = _rows(comparison, facts)
    if not rows:
        return []
    names = differing(rows)
    lines = [
        _line(plain(name), [(text, "") for text in _written(rows, name, facts)], width)
        for name in names
    ]
    same = sum(1 for name in rows[0].params if name not in names)
    said = _said(same, len(names)) if len(rows) > 1 else ""
    lines += [crop(((said, "dim"),), width)] if said else []
    lines.append(_line("state", [_state(row, facts) for row in rows], width))
    metric = _objective(facts)
    lines.append(_line(f"last {metric}", [_last(row, facts) for row in rows], width))
    lines.append(_line(f"best {metric}", _leading([row.best for row in rows], facts), width))
    lines += [_line(name, cells, width) for name, cells in _course(rows, facts)]
    return lines


def column_at(comparison: Comparison, width: int, x: int) -> str | None:
    """Name the trial whose column a cell belongs to."""
    label, column = _widths(len(comparison.shown), width)
    at = (x - label) // column
    return comparison.shown[at] if 0 <= at < len(comparison.shown) else None


def _rows(comparison: Comparison, facts: Facts) -> list[TrialView]:
    known = facts.state.rows
    return [known[name] for name in comparison.shown if name in known]


def _widths(count: int, width: int) -> tuple[int, int]:
    """Give the width of the labels, and of a trial's column with the blank behind it."""
    wanted = width - max(1, count) * _NARROWEST
    label = min(_LABEL, max(_SHORTEST, wanted))
    return label, max(2, min(_COLUMN, (width - label) // max(1, count)))


def _line(label: str, cells: Sequence[Run], width: int, role: str = "dim") -> Line:
    size, column = _widths(len(cells), width)
    runs: list[Run] = [(fit(label, size - 1) + " ", role)]
    for text, own in cells:
        runs += [(right(text, column - 1), own), (" ", "")]
    return crop(runs, width)


def _to_right(runs: Line, width: int) -> Line:
    used = line_width(runs)
    return crop(((" " * max(0, width - used), ""), *runs), width)


def _page(comparison: Comparison) -> str:
    if comparison.pages == 1:
        return ""
    first = comparison.page * AT_ONCE
    last, count = first + len(comparison.shown), len(comparison.trials)
    return f"{first + 1}-{last} of {count}, {key_of('more_trials')}: next"


def _written(rows: Sequence[TrialView], name: str, facts: Facts) -> list[str]:
    return values(rows, name, facts.state.params, facts.glyphs.missing)


def _said(same: int, different: int) -> str:
    if not different:
        return "the same parameters; their seeds differ" if same else "no parameters"
    return f"{same} other parameter{'s' * (same != 1)} the same" if same else ""


def _objective(facts: Facts) -> str:
    sweep = facts.state.sweep
    return plain(sweep.metric.name, 40) if sweep is not None else ""


def _state(row: TrialView, facts: Facts) -> Run:
    glyph, role = state_glyph(row, facts.glyphs)
    word = "dropped" if is_dropped(row) else plain(row.state, 20)
    return f"{glyph} {word}", role


def _last(row: TrialView, facts: Facts) -> Run:
    if row.last_text:
        return plain(row.last_text, 8), "error"
    return _number(row.value, facts)


def _number(value: float | None, facts: Facts) -> Run:
    if value is None or not math.isfinite(value):
        return facts.glyphs.missing, "dim"
    best = facts.state.sweep.best if facts.state.sweep is not None else None
    near = best is not None and abs(value) < 1000 * max(abs(best.value), 1e-12)
    chosen = facts.state.value_format if near else value_format(value)
    return chosen.text(value), ""


def _leading(values: Sequence[float | None], facts: Facts) -> list[Run]:
    """Write values, the best of them marked."""
    pick = max if facts.state.ordering.maximize else min
    known = [value for value in values if value is not None and math.isfinite(value)]
    best = pick(known, default=None)
    cells: list[Run] = []
    for value in values:
        text, role = _number(value, facts)
        leads = value is not None and value == best and len(values) > 1
        cells.append((f"{facts.glyphs.best}{text}", "best") if leads else (text, role))
    return cells


def _course(rows: Sequence[TrialView], facts: Facts) -> list[tuple[str, list[Run]]]:
    """How far the trials came, and what it took."""
    elapsed = [trial_elapsed_s(row, facts.now) for row in rows]
    steps = [_of(row.step, row.budget, facts) for row in rows]
    pace = [
        f"{took / row.step:.2g}s" if row.step and took else facts.glyphs.missing
        for row, took in zip(rows, elapsed, strict=True)
    ]
    course = [
        ("best at epoch", [_whole(row.best_step, facts) for row in rows]),
        ("epoch", steps),
        ("time", [duration(took) if took else facts.glyphs.missing for took in elapsed]),
        ("per epoch", pace),
        ("attempts", [str(row.attempts) for row in rows]),
    ]
    if len({row.stage for row in rows}) > 1:
        course.append(("stage", [plain(row.stage, 20) for row in rows]))
    return [(name, [(text, "") for text in texts]) for name, texts in course]


def _of(step: int | None, budget: int | None, facts: Facts) -> str:
    done = _whole(step, facts)
    return f"{done}/{budget}" if budget else done


def _whole(number: int | None, facts: Facts) -> str:
    return facts.glyphs.missing if number is None else str(number)
