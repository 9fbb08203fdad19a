"""What trials take of GPUs: by their stage, or all of them where one ran out of memory."""

from __future__ import annotations

from .devices import CPU, Demand, demand_of
from .model import Trial
from .plan import Plan


class Demands:
    """The demands of a plan's stages. `on_gpus`: those of one stage at least are for GPUs."""

    def __init__(self, plan: Plan | None = None) -> None:
        stages = plan.all_stages if plan is not None else ()
        self._default = demand_of(plan.gpus) if plan is not None else CPU
        self._by_stage = {s.name: demand_of(s.gpus) for s in stages if s.gpus is not None}
        self.on_gpus = any(self.of_stage(stage.name).gpus for stage in stages)

    def of_stage(self, stage: str) -> Demand:
        """What a trial of this stage takes."""
        return self._by_stage.get(stage, self._default)

    def of(self, trial: Trial) -> Demand:
        """What a trial takes when it starts next."""
        demand = self.of_stage(trial.stage)
        return demand.whole if trial.alone else demand
