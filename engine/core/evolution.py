"""What the machine asks of an evolution: who lives on after a round, and who is born."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

from .model import Params


class Rounds(Struct, frozen=True, kw_only=True):
    """A population of so many trials trains `interval` epochs a round, for so many rounds."""

    population: int
    rounds: int
    interval: int


class Member(Struct, frozen=True, kw_only=True):
    """A trial at the end of a round. `loss`: its objective there, turned so that less is better;
    None where it has none to compare (failed, pruned by a person, no number)."""

    number: int
    params: Params
    loss: float | None = None


class Child(Struct, frozen=True, kw_only=True):
    """A trial to be born. It goes on from its parent's checkpoint of `from_step`.

    `parent` None: nobody was left to be one; its values are drawn afresh, and it begins at 0.
    `origin` says how it came about: 'child of t0017, lr x1.2'.
    """

    number: int
    parent: int | None
    params: Params
    seed: int
    origin: str
    from_step: int = 0
    generation: int = 0


class Replaced(Struct, frozen=True, kw_only=True):
    """A member that ends with its round; `reason` says why, and who takes its place."""

    trial: int
    reason: str


class Offspring(Struct, frozen=True, kw_only=True):
    """A configuration made from `parent`'s, and what was changed, in words."""

    parent: int | None
    params: Params
    changes: str


class Selection(Struct, frozen=True, kw_only=True):
    """Who lives on, the best first, and who may have children."""

    survivors: tuple[int, ...]
    parents: tuple[int, ...]
    ended: tuple[int, ...]
    """Those that had a result and do not live on, the best first."""


class Evolver(Protocol):
    """Population based training (Jaderberg et al., 2017), as pure functions."""

    def select(self, members: Sequence[Member], population: int) -> Selection:
        """Sort the members of a round that has ended, out of a population of so many."""
        ...

    def offspring(self, document: Any, parents: Sequence[Member], seed: int) -> Offspring:
        """Make one configuration that lies in the space `document`: of a parent drawn by `seed`,
        with some values changed; drawn afresh where there are no parents."""
        ...
