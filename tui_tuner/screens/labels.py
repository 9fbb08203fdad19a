"""What keys are called now: what they would do to the trials they act on."""

from __future__ import annotations

from collections.abc import Sequence

from tui_tuner.actions import ACTIONS
from tui_tuner.trial_questions import is_continuable
from tui_tuner.view_state import FINAL, TrialView, ViewState

_NEED_TRIALS = (
    *("prune", "promote", "pause", "retry", "clone", "note"),
    *("log", "filter", "mark", "open", "sort", "reverse", "metric", "log_axis"),
)
_ACTING = tuple(action.id for action in ACTIONS if action.acts)
_SCHEDULE = {"paused": "continue", "finished": "", "": "", "stopping": "resume"}


def labels(
    view: ViewState, targets: Sequence[str], *, read_only: bool, marked: bool = False
) -> dict[str, str]:
    """Name the keys whose name depends on the sweep; an empty name hides the key.

    `marked`: the targets are those that a person marked, and more than the one they look at.
    """
    chosen: dict[str, str] = {}
    if not view.rows:
        chosen |= dict.fromkeys(_NEED_TRIALS, "")
    if read_only:
        return chosen | dict.fromkeys(_ACTING, "")
    rows = [view.rows[name] for name in targets if name in view.rows]
    return {**_of_the_sweep(view), **_of_trials(rows, marked), **chosen}


def _of_the_sweep(view: ViewState) -> dict[str, str]:
    sweep = view.sweep
    state = sweep.state if sweep is not None else ""
    chosen = {
        "schedule": _SCHEDULE.get(state, "resume" if state in ("stopped", "dead") else "stop")
    }
    if sweep is None or sweep.undo is None:
        chosen["undo"] = ""
    if sweep is None or not sweep.suggestions:
        chosen["widen"] = ""
    if sweep is None or len(sweep.stages) < 2:
        chosen["stage"] = ""
    return chosen


def _of_trials(rows: Sequence[TrialView], marked: bool) -> dict[str, str]:
    live = [row for row in rows if row.state not in FINAL]
    going_on = bool(live) and all(is_continuable(row) for row in live)
    failed = any(row.state == "failed" for row in rows)
    pruned = any(row.state == "pruned" for row in rows)
    prune = f"prune {len(rows)} marked" if marked else "prune"
    return {
        "prune": prune if live else "",
        "promote": "promote" if any(_is_promotable(row) for row in rows) else "",
        "pause": "continue" if going_on else "pause" if live else "",
        "retry": "retry" if failed else "revive" if pruned else "",
    }


def _is_promotable(row: TrialView) -> bool:
    return row.state in FINAL or (row.state == "running" and row.ending is None)
