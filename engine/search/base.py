"""The contract of a search method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec import Struct

from engine.core.model import Goal, Params, Source
from engine.core.observing import Observation
from engine.space.space import Space


class Proposal(Struct, frozen=True, kw_only=True):
    """A configuration to try. `origin` says how it came about, for a person: 'halton #17',
    'tpe, 34 observations, space v2'; `source` says it for the machine."""

    params: Params
    origin: str
    source: Source | None = None


class Exhausted(Struct, frozen=True, kw_only=True):
    """The method has nothing left to propose; `reason` is one sentence."""

    reason: str


Made = tuple[Proposal | Exhausted, int]
"""A proposal, and the index to ask for next."""


class SearchMethod(ABC):
    """Proposes configurations.

    A method is made for one space and one seed and keeps no state between calls that could not be
    rebuilt: `propose(index)` is a function of (space, seed, index) for methods that do not learn,
    and of the observations told as well for those that do. Calls block and may be slow; they come
    from one thread at a time, never from the event loop. Options are validated in `__init__`,
    which raises UsageError with one sentence naming the option.
    """

    name: ClassVar[str]
    learns: ClassVar[bool] = False
    enumerates: ClassVar[bool] = False
    """Whether it goes through the space from index 0 on, so that each version begins anew."""

    def __init__(self, space: Space, seed: int) -> None:
        self.space = space
        self.seed = seed

    @property
    def called(self) -> str:
        """Name it as a person reads it, before the sweep runs."""
        return self.name

    @abstractmethod
    def propose(self, index: int) -> Proposal | Exhausted:
        """Make proposal number `index` (from 0). Values have the space's types and lie in it."""


class LearningMethod(SearchMethod):
    """A method whose proposals follow from what trials have shown so far.

    `propose(index)` is a function of (space, seed, options, index) and of the newest observation of
    each trial, whatever the order they came in: a restart, or a crash of the process that models,
    changes nothing but the time it takes. Before `startup_trials` results are known it draws from a
    method that does not learn. `goal` says which way the objective is better.
    """

    learns = True
    stand_in: ClassVar[str] = "halton"
    """The method that does not learn whose draws begin a sweep, and keep slots from waiting."""
    options: ClassVar[frozenset[str]] = frozenset({"startup_trials", "in_flight"})
    """The options, beyond the seed, that its `__init__` takes as keyword arguments."""

    def __init__(
        self,
        space: Space,
        seed: int,
        goal: Goal,
        *,
        startup_trials: int = 10,
        in_flight: str = "worst",
    ) -> None:
        super().__init__(space, seed)
        self.goal = goal
        self.startup_trials = startup_trials
        self.in_flight = in_flight
        self.known: dict[int, Observation] = {}

    def observe(self, news: Sequence[Observation]) -> None:
        """Take in observations; each replaces what was known of its trial. Cheap: learning waits
        until the next proposal."""
        self.known.update((one.number, one) for one in news)

    def forget(self, numbers: Iterable[int]) -> None:
        """Take observations back. Those of candidates that are not trials yet are told as open
        ones with negative numbers, and taken back after each proposal."""
        for number in numbers:
            self.known.pop(number, None)


class UnitMethod(SearchMethod):
    """A method that chooses points of the unit cube, without regard to what they decode to."""

    @abstractmethod
    def unit(self, index: int) -> Sequence[float]:
        """Give point number `index`: one number in [0, 1] an axis."""

    def propose(self, index: int) -> Proposal:
        """Give the configuration at point number `index`."""
        params = self.space.decode(self.unit(index))
        return Proposal(params=params, origin=f"{self.name} #{index}")
