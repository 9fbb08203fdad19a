"""A told sweep on GPUs, which all are free to begin with."""

from __future__ import annotations

from typing import Any

from engine.core.devices import Standing
from engine.core.events import DevicesChanged
from engine.core.model import Running

from .standings import box
from .told_sweep import ToldSweep


class GpuSweep(ToldSweep):
    """Two GPUs, a whole one for each trial, and as many slots as they have room for."""

    def __init__(self, *, count: int = 2, gpus: float = 1.0, **plan: Any) -> None:
        super().__init__(**{"gpus": gpus, "auto_slots": True, "slots": 4, **plan})
        self.look(*box(count))

    def look(self, *standings: Standing) -> None:
        """Let the machine know how GPUs stand."""
        self.tell(DevicesChanged, standings=standings)

    def on(self) -> dict[int, str]:
        """The trials that run, and what they run on."""
        trials = self.state.trials.values()
        return {t.number: t.attempts[-1].device for t in trials if isinstance(t.state, Running)}
