"""CMA-ES: a normal distribution that moves to where the results are better (Hansen, 2016).

For numbers only. Trials do not come back in the order of generations, and some come from people:
what lies further out than a draw would is drawn in before it is told ("Injecting external
solutions into CMA-ES", Hansen, 2011). Once the distribution has settled on a point, it starts anew
elsewhere with twice the population (IPOP-CMA-ES: Auger and Hansen, 2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from math import inf, sqrt
from random import Random as Generator
from typing import Any

from msgspec import Struct

from engine.core.model import Goal, Params
from engine.core.seeds import seed_for
from engine.errors import UsageError
from engine.space.parameters import CategoricalParameter
from engine.space.space import Space

from .learning import Sample, TrainingSet
from .model import ModelMethod

_SETTLED = 1e-4
"""Standard deviation, as a share of an axis, below which there is nothing left to find on it."""
_SETTLED_CELL = 0.1
"""The same where values can be counted, as a share of one value's stretch."""


class Cmaes(ModelMethod):
    """Begins at the best of the start-up trials. `sigma0` is the standard deviation there, as a
    share of each axis; `popsize` counts the trials of a generation (None: 4 + 3 ln d).

    Its state is a fold over all results in the order of their trials' numbers, a generation at a
    time. Only their order by loss counts; trials in flight do not.
    """

    name = "cmaes"
    options = ModelMethod.options | {"sigma0", "popsize"}

    def __init__(
        self,
        space: Space,
        seed: int,
        goal: Goal,
        *,
        sigma0: float = 1 / 6,
        popsize: int | None = None,
        **options: Any,
    ) -> None:
        _refuse_what_is_no_number(space)
        super().__init__(space, seed, goal, **options)
        self._evolution = _Evolution(space, seed, sigma0, popsize, self.startup_trials)

    def suggest(self, training: TrainingSet, index: int) -> Params:
        """Draw from the distribution as it stands after all results."""
        results = [s for s in training.samples if s.infeasible or s.loss is not None]
        return self.space.decode(self._evolution.draw(results, seed_for(self.seed, index)))


def _refuse_what_is_no_number(space: Space) -> None:
    lists = [p.name for p in space.searched if isinstance(p, CategoricalParameter)]
    conditional = [p.name for p in space.searched if p.when and p.name not in lists]
    reasons = [f"{name} is a list of values" for name in lists]
    reasons += [f"{name} depends on another parameter" for name in conditional]
    if reasons:
        raise UsageError(
            f"cmaes searches ranges of numbers only, but {' and '.join(reasons)}; "
            "write ranges, or use tpe, gp, random or halton"
        )


class _Generation(Struct, frozen=True):
    """What a generation was told, the best trial first, and the strategy that came of it."""

    told: tuple[int, ...]
    strategy: Any
    restarts: int


class _Evolution:
    """The strategy after any results; kept from one call to the next as far as those agree."""

    def __init__(
        self, space: Space, seed: int, sigma0: float, popsize: int | None, startup: int
    ) -> None:
        self._space = space
        self._seed = seed
        self._sigma0 = sigma0
        self._popsize = popsize
        self._startup = startup
        self._past: list[_Generation] = []
        self._points: dict[int, Any] = {}

    def draw(self, results: Sequence[Sample], seed: int) -> list[float]:
        """Draw a point of the cube after `results`, in the order of their trials' numbers."""
        strategy = self._after(results).strategy
        strategy.reseed_rng(seed)
        return [float(u) for u in strategy.ask()]

    def _after(self, results: Sequence[Sample]) -> _Generation:
        for one in results:
            if one.number not in self._points:
                self._points[one.number] = self._point(self._space.encode(one.params))
        now, at, count = self._beginning(results), 0, 0
        while len(told := _ranked(results, at, now.strategy.population_size)):
            at += len(told)
            count += 1
            if count < len(self._past) and self._past[count].told == told:
                now = self._past[count]
            else:
                now = self._next(now, told)
                self._past[count:] = [now]
        return now

    def _beginning(self, results: Sequence[Sample]) -> _Generation:
        """Begin at the best of the start-up trials, or in the middle of the space."""
        best = _ranked(results, 0, min(self._startup, len(results)))[:1]
        if not self._past or self._past[0].told != best:
            mean = self._points[best[0]] if best else self._point([0.5] * self._space.dimension)
            self._past = [_Generation(best, self._fresh(mean, self._popsize), 0)]
        return self._past[0]

    def _next(self, before: _Generation, told: tuple[int, ...]) -> _Generation:
        strategy = deepcopy(before.strategy)
        points = [_drawn_in(strategy, self._points[number]) for number in told]
        strategy.tell([(point, float(rank)) for rank, point in enumerate(points)])
        if not self._has_settled(strategy):
            return _Generation(told, strategy, before.restarts)
        restarts = before.restarts + 1
        generator = Generator(f"{self._seed}/restart/{restarts}")
        elsewhere = self._point([generator.random() for _ in range(self._space.dimension)])
        fresh = self._fresh(elsewhere, 2 * strategy.population_size)
        return _Generation(told, fresh, restarts)

    def _fresh(self, mean: Any, popsize: int | None) -> Any:
        from cmaes import CMA

        bounds = self._point([[0.0, 1.0]] * self._space.dimension)
        patience = 10 * self._space.dimension
        return CMA(
            mean, self._sigma0, bounds=bounds, n_max_resampling=patience, population_size=popsize
        )

    def _has_settled(self, strategy: Any) -> bool:
        spread = strategy._sigma * strategy._C.diagonal() ** 0.5
        cells = [1.0 / p.count if p.count else 0.0 for p in self._space.searched]
        limits = [max(_SETTLED, _SETTLED_CELL * cell) for cell in cells]
        return bool((spread < limits).all()) or strategy.should_stop()

    def _point(self, unit: Sequence[Any]) -> Any:
        from numpy import array

        return array(unit, dtype=float)


def _ranked(results: Sequence[Sample], at: int, count: int) -> tuple[int, ...]:
    """The numbers of `count` results from `at` on, the best first; none where there are fewer."""
    if len(results) < at + count:
        return ()
    part = results[at : at + count]
    ordered = sorted(part, key=lambda s: (inf if s.loss is None else s.loss, s.number))
    return tuple(s.number for s in ordered)


def _drawn_in(strategy: Any, point: Any) -> Any:
    """Move a point toward the mean until a draw could have come so far."""
    from numpy.linalg import norm

    axes, scales = strategy._eigen_decomposition()
    step = (point - strategy.mean) / strategy._sigma
    length = float(norm(axes.T @ step / scales))
    longest = sqrt(strategy.dim) + 2 * strategy.dim / (strategy.dim + 2)
    return strategy.mean + strategy._sigma * step * min(1.0, longest / max(length, 1e-12))
