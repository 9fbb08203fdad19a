"""A process that writes batches into a store, one after the other, until it is killed.

    python store_until_killed.py PATH REPORTS_IN_A_BATCH

Batch n has an event, REPORTS reports of trial n % 3, and the offset that counts them; it goes on
after the last batch found. Says 'ready' once it is about to write.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine.core.events import AttemptStarted, ReportsArrived
from engine.core.model import Report
from engine.store.base import Batch, Logged, Offset
from engine.store.sqlite import SqliteStore


def main() -> None:
    """Write for ever."""
    store = SqliteStore.open(Path(sys.argv[1]))
    size = int(sys.argv[2])
    n = sum(1 for _ in store.events())
    counts = {offset.trial: offset.offset for offset in store.offsets()}
    print("ready", flush=True)
    while True:
        trial = n % 3
        counts[trial] = counts.get(trial, 0) + size
        store.write(_batch(n, trial, size, counts[trial]))
        n += 1


def _batch(n: int, trial: int, size: int, count: int) -> Batch:
    started = AttemptStarted(at=0.0, trial=trial, attempt=n, slot=0, device="cpu")
    reports = tuple(Report(step, 0.0, {"n": float(n)}) for step in range(count - size, count))
    arrived = ReportsArrived(at=0.0, trial=trial, attempt=1, reports=reports)
    return Batch(
        events=[Logged(seq=2 * n + 1, event=started), Logged(seq=2 * n + 2, event=arrived)],
        offsets=[Offset(trial=trial, attempt=1, file="reports.jsonl", offset=count)],
        meta={"batches": str(n + 1)},
    )


if __name__ == "__main__":
    main()
