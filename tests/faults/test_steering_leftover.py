"""What outlives its trial keeps the slot closed, is named, and gives the slot back once gone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.executors import procfs
from tests.fakes.gated import GatedSweep
from tests.fakes.real_sweep import wait_until


@pytest.fixture
def immortal() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for one that no signal ends.

    The kernel tells the parent of an exec a moment before it gives the process its new name.
    """
    with subprocess.Popen(["sleep", "1000"]) as process:
        wait_until(lambda: procfs.describe(process.pid).startswith("sleep"), "it has its name")
        yield process
        process.kill()


def sweep_that_leaves(folder: Path, leftover: str) -> GatedSweep:
    """A sweep whose first trial ended while no engine lived, with something of it left."""
    sweep = GatedSweep(folder, budget=1, trials=2)
    sweep.start()
    sweep.end_unseen(1, leftover=leftover)
    return sweep


def warnings(sweep: GatedSweep) -> list[str]:
    view = sweep.sweep()
    return view.warnings if view else []


def test_a_closed_slot_names_what_keeps_it_and_opens_once_that_is_gone(
    tmp_path: Path, immortal: subprocess.Popen[bytes]
) -> None:
    sweep = sweep_that_leaves(tmp_path, procfs.describe(immortal.pid))
    sweep.start()
    sweep.until_state(1, "complete")
    named = f"sleep ({immortal.pid})"
    assert warnings(sweep) == [f"slot 1 stays closed until these are gone: {named}"]
    done = sweep.trial(1)
    assert done is not None
    assert done.attempt_list[0].leftover == [named]
    sweep.kill_engine()
    sweep.start()
    wait_until(lambda: sweep.state == "running", "the engine is back")
    assert sweep.state_of(2) == "waiting"
    immortal.kill()
    immortal.wait()
    sweep.until_state(2, "complete")
    assert warnings(sweep) == []


def test_a_pid_that_is_another_process_by_now_keeps_no_slot_closed(
    tmp_path: Path, immortal: subprocess.Popen[bytes]
) -> None:
    sweep = sweep_that_leaves(tmp_path, f"sleep ({immortal.pid}@1)")
    sweep.start()
    sweep.until_state(2, "complete")


def test_names_as_they_were_once_written_are_waited_for_too(
    tmp_path: Path, immortal: subprocess.Popen[bytes]
) -> None:
    sweep = sweep_that_leaves(tmp_path, f"sleep ({immortal.pid})")
    sweep.start()
    sweep.until_state(1, "complete")
    assert sweep.state_of(2) == "waiting"
    immortal.kill()
    immortal.wait()
    sweep.until_state(2, "complete")
