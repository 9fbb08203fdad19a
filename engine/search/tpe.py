"""Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, 2011), as Optuna does."""

from __future__ import annotations

from math import inf
from typing import Any

from engine.core.model import Goal, Params
from engine.core.seeds import seed_for
from engine.space.parameters import Condition, Parameter
from engine.space.space import Space, active

from .gp import STARTUP_TRIALS, Gp
from .learning import Sample, TrainingSet
from .model import ModelMethod
from .optuna_space import OptunaSpace, frozen_trial, study_of

_MOST_GOOD = 25
"""At most so many trials are good ones to TPE, whatever their number."""
_MOST = 1000
"""Trials, the newest, that the density of the others is made from: it weighs older ones less and
less anyway."""
_INFEASIBLE_PER_LOSS = 9
"""TPE takes one trial in ten for good: never an infeasible one, if there are no more than these."""


class Tpe(ModelMethod):
    """Optuna's TPESampler with its defaults: multivariate, 24 candidates.

    Parameters under the same conditions are modelled together, from the trials where they applied.
    Trials in flight are among the bad ones, or (`in_flight: mean`) have the mean loss.

    Until `gp_until` results are known, a Gaussian process proposes in its place: it finds its way
    with fewer of them, but takes ever longer. Conditions are TPE's from the start. (The Optuna
    team's AutoSampler, on OptunaHub, divides the work in the same way, up to 250 results.)
    """

    name = "tpe"
    options = ModelMethod.options | {"gp_until"}

    def __init__(
        self, space: Space, seed: int, goal: Goal, *, gp_until: int = 0, **options: Any
    ) -> None:
        self._gp_until = 0 if any(p.when for p in space.searched) else gp_until
        if self._gp_until:
            options = {"startup_trials": STARTUP_TRIALS, **options}
        super().__init__(space, seed, goal, **options)
        self._optuna = OptunaSpace(space)
        self._groups = _groups(space)
        self._gp = Gp(space, seed, goal, **options)

    @property
    def called(self) -> str:
        """Its name, and who proposes in its place at first."""
        if self._gp_until <= self.startup_trials:
            return self.name
        return f"{self.name} ({self._gp.name} until {self._gp_until} results are known)"

    def model_for(self, training: TrainingSet) -> str:
        """Name the Gaussian process, or itself."""
        return self._gp.name if training.observations < self._gp_until else self.name

    def suggest(self, training: TrainingSet, index: int) -> Params:
        """Ask the Gaussian process while few results are known, then TPE."""
        if self.model_for(training) == self._gp.name:
            return self._gp.suggest(training, index)
        return self._sampled(training, index)

    def _sampled(self, training: TrainingSet, index: int) -> Params:
        """Sample the parameters group by group, parents first."""
        from optuna.samplers import TPESampler

        sampler = TPESampler(
            seed=seed_for(self.seed, index),
            n_startup_trials=0,
            multivariate=True,
            constant_liar=True,
        )
        params: Params = {}
        with study_of(self._trials(training), sampler) as (study, trial):
            for group in self._groups:
                if active(group[0], params):
                    there = self._optuna.distributions(group)
                    made = sampler.sample_relative(study, trial, there)
                    params |= {p.name: self._optuna.outward(p, made) for p in group}
        return self.space.admit(params)

    def _trials(self, training: TrainingSet) -> list[Any]:
        """The trials that TPE is shown, oldest first: it weighs the newest most."""
        shown = sorted(self._shown(training), key=lambda one: _age(one[0]))
        best = sorted(range(len(shown)), key=lambda at: _loss(shown[at]))[:_MOST_GOOD]
        kept = sorted({*best, *range(max(0, len(shown) - _MOST), len(shown))})
        return [
            frozen_trial(1 + at, self._optuna.inward(shown[at][0]), shown[at][1]) for at in kept
        ]

    def _shown(self, training: TrainingSet) -> list[tuple[Sample, float | None]]:
        """Samples with what TPE takes them for: None is a trial in flight, infinity infeasible."""
        told = training.told
        shown: list[tuple[Sample, float | None]] = [(s, s.loss) for s in told]
        shown += [(s, inf) for s in training.infeasible[-_INFEASIBLE_PER_LOSS * len(told) :]]
        if self.in_flight == "ignore":
            return shown
        lie = training.mean_loss if self.in_flight == "mean" else None
        return shown + [(s, lie) for s in training.open]


def _groups(space: Space) -> list[list[Parameter]]:
    """Parameters that apply under the same conditions, parents before what depends on them."""
    groups: dict[tuple[Condition, ...], list[Parameter]] = {}
    for p in space.parents_first:
        groups.setdefault(p.when, []).append(p)
    return list(groups.values())


def _age(sample: Sample) -> tuple[bool, int]:
    """Sort by age; candidates that are not trials yet, by negative numbers, are the newest."""
    return sample.number < 0, abs(sample.number)


def _loss(shown: tuple[Sample, float | None]) -> float:
    return inf if shown[1] is None else shown[1]
