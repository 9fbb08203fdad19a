"""What an act would do, as lines: each trial it touches, those it leaves alone, what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.acts import Skipped
from engine.core.edits import SpacePreview
from engine.protocol.messages import ActResult
from tui_tuner.view_state import TrialView, ViewState

from .glyphs import Glyphs
from .line import Line, crop, fit, line_width, listed, plain, right, wrap

_SENTENCE_LINES = 6
_APART = 4
"""How many trials that are left alone get a line each, and those touched more than one."""
_TALL = 3
_MOST_TRIALS = 2000


def trial_lines(result: ActResult, state: ViewState, glyphs: Glyphs, width: int) -> list[Line]:
    """Write what happens to each parameter and trial, in lines of exactly `width` cells."""
    lines = _space(result.space, glyphs, width) if result.space is not None else []
    tall = _TALL if len(result.done) <= _APART else 1
    for name in result.done[:_MOST_TRIALS]:
        lines += _trial(name, result.details.get(name), state, glyphs, width, tall)
    if len(result.skipped) > _APART:
        return [*lines, *_skipped_together(result.skipped, width)]
    return [*lines, *(_skipped(skipped, width) for skipped in result.skipped)]


def summary_lines(result: ActResult, state: ViewState, width: int) -> list[Line]:
    """Write what it comes to: the engine's sentence, and what it costs."""
    texts = wrap(plain(result.sentence, 1000), width, _SENTENCE_LINES)
    lines = [crop(((text, ""),), width) for text in texts]
    if cost := _cost(result, state):
        lines.append(crop(((cost, "bold"),), width))
    return lines


def _trial(
    name: str, detail: str | None, state: ViewState, glyphs: Glyphs, width: int, tall: int
) -> list[Line]:
    """Write what happens to a trial in at most `tall` lines, its best value at the right edge."""
    row = state.rows.get(name)
    leads = name == state.best_id
    best = state.value_format.text(row.best) if row is not None else ""
    value: Line = ((f"  {glyphs.best if leads else ' '}{right(best, 7)}", "best" if leads else ""),)
    room = width - line_width(value) - len(name) - 2
    said = plain(detail or describe(row), 300)
    if row is not None and row.advice:
        said += f"; advice: {plain(row.advice)}"
    texts = wrap(said, room, tall) or [""]
    first = (*crop(((name, "bold"), ("  ", ""), (texts[0], "")), width - line_width(value)), *value)
    indent = " " * (len(name) + 2)
    return [first, *(crop(((indent + text, ""),), width) for text in texts[1:])]


def describe(row: TrialView | None) -> str:
    """Say how a trial stands, where the engine says nothing of it."""
    if row is None:
        return ""
    if row.step is None:
        return row.state
    budget = f" of {row.budget}" if row.budget else ""
    return f"{row.state}, epoch {row.step}{budget}"


def _skipped(skipped: Skipped, width: int) -> Line:
    text = f"{plain(skipped.id, 20)}  left alone: {plain(skipped.why, 300)}"
    return crop(((fit(text, width), "dim"),), width)


def _skipped_together(skipped: Sequence[Skipped], width: int) -> list[Line]:
    """Write many that are left alone in a line a reason, the commonest first."""
    names: dict[str, list[str]] = {}
    for one in skipped:
        names.setdefault(one.why, []).append(one.id)
    return [
        crop(
            ((fit(f"{len(ids)} left alone, {plain(why, 200)}: {listed(ids)}", width), "dim"),),
            width,
        )
        for why, ids in sorted(names.items(), key=lambda item: -len(item[1]))
    ]


def _space(space: SpacePreview, glyphs: Glyphs, width: int) -> list[Line]:
    return [
        crop(
            (
                (f"{plain(change.parameter, 40)}  ", "bold"),
                (plain(change.old, 200), "dim"),
                (f" {glyphs.to} ", "faint"),
                (plain(change.new, 200), "accent"),
            ),
            width,
        )
        for change in space.changes
    ]


def _cost(result: ActResult, state: ViewState) -> str:
    """'2 slots for about 5 minutes', where the act spends epochs whose pace is known."""
    if not result.epochs or result.epochs < 0 or not result.slot_hours:
        return ""
    there = max(1, state.sweep.slots) if state.sweep is not None else 1
    slots = min(len(result.done), there) or there
    took = _about(result.slot_hours * 3600.0 / slots)
    return f"{slots} slot{'s' * (slots != 1)} for about {took}"


def _about(seconds: float) -> str:
    for word, size in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {word}s"
    whole = max(1, round(seconds))
    return f"{whole} second{'s' * (whole != 1)}"
