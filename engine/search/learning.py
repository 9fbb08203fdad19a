"""What a model learns from: the trials' curves, read at one step that some of them reached.

A model must not take a stopped trial's early value for its end. As in BOHB (Falkner, Klein and
Hutter, 2018) it learns at the highest step that enough trials reached; a loss at a step is the
lowest up to there. Trials that have not come to it are not thrown away, as they are in BOHB: their
losses there are forecast from those that went on (see `forecast`). So enough are the few that a
forecast is made from, not as many as the model itself needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf, isfinite

from msgspec import Struct

from engine.core.model import Params

from .curve import Curve
from .forecast import Forecast

_FEWEST_PAIRS = 3
"""Trials that a forecast is made from, at least: two alone may stand the wrong way round."""
_MOST_PAIRS = 100
"""The same at most: the newest."""


class Sample(Struct, frozen=True, kw_only=True):
    """A configuration and its loss, less of which is better.

    `loss` is a finite number; None for a trial that has not reported yet, or, where `infeasible`,
    for one that has none: the configuration is worse than any that has. `is_forecast`: the trial
    has not come to the step that the others are read at.
    """

    number: int
    params: Params
    loss: float | None
    infeasible: bool = False
    is_forecast: bool = False


class TrainingSet(Struct, frozen=True, kw_only=True):
    """Samples in the order of their trials' numbers, read at `step`; None is the trials' end."""

    step: int | None
    samples: tuple[Sample, ...]

    @property
    def told(self) -> list[Sample]:
        """Those with a loss."""
        return [s for s in self.samples if s.loss is not None]

    @property
    def infeasible(self) -> list[Sample]:
        """Those that are infeasible."""
        return [s for s in self.samples if s.infeasible]

    @property
    def open(self) -> list[Sample]:
        """Those whose results are still to come."""
        return [s for s in self.samples if s.loss is None and not s.infeasible]

    @property
    def mean_loss(self) -> float:
        """The mean of the losses; 0 where there are none."""
        losses = [s.loss for s in self.samples if s.loss is not None]
        return sum(losses) / len(losses) if losses else 0.0

    @property
    def worst_loss(self) -> float:
        """The greatest of the losses; 0 where there are none."""
        return max((s.loss for s in self.samples if s.loss is not None), default=0.0)

    @property
    def observations(self) -> int:
        """How many say something of their configurations: with a loss, or infeasible."""
        return sum(s.loss is not None or s.infeasible for s in self.samples)

    def sentence(self, method: str, version: int) -> str:
        """Say what a proposal of `method` is based on: 'tpe at epoch 9, 34 observations, space v2'.

        No epoch is named where the trials were read at their ends.
        """
        where = "" if self.step is None else f" at epoch {self.step}"
        count = self.observations
        return f"{method}{where}, {count} observation{'s' * (count != 1)}, space v{version}"


def enough_for(dimension: int) -> int:
    """How many losses a model of so many axes needs at a step: one more than axes, and two for
    there to be good ones and bad ones (N_min + 2 in BOHB)."""
    return dimension + 3


def training_set(known: Iterable[Curve], enough: int) -> TrainingSet:
    """Read the curves of trials at the highest step that enough of them reached to forecast it.

    Only the highest class counts that has `enough` losses, or else the one that has most: others
    tell nothing of it. What is open counts in any. Trials that failed, and those that ended without
    a value, say nothing.
    """
    curves = sorted(known, key=lambda curve: curve.one.number)
    readable = [c for c in curves if c.is_readable]
    rank_class = _rank_class(readable, enough)
    readable = [c for c in readable if c.one.rank_class == rank_class]
    budgets = [c.one.budget for c in curves if c.one.rank_class == rank_class]
    reading = _Reading(readable, max((b for b in budgets if b is not None), default=None))
    samples = (reading.sample(c, c.one.rank_class == rank_class) for c in curves)
    return TrainingSet(step=reading.step, samples=tuple(s for s in samples if s is not None))


def lied(training: TrainingSet, in_flight: str) -> list[tuple[Sample, float]]:
    """Give every sample a finite loss: infeasible ones the worst, open ones by `in_flight`, which
    is worst, mean or ignore (the constant liar of Ginsbourger, Le Riche and Carraro, 2010)."""
    worst = training.worst_loss
    lie = training.mean_loss if in_flight == "mean" else worst
    return [
        (s, worst if s.infeasible else lie if s.loss is None else s.loss)
        for s in training.samples
        if s.infeasible or s.loss is not None or in_flight != "ignore"
    ]


class _Reading:
    """Reads curves at one step, and forecasts those that end before it."""

    def __init__(self, curves: Sequence[Curve], full: int | None) -> None:
        reaches = [c.reach(full) for c in curves]
        self._step = _step(sorted(reaches, reverse=True))
        self._full = full
        there = [c for c, reach in zip(curves, reaches, strict=True) if reach >= self._step]
        self._there = [c for c in there if isfinite(c.at(self._step))]
        self._forecasts: dict[int, Forecast] = {}

    @property
    def step(self) -> int | None:
        """The step that curves are read at; None is their end."""
        return None if self._step == inf else int(self._step)

    def sample(self, curve: Curve, counts: bool) -> Sample | None:
        """Make a trial's sample; None if it says nothing. What does not count may be open."""
        status = curve.one.status
        if counts and status == "infeasible":
            return _sample(curve, None, infeasible=True)
        if counts and curve.is_readable:
            is_there = curve.reach(self._full) >= self._step
            loss = curve.at(self._step) if is_there else self._forecast(curve)
            if isfinite(loss):
                return _sample(curve, loss, is_forecast=not is_there)
            return _sample(curve, None, infeasible=True)
        return _sample(curve, None) if status == "open" else None

    def _forecast(self, curve: Curve) -> float:
        last = curve.one.steps[-1]
        if last not in self._forecasts:
            pairs = [(c.at(last), c.at(self._step)) for c in self._there[-_MOST_PAIRS:]]
            self._forecasts[last] = Forecast(p for p in pairs if isfinite(p[0]))
        return self._forecasts[last](curve.last)


def _sample(
    curve: Curve, loss: float | None, *, infeasible: bool = False, is_forecast: bool = False
) -> Sample:
    return Sample(
        number=curve.one.number,
        params=curve.one.params,
        loss=loss,
        infeasible=infeasible,
        is_forecast=is_forecast,
    )


def _rank_class(curves: Iterable[Curve], enough: int) -> int:
    counts = Counter(c.one.rank_class for c in curves)
    return max(counts, key=lambda c: (min(counts[c], enough), c), default=0)


def _step(reaches: Sequence[float]) -> float:
    """The highest step that enough of the reaches, greatest first, come to."""
    return reaches[min(_FEWEST_PAIRS, len(reaches)) - 1] if reaches else inf
