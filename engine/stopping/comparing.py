"""What the rules that compare trials have in common: whom they judge, and in which words."""

from __future__ import annotations

from engine.core.model import Report, Trial
from engine.core.peers import Peers


def judged_after(trial: Trial) -> int:
    """The step after which a trial is judged: an earlier attempt came so far, and was let go on.

    So a trial that a person revived or promoted is not stopped again where it was stopped, nor
    one that lost its process and repeats some epochs. Steps of an earlier class count as passed.
    """
    return max(trial.furthest, trial.ranked_after)


def can_be_judged(trial: Trial, report: Report, peers: Peers) -> bool:
    """Whether a report brings a trial to a new step at which it compares with others.

    Repeats of a finalist compare with nobody; a trial at its own budget is through anyway.
    """
    if trial.repeat_of is not None or peers.metric not in report.metrics:
        return False
    if trial.budget is not None and report.step >= trial.budget:
        return False
    return report.step > judged_after(trial)


def shown(peers: Peers, loss: float) -> str:
    """An objective, as sentences show it."""
    return f"{peers.value(loss):.4g}"
