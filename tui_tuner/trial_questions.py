"""What the keys ask that act on trials."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.acts import Act, Continue, Note, Pause, Promote, Prune, Retry, Revive
from engine.core.model import trial_number
from tui_tuner.questions import Field, Question, Way, on_trials, trials, whole
from tui_tuner.view.line import plain
from tui_tuner.view_state import TrialView, ViewState

_LONGER = 3
"""How many times its budget a trial is offered that has had the biggest one of the plan."""


def to_prune(state: ViewState, names: Sequence[str]) -> Question:
    """Ask whether to end trials for good."""
    return Question("Prune", (on_trials("", "Prune", Prune(trials=_numbers(names))),))


def to_promote(state: ViewState, names: Sequence[str]) -> Question:
    """Ask for the budget that trials go on to."""
    numbers = _numbers(names)

    staged = state.sweep is not None and len(state.sweep.stages) > 1
    wanted = "the new budget in epochs" + ", or nothing for the next stage's" * staged

    def make(text: str) -> Act:
        budget = whole(text, wanted)
        return Promote(trials=numbers, budget=budget)

    def title(count: int, text: str) -> str:
        return f"Promote {trials(count)} to {text} epochs" if text else f"Promote {trials(count)}"

    field = Field("to", _next_budget(state, _rows(state, names)), "epochs", number=True)
    next_stage = Promote(trials=numbers)
    return Question(
        "Promote",
        (Way("", title, lambda text: make(text) if text.strip() else next_stage, field),),
    )


def to_pause(state: ViewState, names: Sequence[str]) -> Question:
    """Ask how to pause what can be paused, and whether to continue what is paused."""
    numbers, rows = _numbers(names), _rows(state, names)
    ways: list[Way] = []
    if any(is_continuable(row) for row in rows):
        ways.append(on_trials("continue", "Continue", Continue(trials=numbers)))
    if any(_is_pausable(row) for row in rows):
        at = 0 if any(_is_pausable(row) and not row.held for row in rows) else len(ways)
        ways.insert(at, on_trials(_pause_label(rows), "Pause", Pause(trials=numbers)))
    if any(row.slot is not None and row.state in ("running", "paused") for row in rows):
        now = Pause(trials=numbers, how="now")
        ways.append(on_trials("leave now, losing the epoch under way", "Pause", now, " at once"))
    if any(row.state == "running" and row.ending is None for row in rows):
        hold = Pause(trials=numbers, how="hold")
        label = "hold in memory: keeps its slot, and goes on at once"
        ways.append(on_trials(label, "Hold", hold))
    return Question("Pause", tuple(ways) or (on_trials("", "Pause", Pause(trials=numbers)),))


def to_run_again(state: ViewState, names: Sequence[str]) -> Question:
    """Ask whether failed trials run again, and pruned ones go on."""
    numbers, rows = _numbers(names), _rows(state, names)
    failed = any(row.state == "failed" for row in rows)
    pruned = any(row.state == "pruned" for row in rows)
    retry = on_trials("retry what failed", "Retry", Retry(trials=numbers))
    revive = on_trials("revive what was pruned", "Revive", Revive(trials=numbers))
    if failed and pruned:
        return Question("Run again", (retry, revive))
    return Question("Revive", (revive,)) if pruned else Question("Retry", (retry,))


def to_note(state: ViewState, names: Sequence[str]) -> Question:
    """Ask for a note."""
    numbers = _numbers(names)
    notes = {row.note or "" for row in _rows(state, names)}
    now = plain(next(iter(notes)), 2000) if len(notes) == 1 else ""
    field = Field("note", now, "empty takes it away" if any(notes) else "")

    def title(count: int, text: str) -> str:
        return f"Note on {trials(count)}" if text.strip() else f"No note on {trials(count)}"

    def make(text: str) -> Act:
        if not text.strip() and notes == {""}:
            raise ValueError("type the note")
        return Note(trials=numbers, text=text.strip())

    return Question("Note", (Way("", title, make, field),), asks_why=False)


def is_continuable(row: TrialView) -> bool:
    """Whether a trial is paused, or about to be."""
    return row.state == "paused" or (row.state == "running" and row.ending == "paused")


def _pause_label(rows: Sequence[TrialView]) -> str:
    if any(row.state == "running" for row in rows):
        return "leave at the next epoch, to go on from the checkpoint"
    if any(row.held for row in rows):
        return "let go of memory and slot, to go on from the checkpoint"
    return "pause"


def _is_pausable(row: TrialView) -> bool:
    if row.state == "paused":
        return row.held
    return row.state == "waiting" or (row.state == "running" and row.ending is None)


def _next_budget(state: ViewState, rows: Sequence[TrialView]) -> str:
    """The next stage's budget where there is one, else a few times what the trials had."""
    had = max((row.budget or row.step or 1 for row in rows), default=1)
    stages = state.sweep.stages if state.sweep is not None else []
    bigger = [stage.budget for stage in stages if stage.budget is not None and stage.budget > had]
    return str(min(bigger, default=_LONGER * had))


def _numbers(names: Sequence[str]) -> tuple[int, ...]:
    return tuple(trial_number(name) for name in names)


def _rows(state: ViewState, names: Sequence[str]) -> list[TrialView]:
    return [state.rows[name] for name in names if name in state.rows]
