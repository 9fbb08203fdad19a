"""Stop what is worse than the median of the trials that ran to their end: Vizier's rule."""

from __future__ import annotations

from .asha import Auto
from .percentile import Percentile


class Median(Percentile):
    """The percentile rule at its middle; see `engine.stopping.percentile`."""

    name = "median"

    def __init__(self, min_trials: int = 5, min_epochs: int | Auto = "auto") -> None:
        super().__init__(percentile=50.0, min_trials=min_trials, min_epochs=min_epochs)

    def _bound_name(self) -> str:
        return "median"
