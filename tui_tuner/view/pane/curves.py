"""The curves of a trial, with what there is to know of it below them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from engine.core.acts import Decision
from engine.core.lineage import lineage_of
from engine.core.views import TrialView
from tui_tuner.keymap import key_of
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.history import decision_lines, layout, undone_by
from tui_tuner.view.line import Line, crop, plain, wrap
from tui_tuner.view.lineage_lines import lineage_lines
from tui_tuner.view.searching import search_lines
from tui_tuner.view_state import ViewState
from tui_tuner.widgets.curve_plot import Curve, Points, curve_plot

from .attempts import attempt_lines
from .base import PaneOptions, Scene, Series
from .facts import (
    advice_lines,
    idle_lines,
    note_lines,
    origin_text,
    param_lines,
    sentence,
    stage_lines,
)
from .title import title, use_line

MIN_PLOT = 8
MAX_PLOT = 18

_ORIGIN_LINES = 3
_ROOM_FOR_HISTORY = 6
_WIDE = 70


def curves_lines(
    scene: Scene, series: Series | None, options: PaneOptions, size: tuple[int, int]
) -> list[Line]:
    """Lay the curves out in `size` = (width, height) cells: they take what the facts leave."""
    width, height = size
    state, row, glyphs, now = scene.state, scene.row, scene.glyphs, scene.now
    facts = _facts(scene, width)
    head = [title(row, width, glyphs, now), crop((), width)]
    room = max(height - len(head) - len(facts) - 1, min(height - 2, MIN_PLOT))
    plots = _plots(state, row, series, options, (width, room), glyphs)
    lines = [*head, *plots, crop((), width), *facts]
    lines += _search(state, (width, height - len(lines)))
    lines += _history(state, (width, height - len(lines)), glyphs, now)
    blank = crop((), width)
    return [*lines, *([blank] * max(0, height - len(lines)))][:height]


def metric_names(state: ViewState, series: Series | None) -> list[str]:
    """Name the metrics of a trial, the objective first."""
    objective = state.sweep.metric.name if state.sweep is not None else ""
    names = [name for name in series or {} if name != objective]
    return [objective, *names] if objective else names


def _plots(
    state: ViewState,
    row: TrialView,
    series: Series | None,
    options: PaneOptions,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[Line]:
    width, height = size
    names = metric_names(state, series)
    if not names:
        return [crop((("no metrics yet", "dim"),), width)] * min(1, height)
    start = options.metric % len(names)
    shown = [*names[start:], *names[:start]][: max(1, height // (MIN_PLOT + 1))]
    each = min(MAX_PLOT, (height - len(shown) + 1) // len(shown))
    lines: list[Line] = []
    for position, name in enumerate(shown):
        if lines:
            lines.append(crop((), width))
        curve = _curve(state, row, name, (series or {}).get(name, ()))
        if position == 0:
            hint = (
                f" ({start + 1} of {len(names)}, {key_of('metric')})"
                if len(shown) < len(names)
                else ""
            )
            curve = replace(curve, log=options.log, note=hint)
        lines += curve_plot(curve, width, each, glyphs)
    return lines


def _curve(state: ViewState, row: TrialView, name: str, points: Points) -> Curve:
    objective = state.sweep is not None and state.sweep.metric.name == name
    return Curve(
        name=name,
        points=tuple((step, value) for step, value in points),
        last_step=row.budget,
        maximize=state.ordering.maximize if objective else None,
    )


def _facts(scene: Scene, width: int) -> list[Line]:
    state, row, glyphs = scene.state, scene.row, scene.glyphs
    lines = [
        *note_lines(row, width, glyphs),
        *advice_lines(row, width, glyphs),
        *idle_lines(row, scene.now, width, glyphs),
        *param_lines(state, row, width),
        *stage_lines(state, row, width, glyphs),
        *lineage_lines(lineage_of(row, state.rows.get), width, glyphs),
    ]
    lines += [crop(((text, ""),), width) for text in wrap(sentence(row), width, 3)]
    for text in wrap(origin_text(row, glyphs), width, _ORIGIN_LINES):
        lines.append(crop(((text, "dim"),), width))
    if (used := use_line(row, width, glyphs, scene.now)) is not None:
        lines.append(used)
    if len(row.attempt_list) > 1 or any(a.note or a.tail or a.leftover for a in row.attempt_list):
        for attempt in row.attempt_list[-3:]:
            lines += attempt_lines(attempt, width, glyphs, scene.now)
    lines += [_decision(decision, width) for decision in _decisions_on(state, row)]
    return lines


def _search(state: ViewState, size: tuple[int, int]) -> list[Line]:
    """How the search of the sweep goes, where much room is left."""
    width, room = size
    lines = search_lines(state.sweep, width) if state.sweep is not None else []
    if not lines or width < _WIDE or room < len(lines) + 2:
        return []
    return [
        crop((), width),
        crop((("search", "bold"), (f"  {key_of('insight')}", "dim")), width),
        *lines,
    ]


def _history(state: ViewState, size: tuple[int, int], glyphs: Glyphs, now: float) -> list[Line]:
    """The newest decisions on the whole sweep, where much room is left."""
    width, room = size
    newest = state.decisions[-max(0, room - 3) :]
    if room < _ROOM_FOR_HISTORY or width < _WIDE or not newest:
        return []
    columns, undone = layout(newest, width, now), undone_by(state.decisions)
    lines = [crop((), width), crop((("history", "bold"), (f"  {key_of('history')}", "dim")), width)]
    for decision in reversed(newest):
        lines += decision_lines(decision, undone.get(decision.n), columns, width, whole=False)
    return lines


def _decisions_on(state: ViewState, row: TrialView) -> Sequence[Decision]:
    """The newest decisions on a trial; what stands there as advice is not told twice."""
    told = row.advice or "\0"
    on_it = (decision for decision in state.decisions if row.id in decision.trials)
    return [decision for decision in on_it if told not in decision.sentence][-3:]


def _decision(decision: Decision, width: int) -> Line:
    why = f" ({plain(decision.why, 200)})" if decision.why else ""
    said = plain(decision.sentence, 300) or plain(decision.what, 40)
    return crop(((f"{plain(decision.who, 40)}: ", "dim"), (f"{said}{why}", "dim")), width)
