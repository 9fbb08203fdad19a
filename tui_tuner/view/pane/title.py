"""A trial in one line: what it is called, how it is, how far it came."""

from __future__ import annotations

from engine.core.views import TrialView
from tui_tuner.view.cells import is_dropped, memory_text, state_glyph
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.idle_gpus import idle_note
from tui_tuner.view.line import Line, crop, pack, plain
from tui_tuner.view.numbers import duration, pace_text
from tui_tuner.view_state import trial_elapsed_s

_GOING = {"paused": "pausing", "pruned": "being pruned"}


def title(row: TrialView, width: int, glyphs: Glyphs, now: float) -> Line:
    """Write the line; what matters least goes where it does not all fit."""
    return crop(pack(_who(row, glyphs, now), width), width)


def use_line(row: TrialView, width: int, glyphs: Glyphs, now: float) -> Line | None:
    """Write where it runs, what it uses there and its pace; None where it does not run."""
    parts = [part for _, part in _how(row, now)[::-1]]
    if row.state != "running" or not parts:
        return None
    dot = (glyphs.dot, "dim")
    return crop([run for n, part in enumerate(parts) for run in ((dot,) * (n > 0) + part)], width)


def title_parts(row: TrialView, glyphs: Glyphs, now: float) -> list[tuple[int, Line]]:
    """Give the parts of the line, and how it uses its device, each with its rank."""
    return [*_who(row, glyphs, now), *_how(row, now)]


def _who(row: TrialView, glyphs: Glyphs, now: float) -> list[tuple[int, Line]]:
    glyph, role = state_glyph(row, glyphs)
    state: Line = ((f"{glyph} {state_word(row)}", role),)
    parts: list[tuple[int, Line]] = [(9, ((row.id, "bold"),)), (8, state)]
    if row.step is not None:
        budget = f"/{row.budget}" if row.budget else ""
        parts.append((7, ((f"epoch {row.step}{budget}", ""),)))
    if elapsed := trial_elapsed_s(row, now):
        parts.append((6, ((duration(elapsed), "dim"),)))
    return parts


def _how(row: TrialView, now: float) -> list[tuple[int, Line]]:
    parts: list[tuple[int, Line]] = []
    elapsed = trial_elapsed_s(row, now)
    if elapsed and row.state == "running" and row.step:
        parts.append((4, ((pace_text(elapsed / row.step), "dim"),)))
    if row.device:
        parts.append((5, _device(row, now)))
    return parts


def _device(row: TrialView, now: float) -> Line:
    """Where it runs, how busy it keeps that, and the memory that it holds there."""
    name = plain(row.device or "", 20)
    used = f" {row.util:.0f}%" if row.util is not None else ""
    held = f" {memory_text(row.memory)}" if row.memory else ""
    role = "warning" if idle_note(row, now) else "dim"
    called = name.upper() if name.startswith("gpu") else name
    return ((called, "dim"), (used, role), (held, "dim"))


def state_word(row: TrialView) -> str:
    """Say how a trial is, as one would to a person."""
    if row.held:
        return "held in memory"
    if row.ending and row.state == "running":
        return _GOING.get(row.ending, "stopping")
    return "dropped" if is_dropped(row) else plain(row.state, 20)
