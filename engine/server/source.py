"""What a session answers from: a running engine, or a store at rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from engine.core.acts import Act, Decision
from engine.core.views import SweepView, TrialView
from engine.protocol.messages import ActResult, Space, VersionView
from engine.store.base import DeviceSample, Point, UsageSample

from .first_rows import Standing


class Changes(Struct, kw_only=True):
    """What changed in one commit."""

    seq: int
    sweep: bool = False
    trials: set[int] = field(default_factory=set)
    decisions: list[Decision] = field(default_factory=list)


class SweepSource(ABC):
    """A sweep to look at, and perhaps to act on. Used on one event loop; views are shared:
    never change them."""

    directory: Path
    live: bool

    @property
    @abstractmethod
    def seq(self) -> int:
        """The number of the last committed change."""

    @abstractmethod
    def status(self) -> SweepView:
        """The sweep now."""

    @abstractmethod
    def trials(self) -> list[TrialView]:
        """Every trial, by number."""

    def rows(self) -> tuple[Sequence[Any], Sequence[Standing]]:
        """Every trial by number as it goes on the wire, a row or its JSON, and how it stands."""
        rows = self.trials()
        return rows, rows

    @abstractmethod
    def trial(self, number: int) -> TrialView:
        """One trial. Raises NotFoundError."""

    @abstractmethod
    def decisions(self) -> list[Decision]:
        """The history, oldest first."""

    @abstractmethod
    def space(self, version: int | None = None) -> Space:
        """The parameters as searched in a version of the space, None: now. Raises NotFoundError."""

    @abstractmethod
    def versions(self) -> list[VersionView]:
        """Every version of the space, oldest first."""

    @abstractmethod
    async def series(self, number: int) -> dict[str, list[Point]]:
        """Every metric's curve of one trial."""

    @abstractmethod
    async def usage_of(self, number: int) -> list[UsageSample]:
        """What one trial used, attempt by attempt."""

    @abstractmethod
    async def device_history(self, device: str, since: float) -> list[DeviceSample]:
        """How a device was, from `since` on, oldest first; nothing where nobody looked at it."""

    @abstractmethod
    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, dry_run: bool
    ) -> ActResult:
        """Do it, or say what it would do. Returns after the commit.

        The same `request` twice acts once, and is answered alike. Raises ActError.
        """

    @abstractmethod
    def watch(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Call `listener` after every commit until the returned function is called."""

    @abstractmethod
    def leave(self) -> bool:
        """Ask the engine to leave if its sweep has ended; say whether it will."""
