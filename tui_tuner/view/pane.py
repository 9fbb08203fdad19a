"""The pane about one trial: its curves, its parameters, its state in a sentence, its attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from engine.core.acts import Decision
from engine.core.lineage import lineage_of
from engine.core.views import AttemptView, TrialView
from engine.protocol.noise import is_level
from tui_tuner.view_state import ViewState, trial_elapsed_s
from tui_tuner.widgets.curve_plot import Curve, Points, curve_plot

from .columns import is_dropped, state_glyph
from .finals import decimals, spread_text
from .glyphs import Glyphs
from .history import decision_lines, layout, undone_by
from .line import Line, Run, crop, fit, line_width, pack, plain, width_of, wrap
from .lineage_lines import lineage_lines
from .numbers import duration, short
from .searching import origin_of, search_lines

MIN_PLOT = 8
MAX_PLOT = 18

_GOING = {"paused": "pausing", "pruned": "being pruned"}
_NOTE_LINES = 3
_ORIGIN_LINES = 3
_ROOM_FOR_HISTORY = 6
_WIDE = 70


class PaneOptions(Struct, frozen=True):
    """How the pane is looked at: which metric comes first, and whether its axis is logarithmic.

    `metric` counts round and round, whatever the number of metrics.
    """

    metric: int = 0
    log: bool = False


Series = Mapping[str, Points]


def pane_lines(
    state: ViewState,
    row: TrialView,
    series: Series | None,
    options: PaneOptions,
    size: tuple[int, int],
    glyphs: Glyphs,
    now: float,
) -> list[Line]:
    """Lay the pane out in `size` = (width, height) cells: curves take what the facts leave."""
    width, height = size
    facts = _facts(state, row, width, glyphs, now)
    head = [_title(row, width, glyphs, now), crop((), width)]
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


def _title(row: TrialView, width: int, glyphs: Glyphs, now: float) -> Line:
    glyph, role = state_glyph(row, glyphs)
    state: Line = ((f"{glyph} {_state_word(row)}", role),)
    parts: list[tuple[int, Line]] = [(9, ((row.id, "bold"),)), (8, state)]
    if row.step is not None:
        budget = f"/{row.budget}" if row.budget else ""
        parts.append((7, ((f"epoch {row.step}{budget}", ""),)))
    if elapsed := trial_elapsed_s(row, now):
        parts.append((6, ((duration(elapsed), "dim"),)))
        if row.state == "running" and row.step:
            parts.append((4, ((f"{elapsed / row.step:.2g}s/epoch", "dim"),)))
    if row.device:
        parts.append((5, ((plain(row.device, 20), "dim"),)))
    return crop(pack(parts, width), width)


def _state_word(row: TrialView) -> str:
    if row.held:
        return "held in memory"
    if row.ending and row.state == "running":
        return _GOING.get(row.ending, "stopping")
    return "dropped" if is_dropped(row) else plain(row.state, 20)


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
            hint = f" ({start + 1} of {len(names)}, m)" if len(shown) < len(names) else ""
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


def _facts(state: ViewState, row: TrialView, width: int, glyphs: Glyphs, now: float) -> list[Line]:
    lines = [
        *_note(row, width, glyphs),
        *_advice(row, width, glyphs),
        *_params(state, row, width),
        *_stage(state, row, width, glyphs),
        *lineage_lines(lineage_of(row, state.rows.get), width, glyphs),
    ]
    lines += [crop(((text, ""),), width) for text in wrap(_sentence(row), width, 3)]
    for text in wrap(_origin(row, glyphs), width, _ORIGIN_LINES):
        lines.append(crop(((text, "dim"),), width))
    if len(row.attempt_list) > 1 or any(a.note or a.tail or a.leftover for a in row.attempt_list):
        for attempt in row.attempt_list[-3:]:
            lines += _attempt(attempt, width, glyphs, now)
    lines += [_decision(decision, width) for decision in _decisions_on(state, row)]
    return lines


def _note(row: TrialView, width: int, glyphs: Glyphs) -> list[Line]:
    if not row.note:
        return []
    texts = wrap(plain(row.note, 2000), width - 2, _NOTE_LINES)
    marks = [glyphs.note, *" " * len(texts)]
    return [
        crop(((f"{mark} ", "accent"), (text, "bold")), width)
        for mark, text in zip(marks, texts, strict=False)
    ]


def _advice(row: TrialView, width: int, glyphs: Glyphs) -> list[Line]:
    """What an advisory rule would have done, for a person to decide."""
    if not row.advice:
        return []
    texts = wrap(f"advice: {plain(row.advice, 400)}", width - 2, _NOTE_LINES)
    marks = [glyphs.advice, *" " * len(texts)]
    return [
        crop(((f"{mark} ", "warning"), (text, "warning")), width)
        for mark, text in zip(marks, texts, strict=False)
    ]


def _stage(state: ViewState, row: TrialView, width: int, glyphs: Glyphs) -> list[Line]:
    """The stage with what it sets otherwise, and how the trial did over several seeds."""
    several = state.sweep is not None and len(state.sweep.stages) > 1
    parts = [f"stage {plain(row.stage, 30)}"] if several else []
    if row.overrides:
        parts.append(f"which sets {', '.join(plain(name, 40) for name in row.overrides)}")
    if row.repeat_of:
        parts.append(f"repeats {plain(row.repeat_of, 12)} with another seed")
    lines = [crop(((glyphs.dot.join(parts), "dim"),), width)] if parts else []
    if row.mean is not None:
        lines.append(_spread(state, row, width, glyphs))
    return lines


def _spread(state: ViewState, row: TrialView, width: int, glyphs: Glyphs) -> Line:
    best = state.leader
    text = spread_text(row, decimals(state.finalists), f" {glyphs.spread} ")
    runs: list[Run] = [
        ("mean ", "dim"),
        (text, "best" if best is not None and best.id == row.id else "bold"),
        (f" ({row.repeats} seed{'s' * (row.repeats != 1)})", "dim"),
    ]
    if best is not None and is_level(row, best):
        runs.append((f"  {glyphs.level} {best.id}, within noise", "warning"))
    return crop(runs, width)


def _params(state: ViewState, row: TrialView, width: int) -> list[Line]:
    lines: list[list[Run]] = [[]]
    used = 0
    for name, value in list(row.params.items())[:60]:
        stats = state.params.get(name)
        text = fit(short(value, 4), 60).rstrip()
        label = fit(plain(name), 40).rstrip() + " "
        size = width_of(label) + width_of(text) + 3
        if lines[-1] and used + size > width + 3:
            lines.append([])
            used = 0
        strong = "" if stats is None or not stats.varies else "bold"
        strong = "warning" if name in row.overrides else strong
        gap = "   " if lines[-1] else ""
        lines[-1] += [(gap, ""), (label, "dim"), (text, strong)]
        used += size
    return [crop(runs, width) for runs in lines if line_width(runs)]


def _sentence(row: TrialView) -> str:
    reason = plain(row.reason, 400) if row.reason else ""
    if row.ending and row.state == "running":
        return f"asked to go: {reason}" if reason else "asked to go; waits for its process to end"
    if row.held:
        return f"{reason}; its memory and slot {row.slot} stay taken until it is continued"
    if row.state == "failed":
        kind = plain(row.failure or "error", 30)
        return f"failed ({kind}): {reason}" if reason else f"failed: {kind}"
    if row.state == "waiting" and not reason:
        return "waits for a free slot"
    if not reason:
        return ""
    return reason if reason.startswith(row.state) else f"{plain(row.state, 20)}: {reason}"


def _origin(row: TrialView, glyphs: Glyphs) -> str:
    parts = [origin_of(row), f"seed {row.seed}"]
    if row.budget and row.step is None:
        parts.append(f"budget {row.budget} epochs")
    if row.parent and row.parent not in row.origin:
        parts.append(f"from {plain(row.parent, 12)}")
    if row.attempts != 1:
        parts.append(f"{row.attempts} attempts")
    if row.rejected:
        parts.append(f"{row.rejected} unreadable report{'s' * (row.rejected != 1)}")
    return glyphs.dot.join(part for part in parts if part)


def _attempt(attempt: AttemptView, width: int, glyphs: Glyphs, now: float) -> list[Line]:
    took = duration((attempt.ended_at or now) - attempt.started_at)
    words = [
        f"attempt {attempt.n}",
        attempt.start,
        took,
        attempt.outcome or "running",
        attempt.exit,
    ]
    text = glyphs.dot.join(plain(word, 60) for word in words if word)
    lines = [crop(((text, "dim"),), width)]
    if attempt.note:
        lines.append(crop(((f"  {plain(attempt.note, 300)}", "dim"),), width))
    if attempt.leftover:
        names = ", ".join(plain(process, 60) for process in attempt.leftover[:4])
        lines.append(crop(((f"  would not die: {names}", "error"),), width))
    tail = [part for part in attempt.tail.splitlines() if part.strip()][-2:]
    return [*lines, *(crop(((f"  {plain(part)}", "error"),), width) for part in tail)]


def _search(state: ViewState, size: tuple[int, int]) -> list[Line]:
    """How the search of the sweep goes, where much room is left."""
    width, room = size
    lines = search_lines(state.sweep, width) if state.sweep is not None else []
    if not lines or width < _WIDE or room < len(lines) + 2:
        return []
    return [crop((), width), crop((("search", "bold"), ("  i", "dim")), width), *lines]


def _history(state: ViewState, size: tuple[int, int], glyphs: Glyphs, now: float) -> list[Line]:
    """The newest decisions on the whole sweep, where much room is left."""
    width, room = size
    newest = state.decisions[-max(0, room - 3) :]
    if room < _ROOM_FOR_HISTORY or width < _WIDE or not newest:
        return []
    columns, undone = layout(newest, width, now), undone_by(state.decisions)
    lines = [crop((), width), crop((("history", "bold"), ("  h", "dim")), width)]
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
