"""The contract of a search method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from engine.core.model import Params
from engine.space.space import Space


class Proposal(Struct, frozen=True, kw_only=True):
    """A configuration to try. `origin` says how it came about, for a person: 'halton #17'."""

    params: Params
    origin: str


class Exhausted(Struct, frozen=True, kw_only=True):
    """The method has nothing left to propose; `reason` is one sentence."""

    reason: str


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

    @abstractmethod
    def propose(self, index: int) -> Proposal | Exhausted:
        """Make proposal number `index` (from 0). Values have the space's types and lie in it."""


class UnitMethod(SearchMethod):
    """A method that chooses points of the unit cube, without regard to what they decode to."""

    @abstractmethod
    def unit(self, index: int) -> Sequence[float]:
        """Give point number `index`: one number in [0, 1] an axis."""

    def propose(self, index: int) -> Proposal:
        """Give the configuration at point number `index`."""
        params = self.space.decode(self.unit(index))
        return Proposal(params=params, origin=f"{self.name} #{index}")
