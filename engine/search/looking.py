"""Where a Gaussian process looks for the greatest expected improvement.

Followed by its gradient, expected improvement most often leads into a corner of the space, or to
an edge: there a model is least sure, since all it has seen lies to one side (Siivola, Vehtari,
Vanhatalo, González and Andersen, "Correcting boundary over-exploration deficiencies in Bayesian
optimization", 2018). With five parameters and a hundred trials, hardly anything else was tried.
So candidates are compared instead. Half are spread evenly; half are near the best known, from which
they differ in some parameters (Regis and Shoemaker, "Combining radial basis function surrogates and
dynamic coordinate search", 2013).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEADERS = 5
"""Configurations near which is looked: the best."""
CANDIDATES = 1024
"""Of each kind."""
CHANGED = 0.6
"""How likely a parameter of a leader is changed; one always is."""
STEP = 0.15
"""How far, in lengths of the axis: the standard deviation."""

Points = NDArray[np.float64]
"""Configurations as Optuna's model sees them: a row each, in the unit cube but for categories."""


@cache
def gp_sampler() -> type[Any]:
    """Give Optuna's GPSampler that compares candidates; importing it takes a while.

    It is made with the `leaders`, Optuna's finished trials, and what GPSampler takes. The method
    that it overrides is there for that, but Optuna promises nothing of it: where it is called no
    more, Optuna looks by itself again.
    """
    from optuna.samplers import GPSampler

    class Comparing(GPSampler):
        def __init__(self, leaders: list[Any], **options: Any) -> None:
            super().__init__(**options)
            self._leaders = leaders

        def _optimize_acqf(self, acqf: Any, best_params: Any) -> Points:
            axes, rng = acqf.search_space, self._rng.rng
            far = axes.sample_normalized_params(CANDIDATES, rng)
            leaders = axes.get_normalized_params(self._leaders)
            near = near_to(leaders, far, rng, axes.is_categorical, axes.discrete_indices)
            found = np.vstack([far, near])
            best: Points = found[np.argmax(acqf.eval_acqf_no_grad(found))]
            return best

    return Comparing


def near_to(
    leaders: Points,
    far: Points,
    rng: np.random.RandomState,
    is_categorical: NDArray[np.bool_],
    discrete: NDArray[np.int_],
) -> Points:
    """Give as many points as there are in `far`, each like a leader but for some of its values.

    A category that changes is any of those in `far`; a value of a discrete axis is the nearest one
    that occurs there.
    """
    count, axes = far.shape
    made = leaders[rng.randint(len(leaders), size=count)]
    changed = rng.rand(count, axes) < CHANGED
    changed[np.arange(count), rng.randint(axes, size=count)] = True
    moved = np.clip(made + STEP * rng.randn(count, axes), 0.0, 1.0)
    for axis in discrete:
        if is_categorical[axis]:
            moved[:, axis] = rng.permutation(far[:, axis])
        else:
            moved[:, axis] = _nearest(moved[:, axis], np.unique(far[:, axis]))
    near: Points = np.where(changed, moved, made)
    return near


def _nearest(values: Points, ascending: Points) -> Points:
    """Give for each value the nearest of some others."""
    above = np.clip(np.searchsorted(ascending, values), 1, len(ascending) - 1)
    low, high = ascending[above - 1], ascending[above]
    nearest: Points = np.where(values - low <= high - values, low, high)
    return nearest
