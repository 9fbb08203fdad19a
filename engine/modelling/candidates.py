"""Candidates: proposals kept ready for slots that will come free, and nobody's trials yet."""

from __future__ import annotations

from msgspec import Struct

from engine.core.observing import Observation
from engine.search.base import Exhausted, Proposal


class Candidate(Struct, frozen=True, kw_only=True):
    """A proposal made ahead. `key` identifies its configuration, `knows` says how much had happened
    when it was begun."""

    index: int
    made: Proposal | Exhausted
    key: str | None
    knows: int


class Candidates:
    """Those of one version of the space, the newest last."""

    def __init__(self) -> None:
        self._ready: list[Candidate] = []

    def __len__(self) -> int:
        return len(self._ready)

    def __contains__(self, candidate: Candidate) -> bool:
        return any(one is candidate for one in self._ready)

    @property
    def oldest(self) -> Candidate | None:
        """The one that knows least."""
        return self._ready[0] if self._ready else None

    def add(self, candidate: Candidate) -> None:
        """Keep the newest one."""
        self._ready.append(candidate)

    def take(self) -> Candidate | None:
        """Give away the newest one."""
        return self._ready.pop() if self._ready else None

    def remove(self, candidate: Candidate) -> None:
        """Throw one away."""
        self._ready = [one for one in self._ready if one is not candidate]

    def drop(self, key: str) -> None:
        """Throw away those whose configuration was proposed or added meanwhile."""
        self._ready = [one for one in self._ready if one.key != key]

    def clear(self) -> None:
        """Throw all away."""
        self._ready.clear()

    def in_flight(self, version: int, rank_class: int, but: Candidate | None) -> list[Observation]:
        """How a model sees them, but for one: as open trials, by negative numbers."""
        return [
            Observation(
                number=-1 - one.index,
                params=one.made.params,
                space_version=version,
                status="open",
                rank_class=rank_class,
            )
            for one in self._ready
            if one is not but and isinstance(one.made, Proposal)
        ]
