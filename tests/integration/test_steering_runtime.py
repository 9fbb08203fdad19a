"""What a person asks reaches an attempt at whatever moment it is asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.core.acts import Continue, Pause, Promote, Prune
from engine.core.model import Running
from tests.fakes.disks import fill, small_disk
from tests.fakes.quick_runtime import QuickRuntime, quick_runtime


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[QuickRuntime]:
    async with quick_runtime(tmp_path) as quick:
        quick.executor.may_launch.clear()
        await quick.until(lambda: quick.executor.launched == [(1, 1)])
        yield quick


def asked(quick: QuickRuntime) -> dict[str, Any]:
    """What the first attempt's control file says; empty where there is none."""
    told: dict[str, Any] = {}
    with suppress(OSError):
        told = json.loads(quick.control(1).read_text())
    return told


async def runs(quick: QuickRuntime) -> None:
    """Let the first attempt's launch come to its end."""
    quick.executor.may_launch.set()
    await quick.until(lambda: quick.state.trials[1].attempts[0].process)


async def test_a_trial_paused_while_it_starts_is_asked_and_not_signalled(
    quick: QuickRuntime,
) -> None:
    await quick.act(Pause(trials=(1,)))
    await quick.until(lambda: asked(quick).get("stop"))
    await runs(quick)
    assert quick.executor.stopped == []
    quick.executor.end(1, 1)
    await quick.until(lambda: quick.state.counts["paused"] == 1)


async def test_a_trial_held_while_it_starts_is_held_once_it_runs(quick: QuickRuntime) -> None:
    await quick.act(Pause(trials=(1,), how="hold"))
    assert quick.executor.held == set()
    await runs(quick)
    await quick.until(lambda: quick.executor.held == {(1, 1)})


async def test_a_trial_held_and_continued_while_it_starts_just_runs(quick: QuickRuntime) -> None:
    await quick.act(Pause(trials=(1,), how="hold"))
    await quick.act(Continue(trials=(1,)))
    await runs(quick)
    assert quick.executor.held == set()
    assert quick.state.trials[1].state == Running(attempt=1, slot=1)


async def test_a_trial_pruned_while_it_starts_ends_once_it_runs(quick: QuickRuntime) -> None:
    await quick.act(Prune(trials=(1,)))
    assert quick.executor.stopped == []
    quick.executor.may_launch.set()
    await quick.until(lambda: quick.state.counts["pruned"] == 1)
    assert quick.executor.stopped == [(1, 1)]


async def test_a_budget_raised_while_a_trial_starts_is_told_as_well(quick: QuickRuntime) -> None:
    await quick.act(Promote(trials=(1,), budgets=(9,)))
    await quick.until(lambda: asked(quick) == {"stop": False, "budget": 9})
    await runs(quick)
    assert len(quick.executor.launched) == 1


async def test_of_many_things_asked_at_once_the_last_is_what_the_file_says(
    quick: QuickRuntime,
) -> None:
    await runs(quick)
    for budget in range(4, 30):
        await quick.act(Promote(trials=(1,), budgets=(budget,)))
    await quick.until(lambda: asked(quick).get("budget") == 29)


async def test_a_slot_opens_once_what_would_not_die_is_gone(quick: QuickRuntime) -> None:
    await runs(quick)
    quick.executor.immortal = {"python (1234@5678)"}
    await quick.act(Prune(trials=(1,)))
    await quick.until(lambda: quick.state.counts["pruned"] == 1)
    assert quick.state.slots.blocked == {1: ("python (1234@5678)",)}
    assert len(quick.executor.launched) == 1
    quick.executor.immortal = set()
    await quick.until(lambda: quick.executor.launched == [(1, 1), (2, 1)])


async def test_on_a_full_disk_a_trial_is_told_once_there_is_space(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        async with quick_runtime(disk) as quick:
            await quick.until(lambda: quick.state.running)
            await runs(quick)
            ballast = fill(disk)
            await quick.act(Promote(trials=(1,), budgets=(9,)))
            await quick.until(lambda: "tell" in quick.publisher.notices)
            assert quick.publisher.notices["tell"] == "the disk is full: t0001 waits to be told"
            assert not quick.control(1).exists()
            ballast.unlink()
            await quick.until(lambda: asked(quick).get("budget") == 9)
            await quick.until(lambda: "tell" not in quick.publisher.notices)
