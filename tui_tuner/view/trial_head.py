"""The first line of a trial's screen: which it is, how it is, where it stands, how it is seen."""

from __future__ import annotations

from .line import Line, crop, line_width, pack, plain
from .pane import Scene
from .pane.title import title_parts
from .trial_axis import XAxis
from .trial_facts import best_text
from .trial_plots import TrialLook


def trial_head(scene: Scene, look: TrialLook, axis: XAxis, width: int) -> Line:
    """Write the line in exactly `width` cells."""
    state, row, glyphs = scene.state, scene.row, scene.glyphs
    parts = title_parts(row, glyphs, scene.now)
    if best := best_text(scene):
        leads = state.best_id == row.id
        star = f"{glyphs.best} " if leads else ""
        role = "best" if leads else ""
        parts.append((7, ((f"{star}best ", role or "dim"), (best, role))))
    if row.id in state.marks:
        parts.insert(0, (8, ((glyphs.mark, "mark"),)))
    right = _seen(scene, look, axis)
    room = width - line_width(right) - 2
    if room < 48:
        return crop(((" ", ""), *pack(parts, width - 1)), width)
    left = crop(((" ", ""), *pack(parts, room - 1)), room + 1)
    return crop((*left, *right), width)


def _seen(scene: Scene, look: TrialLook, axis: XAxis) -> Line:
    """Where the trial stands in the table, and what is not as it comes."""
    told = []
    if axis.kind != "epoch":
        told.append(f"over {plain(axis.title, 24)}")
    if look.weight:
        told.append(f"smoothed {look.weight:.1f}".replace("0.", "."))
    at = scene.state.position(scene.row.id)
    runs = ((f"{', '.join(told)}   ", "accent"),) if told else ()
    if at is None:
        return (*runs, ("not in the filter", "dim"))
    return (*runs, (f"{at + 1} of {len(scene.state.order)}", "dim"))
