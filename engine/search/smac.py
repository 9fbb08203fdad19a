"""SMAC: a random forest and expected improvement (Hutter, Hoos and Leyton-Brown, 2011).

SMAC3's own parts (Lindauer et al., JMLR 2022), set as its HyperparameterOptimizationFacade sets
them. The facade itself keeps a run history in files; ours are in the sweep's database.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from typing import Any

from engine.core.model import Goal, Params
from engine.core.seeds import seed_for
from engine.errors import UsageError
from engine.space.space import Space

from .config_space import MirroredSpace
from .learning import TrainingSet, lied
from .model import ModelMethod

_TREES = 10
_CANDIDATES = 10_000
_LOCAL_SEARCHES = 10
_RANDOM = 0.2
"""Share of proposals that are drawn at random, so that no region is left out for good."""
_MOST_TRIED = 1000
"""Configurations that were tried already, after which the best of them is given again."""
_BEST_SHARE = 5.0
"""Per cent of the losses, the best, whose spread sets how the losses are scaled."""


class Smac(ModelMethod):
    """Models whole numbers, lists and conditions as they are, and trials in flight by a lie:
    the worst loss, or the mean one."""

    name = "smac"

    def __init__(self, space: Space, seed: int, goal: Goal, **options: Any) -> None:
        if find_spec("smac") is None:
            raise UsageError("method smac needs the extra: pip install 'tui-tuner[smac]'")
        super().__init__(space, seed, goal, **options)
        self._mirrored: MirroredSpace | None = None

    def suggest(self, training: TrainingSet, index: int) -> Params:
        """Give the most promising configuration that was not tried yet."""
        if self._mirrored is None:
            self._mirrored = MirroredSpace(self.space)
        inward = self._mirrored.inward
        pairs = [(inward(sample), loss) for sample, loss in lied(training, self.in_flight)]
        shown = [(one, loss) for one, loss in pairs if one is not None]
        if not shown:
            return self.drawn.propose(index).params
        tried = {inward(sample) for sample in training.samples}
        seed = seed_for(self.seed, index)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            promising = _promising(self._mirrored.mirror, shown, seed)
            first = next(promising)
            again = (one for one in islice(promising, _MOST_TRIED) if one not in tried)
            return self._mirrored.outward(first if first not in tried else next(again, first))


def _promising(space: Any, shown: Sequence[tuple[Any, float]], seed: int) -> Iterator[Any]:
    """Go through configurations, the most promising first; some are drawn at random."""
    from numpy import stack
    from smac.acquisition.function import EI
    from smac.acquisition.maximizer import LocalAndSortedRandomSearch
    from smac.model.random_forest.random_forest import RandomForest
    from smac.random_design import ProbabilityRandomDesign

    configurations = [one for one, _ in shown]
    space.seed(seed)
    forest = RandomForest(
        configspace=space,
        log_y=True,
        n_trees=_TREES,
        ratio_features=1.0,
        min_samples_split=2,
        min_samples_leaf=1,
        n_jobs=1,
        seed=seed,
    )
    points = stack([c.get_array() for c in configurations])
    forest.train(points, _scaled([loss for _, loss in shown]))
    improvement = EI(log=True)
    expected = forest.predict_marginalized(points)[0].ravel()
    improvement.update(model=forest, eta=expected.min(), num_data=len(points), X=points)
    search = LocalAndSortedRandomSearch(
        space,
        acquisition_function=improvement,
        challengers=_CANDIDATES,
        local_search_iterations=_LOCAL_SEARCHES,
        seed=seed,
    )
    design = ProbabilityRandomDesign(probability=_RANDOM, seed=seed)
    found: Iterator[Any] = search.maximize(configurations, random_design=design)
    return found


def _scaled(losses: Sequence[float]) -> Any:
    """Scale losses to (0, 1] and take their logarithms, so that the good ones are told apart: as
    SMAC3's RunHistoryLogScaledEncoder does."""
    from numpy import array, log, percentile

    values = array(losses, dtype=float).reshape(-1, 1)
    best = values.min()
    bottom = best - (percentile(values, _BEST_SHARE) - best)
    bottom -= 1e-10 * max(1.0, abs(best))
    return log((values - bottom) / (values.max() - bottom))
