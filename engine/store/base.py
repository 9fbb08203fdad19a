"""The contract of a sweep's store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from engine.core.events import Event
from engine.core.model import Report
from engine.core.views import SweepView, TrialView


class Logged(Struct, frozen=True, kw_only=True):
    """An event with its place in the log. Sequence numbers start at 1 and have no meaning
    beyond their order; a `ReportsArrived` has one number for all its reports."""

    seq: int
    event: Event


class Offset(Struct, frozen=True, kw_only=True):
    """How far a file of an attempt has been read: every byte before `offset` is stored."""

    trial: int
    attempt: int
    file: str
    offset: int


class UsageSample(Struct, frozen=True, kw_only=True):
    """What an attempt used at a time: percent of its device and of its share of the cores, bytes on
    the device. None: not known."""

    trial: int
    attempt: int
    at: float
    util: float | None = None
    memory: int | None = None
    cpu: float | None = None


class DeviceSample(Struct, frozen=True, kw_only=True):
    """A device at a time: percent, bytes, degrees Celsius, watts. None: it did not say."""

    device: str
    """Its label, as people call it."""
    at: float
    util: float | None = None
    mem_used: int | None = None
    temperature: float | None = None
    power: float | None = None


class Batch(Struct, kw_only=True):
    """What one transaction writes: all of it or nothing.

    Of two samples of one thing at one time the first is kept.
    """

    events: list[Logged] = field(default_factory=list)
    offsets: list[Offset] = field(default_factory=list)
    trials: list[TrialView] = field(default_factory=list)
    sweep: SweepView | None = None
    meta: dict[str, str] = field(default_factory=dict)
    usage: list[UsageSample] = field(default_factory=list)
    device_samples: list[DeviceSample] = field(default_factory=list)


class Point(Struct, frozen=True, array_like=True):
    """One value of one metric. `value` may be NaN or infinite."""

    step: int
    value: float
    at: float


class StoredReport(Struct, frozen=True, kw_only=True):
    """One report as stored, for exports."""

    trial: int
    attempt: int
    report: Report


class StoreReader(ABC):
    """Looks at a store. Any number may read while one writes. Calls block: keep them off the
    event loop. Not thread-safe: one reader a thread."""

    @abstractmethod
    def meta(self) -> dict[str, str]:
        """Everything said once about the sweep: its config as JSON under 'config', and so on."""

    @abstractmethod
    def replay(self) -> Iterator[Logged]:
        """Every event in order, the `ReportsArrived` rebuilt from their rows."""

    @abstractmethod
    def events(self, kinds: Sequence[str] | None = None) -> Iterator[Logged]:
        """The events table only (no reports), optionally of these tags only, in order."""

    @abstractmethod
    def sweep(self) -> SweepView | None:
        """The sweep as last written."""

    @abstractmethod
    def trials(self) -> list[TrialView]:
        """Every trial as last written, by number."""

    @abstractmethod
    def trial_bodies(self) -> list[bytes]:
        """The same, each as one line of JSON."""

    @abstractmethod
    def trial(self, number: int) -> TrialView | None:
        """One trial."""

    @abstractmethod
    def offsets(self) -> list[Offset]:
        """How far each attempt's files have been read."""

    @abstractmethod
    def reports(self, trial: int | None = None) -> Iterator[StoredReport]:
        """Reports of one trial, or of all, in the order stored."""

    @abstractmethod
    def series(self, trial: int) -> dict[str, list[Point]]:
        """Each metric's curve, ascending in step, one point a step.

        A later report of a step replaces an earlier one of the same metric, and a later
        attempt replaces all that earlier attempts reported from its first step on.
        """

    @abstractmethod
    def usage(self, trial: int) -> list[UsageSample]:
        """What a trial used, attempt by attempt, each from its beginning on."""

    @abstractmethod
    def device_samples(self, device: str, since: float = 0.0) -> list[DeviceSample]:
        """How a device was, from `since` on, oldest first."""

    @abstractmethod
    def devices_seen(self) -> dict[str, float]:
        """When each device was looked at last, by label, in the order first seen."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""


class Store(StoreReader):
    """Writes as well; one writer a sweep. `write` is called from one thread at a time."""

    @abstractmethod
    def write(self, batch: Batch) -> None:
        """Write a batch durably, all or nothing; samples alone may reach the disk later.

        Raises StoreFullError where the disk is full: nothing was written, the store stays usable,
        and the same batch may be written again later.
        """

    def write_all(self, batches: Iterable[Batch]) -> None:
        """Write several batches, each durably."""
        for batch in batches:
            self.write(batch)
