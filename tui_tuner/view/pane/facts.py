"""What is known of a trial besides its curves, a few lines each."""

from __future__ import annotations

from engine.core.views import TrialView
from engine.protocol.noise import is_level
from tui_tuner.view.finals import decimals, spread_text
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.idle_gpus import idle_note
from tui_tuner.view.line import Line, Run, crop, fit, line_width, plain, width_of, wrap
from tui_tuner.view.numbers import short
from tui_tuner.view.searching import origin_of
from tui_tuner.view_state import ViewState

_NOTE_LINES = 3


def note_lines(row: TrialView, width: int, glyphs: Glyphs) -> list[Line]:
    """Write the note that a person left."""
    if not row.note:
        return []
    texts = wrap(plain(row.note, 2000), width - 2, _NOTE_LINES)
    marks = [glyphs.note, *" " * len(texts)]
    return [
        crop(((f"{mark} ", "accent"), (text, "bold")), width)
        for mark, text in zip(marks, texts, strict=False)
    ]


def advice_lines(row: TrialView, width: int, glyphs: Glyphs) -> list[Line]:
    """Write what an advisory rule would have done, for a person to decide."""
    if not row.advice:
        return []
    texts = wrap(f"advice: {plain(row.advice, 400)}", width - 2, _NOTE_LINES)
    marks = [glyphs.advice, *" " * len(texts)]
    return [
        crop(((f"{mark} ", "warning"), (text, "warning")), width)
        for mark, text in zip(marks, texts, strict=False)
    ]


def idle_lines(row: TrialView, now: float, width: int, glyphs: Glyphs) -> list[Line]:
    """Write that it leaves its GPU idle, and what that looks like."""
    texts = wrap(idle_note(row, now), width - 2, _NOTE_LINES)
    marks = [glyphs.warning, *" " * len(texts)]
    return [
        crop(((f"{mark} ", "warning"), (text, "warning")), width)
        for mark, text in zip(marks, texts, strict=False)
    ]


def stage_lines(state: ViewState, row: TrialView, width: int, glyphs: Glyphs) -> list[Line]:
    """Write the stage with what it sets otherwise, and how the trial did over several seeds."""
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


def param_lines(state: ViewState, row: TrialView, width: int) -> list[Line]:
    """Write the parameters, as many on a line as fit; those that vary stand out."""
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


def sentence(row: TrialView) -> str:
    """Say how the trial came to be as it is."""
    reason = plain(row.reason, 400) if row.reason else ""
    if row.ending and row.state == "running":
        return f"asked to go: {reason}" if reason else "asked to go; waits for its process to end"
    if row.held:
        return f"{reason}; its memory and slot {row.slot} stay taken until it is continued"
    if row.state == "failed":
        kind = plain(row.failure or "error", 30)
        return (
            f"failed ({kind}): {reason.removeprefix(f'{kind}: ')}" if reason else f"failed: {kind}"
        )
    if row.state == "waiting" and not reason:
        return "waits for a free slot"
    if not reason:
        return ""
    return reason if reason.startswith(row.state) else f"{plain(row.state, 20)}: {reason}"


def origin_text(row: TrialView, glyphs: Glyphs) -> str:
    """Say what proposed it, with which seed, and what else is odd about it."""
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
