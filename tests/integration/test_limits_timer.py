"""Limits of time end a sweep by themselves, though nothing else happens."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.core.plan import Limits
from tests.fakes.quick_runtime import PLAN, QuickRuntime


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(slot_hours=1e-9), "1e-09 slot-hours are used up"),
        (Limits(hours=1e-9), "1e-09 hours are over"),
        (Limits(hours=5, slot_hours=1e-9), "1e-09 slot-hours are used up"),
    ],
)
async def test_a_running_trial_uses_the_time_up(
    tmp_path: Path, limits: Limits, sentence: str
) -> None:
    quick = QuickRuntime(tmp_path)
    await quick.runtime.start(msgspec.structs.replace(PLAN, limits=limits), 1, [])
    try:
        await quick.until(lambda: quick.state.limit)
        assert quick.state.sentence == sentence
        decisions = quick.publisher.journal.machine.history.decisions
        assert sum(d.what.startswith("limit ") for d in decisions) == 1
    finally:
        await quick.runtime.close()
