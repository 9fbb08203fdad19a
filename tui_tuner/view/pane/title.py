"""A trial in one line: what it is called, how it is, how far it came."""

from __future__ import annotations

from engine.core.views import TrialView
from tui_tuner.view.cells import is_dropped, memory_text, state_glyph
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.idle_gpus import idle_note
from tui_tuner.view.line import Line, crop, pack, plain
from tui_tuner.view.numbers import duration
from tui_tuner.view_state import trial_elapsed_s

_GOING = {"paused": "pausing", "pruned": "being pruned"}


def title(row: TrialView, width: int, glyphs: Glyphs, now: float) -> Line:
    """Write the line; what matters least goes where it does not all fit."""
    return crop(pack(title_parts(row, glyphs, now), width), width)


def title_parts(row: TrialView, glyphs: Glyphs, now: float) -> list[tuple[int, Line]]:
    """Give the parts of the line, each with its rank."""
    glyph, role = state_glyph(row, glyphs)
    state: Line = ((f"{glyph} {state_word(row)}", role),)
    parts: list[tuple[int, Line]] = [(9, ((row.id, "bold"),)), (8, state)]
    if row.step is not None:
        budget = f"/{row.budget}" if row.budget else ""
        parts.append((7, ((f"epoch {row.step}{budget}", ""),)))
    if elapsed := trial_elapsed_s(row, now):
        parts.append((6, ((duration(elapsed), "dim"),)))
        if row.state == "running" and row.step:
            parts.append((4, ((f"{elapsed / row.step:.2g}s/epoch", "dim"),)))
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
