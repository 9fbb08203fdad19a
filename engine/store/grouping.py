"""Putting batches together, so that many cost one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from engine.core.events import ReportsArrived

from .base import Batch

GROUP_WEIGHT = 20_000
"""Rows after which a transaction takes no further batch: a backlog is written in bites."""

T = TypeVar("T")


def first_group(entries: Iterable[T], batch_of: Callable[[T], Batch]) -> list[T]:
    """Give the first entries whose batches make a transaction of a fair size; at least one."""
    group: list[T] = []
    rows = 0
    for entry in entries:
        rows += weight(batch_of(entry))
        if group and rows > GROUP_WEIGHT:
            break
        group.append(entry)
    return group


def weight(batch: Batch) -> int:
    """Give about how many rows a batch writes; at least 1."""
    reports = sum(
        len(logged.event.reports)
        for logged in batch.events
        if isinstance(logged.event, ReportsArrived)
    )
    samples = len(batch.usage) + len(batch.device_samples)
    return 1 + len(batch.events) + reports + len(batch.trials) + len(batch.offsets) + samples


def merged(batches: Iterable[Batch]) -> Batch:
    """Give one batch that leaves the store as the batches in turn would."""
    whole = Batch()
    offsets = {}
    trials = {}
    for batch in batches:
        whole.events += batch.events
        whole.meta |= batch.meta
        offsets.update({(o.trial, o.attempt, o.file): o for o in batch.offsets})
        trials.update({view.id: view for view in batch.trials})
        whole.sweep = batch.sweep or whole.sweep
        whole.usage += batch.usage
        whole.device_samples += batch.device_samples
    whole.offsets = list(offsets.values())
    whole.trials = list(trials.values())
    return whole
