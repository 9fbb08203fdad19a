"""The sweeps of this box, as far as the app needs them: the command line says how it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from engine.core.views import SweepView

if TYPE_CHECKING:
    from tui_tuner.link import Connect

Restart = Callable[[], Awaitable[object]]


class OpenSweep(Struct, frozen=True, kw_only=True):
    """A sweep to look at. `title` is what to type for it.

    `connect` is called again whenever the connection is lost; `start_engine`, where given, starts
    an engine where there is none and returns once it answers.
    """

    title: str
    connect: Connect
    start_engine: Restart | None = None


class Offer(Struct, frozen=True, kw_only=True):
    """A config that lies in the current folder, and what it would run; or what is wrong with it.

    `slots` are as many trials as run at a time, at most; 0: the GPUs are not counted yet. `gpus`
    are those that they run on, 0 for the CPU.
    """

    config: Path
    name: str = ""
    method: str = ""
    metric: str = ""
    parameters: int = 0
    trials: int | None = None
    slots: int = 0
    gpus: int = 0
    warnings: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


class Box(Protocol):
    """Every method but `open` and `counted` may block; one thread at a time calls them."""

    def listing(self) -> Sequence[SweepView]:
        """Every sweep of this user and of the current folder, as stored now."""

    def open(self, directory: Path) -> OpenSweep:
        """Say how to look at a sweep."""

    def offer(self) -> Offer | None:
        """Look for a config in the current folder."""

    async def counted(self, offer: Offer) -> Offer:
        """Fill in how many trials the GPUs take, where that is not known: some seconds at worst."""

    def begin(self, config: Path) -> Path:
        """Make a sweep of a config, start its engine, give its directory. Raises TunerError."""

    def samples(self) -> str | None:
        """Name the folder of the samples, where it is there."""
