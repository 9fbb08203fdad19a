"""What the machine asks of a stopping rule."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from .model import FailureKind, Report, Trial
from .peers import Peers


class Verdict(Struct, frozen=True, kw_only=True):
    """A rule wants the trial gone. `sentence` explains it to a person, with the numbers.

    `failure` is set where the verdict makes the configuration infeasible rather than merely worse,
    `converged` where the trial has nothing more to gain: its result is as good as a complete one's.
    """

    rule: str
    sentence: str
    failure: FailureKind | None = None
    converged: bool = False


class Judge(Protocol):
    """A pure function of the recorded curves; see `engine.stopping.base`."""

    name: str
    advisory: bool
    """Whether its verdicts are shown only, for a person to decide."""

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        """Judge `trial` after `report` joined its curve. None lets it go on."""
        ...

    def describe(self, peers: Peers) -> str | None:
        """Say in a sentence how the rule stands now; None where there is nothing to say."""
        ...
