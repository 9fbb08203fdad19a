"""The contract of a stopping rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from engine.core.judging import Verdict
from engine.core.model import Goal, Report, Trial


class StoppingRule(ABC):
    """Judges running trials by their recorded curves.

    `judge` is a pure function of its arguments: it keeps nothing, changes nothing, and is called
    on the event loop after every report of a running trial, so it takes microseconds. `trials`
    holds every trial of the sweep by number. A verdict's sentence carries the numbers that led
    to it. A rule never judges twice: the machine asks no more once a trial was told to stop.
    """

    name: ClassVar[str]

    @abstractmethod
    def judge(
        self, trial: Trial, report: Report, trials: Mapping[int, Trial], goal: Goal, metric: str
    ) -> Verdict | None:
        """Judge `trial` after `report` joined its curve; None lets it go on."""
