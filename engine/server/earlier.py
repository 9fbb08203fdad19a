"""What a request came to that an earlier engine carried out, as the history tells it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from engine.core.acts import Add, Clone, Decision
from engine.core.events import Acted
from engine.core.history import History
from engine.core.model import Trial
from engine.protocol.messages import ActResult
from engine.store.base import Logged


class Done(NamedTuple):
    """An act of the log, and the decision it made."""

    event: Acted
    decision: Decision


def find_request(log: Iterable[Logged], request: str) -> Done | None:
    """Find what a request did in a log of deciding events."""
    history = History()
    for logged in log:
        decision = history.handle(logged.event)
        event = logged.event
        if isinstance(event, Acted) and event.request == request and decision is not None:
            return Done(event, decision)
    return None


def told_again(done: Done | None, trials: Iterable[Trial]) -> ActResult:
    """Answer a request once more, without its preview. `trials` are all there are."""
    if done is None:
        return ActResult(done=[], skipped=[], sentence="this request was carried out before")
    event, decision = done
    names = decision.trials
    if isinstance(event.act, Clone | Add):
        names = tuple(t.name for t in trials if _is_made_by(t, event, event.act))
    return ActResult(
        done=list(names),
        skipped=[],
        decision=decision.n,
        sentence=decision.sentence,
        past=decision.sentence,
    )


def _is_made_by(trial: Trial, event: Acted, act: Clone | Add) -> bool:
    return trial.proposed_at == event.at and trial.params == act.params
