"""The JSON documents: the fields of the interface, all always there, null where unset."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from msgspec.structs import asdict

from engine.core.views import TrialView
from engine.protocol.messages import TrialDetail

_ONLY_FOR_SCREENS = ("spark", "attempt_list")


def print_json(document: Any) -> None:
    """Print one JSON document; NaN and infinities become null."""
    print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def trial_document(row: TrialView, now: float | None = None) -> dict[str, Any]:
    """One trial as `trials --json` gives it."""
    document = asdict(row) | {"elapsed_s": elapsed_s(row, now), "gpu_s": gpu_s(row, now)}
    for name in _ONLY_FOR_SCREENS:
        del document[name]
    return document


def detail_document(detail: TrialDetail) -> dict[str, Any]:
    """One trial as `show --json` gives it."""
    return trial_document(detail.trial) | {
        "attempts": detail.trial.attempt_list,
        "series": detail.series,
        "checkpoints": detail.checkpoints,
        "decisions": detail.decisions,
        "lineage": detail.lineage,
    }


def elapsed_s(row: TrialView, now: float | None = None) -> float:
    """Seconds a trial has run, those of a running or held attempt included."""
    return row.elapsed_s + _running_s(row, now)


def gpu_s(row: TrialView, now: float | None = None) -> float:
    """Seconds of GPUs a trial has taken, those of a running or held attempt included."""
    return row.gpu_s + row.gpus * _running_s(row, now)


def _running_s(row: TrialView, now: float | None) -> float:
    if row.attempt_started_at is None:
        return 0.0
    now = time.time() if now is None else now
    return max(0.0, now - row.attempt_started_at)
