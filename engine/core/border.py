"""When the border check looks, and the warnings that come and go with what it finds."""

from __future__ import annotations

from itertools import islice

from .commands import Command, Emit
from .edits import Suggestion
from .events import Warned
from .leaders import KEPT
from .model import Complete, Pruned, Trial
from .ranges import Ranges
from .state import SweepState

BEST = 5
"""How many of the best trials are looked at."""
LEAST_VALUES = 10
"""How many finished trials must have an objective before the best of them mean anything."""


def check_border(state: SweepState, at: float, ranges: Ranges | None) -> list[Command]:
    """Warn where the best trials crowd an edge of the space; take back what no longer holds.

    Emits something only where that changes.
    """
    if ranges is None or state.space is None:
        return []
    found = {_code(wider): wider for wider in _suggested(state, ranges)}
    known = {w.code: w.suggestion for w in state.warnings.values() if w.suggestion is not None}
    gone = [Warned(at=at, code=code, text="") for code in known if code not in found]
    new = [
        Warned(at=at, code=code, text=wider.sentence, suggestion=wider)
        for code, wider in found.items()
        if not _same(known.get(code), wider)
    ]
    return [Emit(event=warned) for warned in (*gone, *new)]


def _suggested(state: SweepState, ranges: Ranges) -> list[Suggestion]:
    if state.space is None or not _enough(state):
        return []
    best = [trial.params for trial in state.leaders.top(KEPT) if _counts(trial)][:BEST]
    return ranges.border(state.space.document, best) if len(best) == BEST else []


def _enough(state: SweepState) -> bool:
    """Whether enough trials have finished; it never looks at many more than that."""
    if state.leaders.valued < LEAST_VALUES:
        return False
    counting = (trial for trial in state.trials.values() if _counts(trial))
    return len(list(islice(counting, LEAST_VALUES))) == LEAST_VALUES


def _counts(trial: Trial) -> bool:
    """Whether it ended with an objective, and its configuration is not to blame."""
    state = trial.state
    if trial.best is None or not isinstance(state, Complete | Pruned):
        return False
    return not (isinstance(state, Pruned) and state.infeasible)


def _same(known: Suggestion | None, wider: Suggestion) -> bool:
    return known is not None and (known.low, known.high) == (wider.low, wider.high)


def _code(wider: Suggestion) -> str:
    return f"border:{wider.parameter}:{wider.edge}"
