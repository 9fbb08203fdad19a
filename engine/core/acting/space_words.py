"""How an edit of the space is told, before and after."""

from __future__ import annotations

from engine.core.edits import Edited, ParameterChange
from engine.core.model import Pruned
from engine.core.state import SweepState

from .base import plural

_PAST = {"narrow": "narrowed", "widen": "widened", "fix": "fixed", "free": "freed"}
_MOST = 6
"""Changes told one by one; more are counted."""


def told(edited: Edited, how: str, *, past: bool = False) -> str:
    """Tell an edit: 'narrow lr from 1e-6..10 (log) to 3.2e-4..0.032 (log), the box of ...'."""
    parts = [_one(change, past) for change in edited.changes[:_MOST]]
    more = len(edited.changes) - len(parts)
    if more > 0:
        parts.append(f"and {plural(more, 'more parameter')}")
    return "; ".join(parts) + (f", {how}" if how else "")


def _one(change: ParameterChange, past: bool) -> str:
    verb = _PAST.get(change.verb, "changed") if past else change.verb
    if change.verb == "fix":
        return f"{verb} {change.parameter} at {change.new.removeprefix('fixed at ')}"
    return f"{verb} {change.parameter} from {change.old} to {change.new}"


def box_of(count: int) -> str:
    """Say whose box it is."""
    return f"the box of the best {plural(count, 'trial')}"


def stay_dropped(state: SweepState) -> str:
    """Say that what the current version of the space dropped does not come back with an older."""
    reason = f"version {state.space_version} of the space"
    gone = sum(
        isinstance(t.state, Pruned)
        and t.state.reason.startswith("dropped: ")
        and t.state.reason.endswith(reason)
        for t in state.trials.values()
    )
    if not gone:
        return ""
    stay = "stays" if gone == 1 else "stay"
    return f"{plural(gone, 'proposal')} that v{state.space_version} dropped {stay} dropped"
