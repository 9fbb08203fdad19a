"""The store's twin in memory, for simulations and tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.core.events import ReportsArrived
from engine.core.model import trial_number
from engine.core.views import SweepView, TrialView

from .base import Batch, DeviceSample, Logged, Offset, Point, Store, StoredReport, UsageSample
from .codec import (
    decode_event,
    decode_sweep,
    decode_trial,
    encode_event,
    encode_sweep,
    encode_trial,
)
from .series import curves


class MemoryStore(Store):
    """Keeps a sweep for as long as the object lives; never full, never torn."""

    def __init__(self) -> None:
        self._log: list[tuple[int, str, bytes | ReportsArrived]] = []
        self._reports: dict[int, list[StoredReport]] = {}
        self._offsets: dict[tuple[int, int, str], Offset] = {}
        self._trials: dict[int, bytes] = {}
        self._sweep: bytes | None = None
        self._meta: dict[str, str] = {}
        self._usage: dict[int, dict[tuple[int, float], UsageSample]] = {}
        self._devices: dict[str, dict[float, DeviceSample]] = {}

    def write(self, batch: Batch) -> None:
        log = [_kept(logged) for logged in batch.events]
        trials = {trial_number(view.id): encode_trial(view) for view in batch.trials}
        sweep = self._sweep if batch.sweep is None else encode_sweep(batch.sweep)
        self._log += log
        for _, _, kept in log:
            if isinstance(kept, ReportsArrived):
                self._reports.setdefault(kept.trial, []).extend(_stored(kept))
        self._offsets.update({(o.trial, o.attempt, o.file): o for o in batch.offsets})
        self._trials.update(trials)
        self._sweep = sweep
        self._meta.update(batch.meta)
        for used in batch.usage:
            self._usage.setdefault(used.trial, {}).setdefault((used.attempt, used.at), used)
        for seen in batch.device_samples:
            self._devices.setdefault(seen.device, {}).setdefault(seen.at, seen)

    def meta(self) -> dict[str, str]:
        return dict(self._meta)

    def replay(self) -> Iterator[Logged]:
        for seq, _, kept in self._log[:]:
            event = kept if isinstance(kept, ReportsArrived) else decode_event(kept)
            yield Logged(seq=seq, event=event)

    def events(self, kinds: Sequence[str] | None = None) -> Iterator[Logged]:
        for seq, kind, kept in self._log[:]:
            if isinstance(kept, bytes) and (kinds is None or kind in kinds):
                yield Logged(seq=seq, event=decode_event(kept))

    def sweep(self) -> SweepView | None:
        return None if self._sweep is None else decode_sweep(self._sweep)

    def trials(self) -> list[TrialView]:
        return [decode_trial(body) for body in self.trial_bodies()]

    def trial_bodies(self) -> list[bytes]:
        return [self._trials[number] for number in sorted(self._trials)]

    def trial(self, number: int) -> TrialView | None:
        body = self._trials.get(number)
        return None if body is None else decode_trial(body)

    def offsets(self) -> list[Offset]:
        return [self._offsets[key] for key in sorted(self._offsets)]

    def reports(self, trial: int | None = None) -> Iterator[StoredReport]:
        if trial is not None:
            yield from self._reports.get(trial, [])[:]
            return
        for _, _, kept in self._log[:]:
            if isinstance(kept, ReportsArrived):
                yield from _stored(kept)

    def series(self, trial: int) -> dict[str, list[Point]]:
        return curves(self.reports(trial))

    def usage(self, trial: int) -> list[UsageSample]:
        samples = self._usage.get(trial, {})
        return [samples[key] for key in sorted(samples)]

    def device_samples(self, device: str, since: float = 0.0) -> list[DeviceSample]:
        samples = self._devices.get(device, {})
        return [samples[at] for at in sorted(samples) if at >= since]

    def devices_seen(self) -> dict[str, float]:
        return {device: max(samples) for device, samples in self._devices.items()}

    def close(self) -> None:
        """Nothing to let go of."""


def _kept(logged: Logged) -> tuple[int, str, bytes | ReportsArrived]:
    event = logged.event
    body = event if isinstance(event, ReportsArrived) else encode_event(event)
    return logged.seq, str(event.__struct_config__.tag), body


def _stored(event: ReportsArrived) -> list[StoredReport]:
    return [
        StoredReport(trial=event.trial, attempt=event.attempt, report=report)
        for report in event.reports
    ]
