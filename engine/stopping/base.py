"""The contract of a stopping rule."""

from __future__ import annotations

from abc import ABC, abstractmethod

from engine.core.judging import Verdict
from engine.core.model import Report, Trial
from engine.core.peers import Peers


class StoppingRule(ABC):
    """Judges running trials by their recorded curves.

    `judge` is a pure function of its arguments: it keeps nothing, changes nothing, and is called
    on the event loop after every report of a running trial, so it takes microseconds. `peers`
    holds every trial of the sweep, and its standings at each step. A verdict's sentence carries the
    numbers that led to it. A rule never judges twice: the machine asks no more once a trial was
    told to stop. Options are the keyword arguments of `__init__`, checked already.
    """

    name: str
    advisory = False

    @abstractmethod
    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        """Judge `trial` after `report` joined its curve; None lets it go on."""

    def is_moot(self, trial: Trial, report: Report) -> bool:
        """Whether a verdict would come too late, or unwanted.

        The trial has come to its budget, or a person let it go on after this rule had stopped it:
        for rules that would say the same again at its next report.
        """
        through = trial.budget is not None and report.step >= trial.budget
        return through or self.name in trial.spared_by

    def describe(self, peers: Peers) -> str | None:
        """Say in a sentence how the rule stands now; None where there is nothing to say."""
        return None
