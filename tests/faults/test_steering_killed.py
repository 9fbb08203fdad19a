"""Whatever an engine dies of amid an act, the act is done once: not lost, not done twice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.core.acts import Act, Continue, EditSpace, Pause, Promote, Prune
from engine.core.edits import SetRange
from engine.core.events import Acted
from engine.errors import ConnectionLostError
from engine.executors import procfs
from engine.failpoints import STEERING_FAILPOINTS
from engine.ownership import engine_pid
from engine.store.reader import open_reader
from tests.fakes.gated import GatedSweep
from tests.fakes.real_sweep import wait_until
from tests.fakes.steering import do

REQUEST = "the request that is sent again"


def failpoints(*words: str) -> pytest.MarkDecorator:
    """Run a test once for each failpoint whose name has one of these words in it."""
    names = [name for name in STEERING_FAILPOINTS if any(word in name for word in words)]
    return pytest.mark.parametrize("name", names)


def send(sweep: GatedSweep, act: Act) -> None:
    """Send an act, always under the same request, to an engine that may die of it."""
    with suppress(ConnectionLostError):
        do(sweep.directory, act, request=REQUEST)


def acts(sweep: GatedSweep) -> list[Act]:
    """What was done by the request, as the log has it."""
    reader = open_reader(sweep.directory / "sweep.db")
    try:
        found = [logged.event for logged in reader.events(["acted"])]
    finally:
        reader.close()
    return [e.act for e in found if isinstance(e, Acted) and e.request == REQUEST]


DieOf = Callable[..., GatedSweep]


@pytest.fixture
def die_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DieOf:
    """Have an engine die at a failpoint that an act leads to, and another one take its place."""

    def run(name: str, act: Act, before: Act | None = None) -> GatedSweep:
        sweep = GatedSweep(tmp_path, budget=2, let=1)
        monkeypatch.setenv("TUI_TUNER_FAILPOINT", name)
        sweep.start()
        sweep.until_reported(1, 1)
        if before is not None:
            do(sweep.directory, before)
        send(sweep, act)
        wait_until(lambda: engine_pid(sweep.directory) is None, "the engine has died")
        monkeypatch.delenv("TUI_TUNER_FAILPOINT")
        sweep.start()
        send(sweep, act)
        assert len(acts(sweep)) == 1
        return sweep

    return run


@failpoints("acted", "stop_attempt")
def test_a_pruned_trial_is_pruned(name: str, die_of: DieOf) -> None:
    sweep = die_of(name, Prune(trials=(1,)))
    sweep.until_state(1, "pruned")
    assert sweep.reports(1) == [1]


@failpoints("acted", "tell_attempt")
def test_a_promoted_trial_goes_on_to_its_budget(name: str, die_of: DieOf) -> None:
    sweep = die_of(name, Promote(trials=(1,), budget=4))
    wait_until(lambda: sweep.asked(1).get("budget") == 4, "the trial is told")
    sweep.let(4)
    sweep.until_state(1, "complete")
    done = sweep.trial(1)
    assert done is not None
    assert (done.attempts, sweep.reports(1)) == (1, [1, 2, 3, 4])


@failpoints("acted", "tell_attempt")
def test_a_released_trial_leaves_by_itself(name: str, die_of: DieOf) -> None:
    sweep = die_of(name, Pause(trials=(1,)))
    wait_until(lambda: sweep.asked(1).get("stop"), "the trial is asked to leave")
    sweep.let(2)
    wait_until(lambda: sweep.state_of(1) in ("paused", "complete"), "the trial has left")
    done = sweep.trial(1)
    assert done is not None
    assert (done.attempt_list[0].exit, sweep.reports(1)) == ("exit 0", [1, 2])


@failpoints("acted", "hold_attempt")
def test_a_held_trial_stands_still(name: str, die_of: DieOf) -> None:
    sweep = die_of(name, Pause(trials=(1,), how="hold"))
    runner = sweep.pid(1)
    wait_until(lambda: states(runner) == {b"T"}, "its processes stand still")
    held = sweep.trial(1)
    assert held is not None
    assert (held.held, held.slot) == (True, 1)


@failpoints("continue_attempt")
def test_a_continued_trial_goes_on(name: str, die_of: DieOf) -> None:
    sweep = die_of(name, Continue(trials=(1,)), before=Pause(trials=(1,), how="hold"))
    sweep.let(2)
    sweep.until_state(1, "complete")
    assert sweep.reports(1) == [1, 2]


@failpoints("slot_freed")
def test_a_slot_that_came_free_is_free(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["sleep", "1000"]) as left:
        sweep = GatedSweep(tmp_path, budget=1, trials=2)
        sweep.start()
        sweep.end_unseen(1, leftover=procfs.describe(left.pid))
        monkeypatch.setenv("TUI_TUNER_FAILPOINT", name)
        sweep.start()
        left.kill()
    wait_until(lambda: engine_pid(sweep.directory) is None, "the engine has died")
    monkeypatch.delenv("TUI_TUNER_FAILPOINT")
    sweep.start()
    sweep.until_state(2, "complete")


@failpoints("write_space")
def test_a_new_version_is_written_down(name: str, die_of: DieOf) -> None:
    sweep = die_of(name, EditSpace(edits=(SetRange(parameter="lr", low=0.2, high=0.4),)))
    wait_until((sweep.directory / "sweep.v2.yaml").exists, "version 2 is written")
    view = sweep.sweep()
    assert view is not None
    assert view.space_version == 2


def states(runner: int) -> set[bytes]:
    """The states, as the kernel names them, of all that runs below a runner."""
    told = [procfs.stat(pid) for pid in procfs.descendants(runner)]
    return {fields[0] for fields in told if fields is not None}
