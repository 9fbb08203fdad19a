"""Lets Optuna ask one of our search methods: an Optuna sampler that keeps nothing.

For every question it makes the method anew, for the space as Optuna describes it now, and tells it
the study's trials: so it also shows that our methods need no memory of their own.
"""

from __future__ import annotations

from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.samplers import BaseSampler
from optuna.search_space import IntersectionSearchSpace
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from engine.core.model import Goal, Params
from engine.core.observing import Observation
from engine.search.base import LearningMethod, Proposal
from engine.search.registry import create
from engine.space.build import build_space
from engine.space.space import Space

STATES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "stopped",
    TrialState.RUNNING: "open",
    TrialState.WAITING: "open",
    TrialState.FAIL: "failed",
}


class MethodSampler(BaseSampler):
    """Samples as `method` proposes. Where it `numbers_only`, other parameters are drawn."""

    def __init__(self, method: str, *, numbers_only: bool = False, **options: Any) -> None:
        self._method = method
        self._numbers_only = numbers_only
        self._options = options

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        found = IntersectionSearchSpace(include_pruned=True).calculate(study)
        return {name: there for name, there in found.items() if self._takes(there)}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        self._refuse_several_objectives(study)
        return self._ask(self._method, study, trial, search_space) if search_space else {}

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        self._refuse_several_objectives(study)
        method = self._method if self._takes(param_distribution) else "random"
        return self._ask(method, study, trial, {param_name: param_distribution})[param_name]

    def _takes(self, distribution: BaseDistribution) -> bool:
        return not (self._numbers_only and isinstance(distribution, CategoricalDistribution))

    def _refuse_several_objectives(self, study: Study) -> None:
        if len(study.directions) > 1:
            raise ValueError("a sweep has one objective")

    def _ask(
        self, name: str, study: Study, trial: FrozenTrial, there: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        goal = Goal(study.direction.name.lower())
        method = create(name, space_of(there), 7, self._options, goal)
        if isinstance(method, LearningMethod):
            others = [t for t in study.get_trials(deepcopy=False) if t.number != trial.number]
            method.observe([seen(t, there) for t in others if there.keys() <= t.params.keys()])
        found = method.propose(trial.number)
        assert isinstance(found, Proposal)
        return {name: outward(there[name], value) for name, value in found.params.items()}


def space_of(there: dict[str, BaseDistribution]) -> Space:
    """Our space for Optuna's distributions; steps are counted from the low end."""
    space, faults = build_space({name: _written(one) for name, one in there.items()})
    assert faults == []
    return space


def seen(trial: FrozenTrial, there: dict[str, BaseDistribution]) -> Observation:
    """One of Optuna's trials as our methods see it: one that told its value at once."""
    values = () if trial.state is not TrialState.COMPLETE else tuple(trial.values or ())
    return Observation(
        number=trial.number + 1,
        params={name: inward(one, trial.params[name]) for name, one in there.items()},
        space_version=1,
        status=STATES[trial.state],  # type: ignore[arg-type]
        steps=(1,) * len(values),
        values=values,
    )


def inward(distribution: BaseDistribution, value: Any) -> Any:
    """Our value for Optuna's."""
    step = _step(distribution)
    return value if step is None else round((value - distribution.low) / step)  # type: ignore[attr-defined]


def outward(distribution: BaseDistribution, value: Any) -> Any:
    """Optuna's value for ours."""
    step = _step(distribution)
    if step is None:
        return value
    return min(distribution.high, distribution.low + value * step)  # type: ignore[attr-defined]


def _step(distribution: BaseDistribution) -> Any:
    if isinstance(distribution, CategoricalDistribution) or distribution.single():
        return None
    if isinstance(distribution, IntDistribution):
        return None if distribution.log or distribution.step == 1 else distribution.step
    assert isinstance(distribution, optuna.distributions.FloatDistribution)
    return distribution.step


def _written(distribution: BaseDistribution) -> Params:
    if isinstance(distribution, CategoricalDistribution):
        return {"values": list(distribution.choices)}
    assert isinstance(distribution, IntDistribution | optuna.distributions.FloatDistribution)
    low, high, step = distribution.low, distribution.high, _step(distribution)
    if distribution.single():
        return {"value": low}
    if step is not None:
        return {"min": 0, "max": round((high - low) / step)}
    return {"min": low, "max": high, "scale": "log" if distribution.log else "linear"}
