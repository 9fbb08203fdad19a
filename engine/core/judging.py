"""What the machine asks of a stopping rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from .model import FailureKind, Goal, Report, Trial


class Verdict(Struct, frozen=True, kw_only=True):
    """A rule wants the trial gone. `sentence` explains it to a person, with the numbers."""

    rule: str
    sentence: str
    failure: FailureKind | None = None
    """Set where the verdict makes the configuration infeasible rather than merely worse."""


class Judge(Protocol):
    """A pure function of the recorded curves; see `engine.stopping.base`."""

    def judge(
        self, trial: Trial, report: Report, trials: Mapping[int, Trial], goal: Goal, metric: str
    ) -> Verdict | None:
        """Judge `trial` after `report` joined its curve. None lets it go on."""
        ...
