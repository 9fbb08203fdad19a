"""Gaussian process with expected improvement (Snoek, Larochelle and Adams, 2012), as Optuna has it.

Optuna's model has a Matérn 5/2 kernel with a length scale an axis, and log expected improvement
(Ament et al., 2023); trials in flight are taken into account jointly. Where it is greatest is
looked for in our own way (see `looking`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from engine.core.model import Goal, Params
from engine.core.seeds import seed_for
from engine.space.space import Space, active

from .learning import Sample, TrainingSet
from .model import ModelMethod
from .optuna_space import OptunaSpace, frozen_trial, study_of

STARTUP_TRIALS = 5
"""Results it is content with: it finds its way from fewer than a density estimate does."""
MOST = 500
"""Finished trials that are modelled: the time of an ask grows with their cube. Past these, half
are the best ones and the rest the newest."""


class Gp(ModelMethod):
    """Optuna's GPSampler with its defaults, but for where it looks.

    Numbers to choose from lie on an axis in their order: what is learnt of batches of 16 and 256
    tells of 64, as it would not of a category. A conditional parameter lies at the middle of its
    axis where it does not apply. An infeasible configuration has the worst loss. Trials in flight
    are integrated over, unless `in_flight` says what they are to be taken for.
    """

    name = "gp"

    def __init__(
        self,
        space: Space,
        seed: int,
        goal: Goal,
        *,
        startup_trials: int = STARTUP_TRIALS,
        in_flight: str = "joint",
    ) -> None:
        super().__init__(space, seed, goal, startup_trials=startup_trials, in_flight=in_flight)
        self._optuna = OptunaSpace(space, ranked=True)
        self._middle = {name: axis.middle for name, axis in self._optuna.axes.items()}

    def suggest(self, training: TrainingSet, index: int) -> Params:
        """Maximise the expected improvement over all axes; those that do not apply are dropped."""
        from .looking import LEADERS, gp_sampler

        there = self._optuna.distributions(self.space.searched)
        made: dict[str, Any] = {}
        if there:
            trials = self._trials(training)
            leaders = sorted((t for t in trials if t.value is not None), key=lambda t: t.value)
            seed = seed_for(self.seed, index)
            sampler = gp_sampler()(leaders[:LEADERS], seed=seed, n_startup_trials=0)
            with study_of(trials, sampler) as (study, trial):
                made = sampler.sample_relative(study, trial, there)
        params: Params = {}
        for p in self.space.parents_first:
            if active(p, params):
                params[p.name] = self._optuna.outward(p, made)
        return self.space.admit(params)

    def _trials(self, training: TrainingSet) -> list[Any]:
        worst = min(
            training.worst_loss, _fence([s.loss for s in training.told if s.loss is not None])
        )
        lies = {"worst": worst, "mean": min(training.mean_loss, worst)}
        shown: list[tuple[Sample, float | None]] = [
            (s, worst if s.loss is None else min(s.loss, worst))
            for s in _modelled([s for s in training.samples if s.infeasible or s.loss is not None])
        ]
        if self.in_flight != "ignore":
            shown += [(s, lies.get(self.in_flight)) for s in training.open]
        return [
            frozen_trial(1 + at, self._middle | self._optuna.inward(sample), loss)
            for at, (sample, loss) in enumerate(shown)
        ]


def _fence(losses: list[float]) -> float:
    """Above it lie outliers: three interquartile ranges beyond the third quartile (Tukey, 1977).

    One loss of a network that all but diverged would leave the model no eye for the others.
    """
    ordered = sorted(losses)
    first, third = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    return third + 3.0 * (third - first) if third > first else inf


def _modelled(results: Sequence[Sample]) -> Sequence[Sample]:
    """All of them, or the best and the newest."""
    if len(results) <= MOST:
        return results
    told = [s for s in results if s.loss is not None]
    best = {s.number for s in sorted(told, key=lambda s: s.loss or 0.0)[: MOST // 2]}
    others = [s for s in results if s.number not in best]
    newest = {s.number for s in others[len(best) - MOST :]}
    return [s for s in results if s.number in best or s.number in newest]
