"""Finalists run with several seeds: mean, spread, and whether a lead means anything."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from math import floor, log10, sqrt
from statistics import fmean, stdev

from .model import Goal, Spread, Trial, is_whole

Key = tuple[float, int]
"""Ascending from the best: mean turned so that less is better, the finalist's number."""


def within_noise(a: Spread, b: Spread) -> bool:
    """Whether the means are closer than two standard errors of their difference (Welch, 1947).

    Without two results on each side nothing is known of the noise: then they count as apart.
    """
    if a.std is None or b.std is None:
        return False
    return abs(a.mean - b.mean) <= 2.0 * sqrt(a.std**2 / a.n + b.std**2 / b.n)


class Finals:
    """The finalists of each stage, ranked by their means as results come.

    `note` must hear of every change of a trial's state, best or stage.
    """

    def __init__(self, trials: Mapping[int, Trial], goal: Callable[[], Goal]) -> None:
        self._trials = trials
        self._goal = goal
        self._repeats: dict[int, list[int]] = {}
        self._ranked: dict[str, list[Key]] = {}
        self._placed: dict[int, tuple[str, Key]] = {}

    def take_in(self, repeat: Trial) -> None:
        """Remember a trial that repeats another one."""
        if repeat.repeat_of is not None:
            self._repeats.setdefault(repeat.repeat_of, []).append(repeat.number)

    def seeds(self, finalist: Trial) -> list[Trial]:
        """The finalist and its repeats in the stage it is in."""
        repeats = (self._trials[n] for n in self._repeats.get(finalist.number, ()))
        return [finalist, *(t for t in repeats if t.stage == finalist.stage)]

    def note(self, trial: Trial) -> int | None:
        """Take in that a trial changed; the finalist whose row that changes, if it does."""
        number = trial.number if trial.repeat_of is None else trial.repeat_of
        if number not in self._repeats:
            return None
        finalist = self._trials[number]
        spread = _spread(self.seeds(finalist))
        if spread == finalist.spread and self._stage_of(number) in (None, finalist.stage):
            return None
        finalist.spread = spread
        self._place(finalist)
        return number

    def best(self, stage: str, most: int) -> list[Trial]:
        """The finalists of a stage that have two results or more, the best mean first."""
        return [self._trials[number] for _, number in self._ranked.get(stage, [])[:most]]

    def _stage_of(self, number: int) -> str | None:
        return self._placed[number][0] if number in self._placed else None

    def _place(self, finalist: Trial) -> None:
        number, spread = finalist.number, finalist.spread
        if number in self._placed:
            stage, key = self._placed.pop(number)
            self._ranked[stage].remove(key)
        if spread is None or spread.std is None:
            return
        mean = -spread.mean if self._goal() is Goal.MAXIMIZE else spread.mean
        self._placed[number] = finalist.stage, (mean, number)
        insort(self._ranked.setdefault(finalist.stage, []), (mean, number))


def verdict(finalists: Sequence[Trial]) -> str | None:
    """Say which of two finalists, the better one first, leads, and whether that means anything."""
    told = [(t.name, t.spread) for t in finalists if t.spread is not None]
    if not told:
        return None
    places = _decimals([spread for _, spread in told])
    texts = [f"{name} {shown(spread, places)}" for name, spread in told]
    first = f"{texts[0]} ({told[0][1].n} seeds)"
    if len(told) == 1:
        return f"{first}: no other finalist has two results yet"
    close = within_noise(told[0][1], told[1][1])
    return f"{first} leads {texts[1]}: {'within' if close else 'beyond'} the noise"


def shown(spread: Spread, places: int) -> str:
    """'0.9810 ± 0.0031'."""
    mean = f"{spread.mean:.{places}f}"
    return mean if spread.std is None else f"{mean} ± {spread.std:.{places}f}"


def _decimals(spreads: Sequence[Spread]) -> int:
    """As many as show two digits of the smallest spread; four where there is none."""
    least = min((s.std for s in spreads if s.std), default=None)
    return 4 if least is None else min(9, max(0, 1 - floor(log10(least))))


def _spread(seeds: Sequence[Trial]) -> Spread | None:
    """Of the best objectives of those that ended well, measured alike; None before the first."""
    ended = [t for t in seeds if is_whole(t.state) and t.best is not None]
    alike = max((t.rank_class for t in ended), default=0)
    values = [t.best.value for t in ended if t.best is not None and t.rank_class == alike]
    if not values:
        return None
    std = stdev(values) if len(values) > 1 else None
    return Spread(n=len(values), mean=fmean(values), std=std)
