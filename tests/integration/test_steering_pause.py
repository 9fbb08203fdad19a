"""A paused trial lets go of its slot at its next epoch, and goes on as if it had never left."""

from __future__ import annotations

from pathlib import Path

from engine.core.acts import Continue, Pause
from engine.executors import procfs
from tests.fakes.gated import GatedSweep
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do

PRINTS = """
import time
for step in range(1, 100000):
    print('tui-tuner: {"step": %d, "acc": 0.5}' % step, flush=True)
    time.sleep(0.01)
"""
PLAIN = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
limits: {trials: 1}
resources: {slots: 1}
start: spawn
"""


def test_a_released_trial_leaves_at_its_next_epoch_and_goes_on_after_it(tmp_path: Path) -> None:
    sweep = GatedSweep(tmp_path, budget=6, trials=2, let=2)
    sweep.start()
    sweep.until_reported(1, 2)
    assert do(sweep.directory, Pause(trials=(1,))).done == ["t0001"]
    wait_until(lambda: sweep.asked(1).get("stop"), "the trial is asked to leave")
    assert sweep.state_of(1) == "running"
    sweep.let(3)
    sweep.until_state(1, "paused")
    left = sweep.trial(1)
    assert left is not None
    assert (left.slot, left.held, left.attempt_list[0].exit) == (None, False, "exit 0")
    sweep.until_state(2, "running")
    sweep.let(6)
    sweep.until_state(2, "complete")
    assert sweep.state == "running"
    do(sweep.directory, Continue(trials=(1,)))
    sweep.until_state(1, "complete")
    assert sweep.reports(1) == [1, 2, 3, 4, 5, 6]
    done = sweep.trial(1)
    assert done is not None
    assert [a.outcome for a in done.attempt_list] == ["paused", "complete"]


def test_a_pause_can_be_called_off_before_the_trial_leaves(tmp_path: Path) -> None:
    sweep = GatedSweep(tmp_path, budget=4, let=1)
    sweep.start()
    sweep.until_reported(1, 1)
    do(sweep.directory, Pause(trials=(1,)))
    do(sweep.directory, Continue(trials=(1,)))
    wait_until(lambda: sweep.asked(1).get("stop") is False, "the trial is asked to stay")
    sweep.let(4)
    sweep.until_state(1, "complete")
    done = sweep.trial(1)
    assert done is not None
    assert (len(done.attempt_list), sweep.reports(1)) == (1, [1, 2, 3, 4])


def test_an_engine_that_comes_back_leaves_a_leaving_trial_its_epoch(tmp_path: Path) -> None:
    sweep = GatedSweep(tmp_path, budget=4, let=1)
    sweep.start()
    sweep.until_reported(1, 1)
    do(sweep.directory, Pause(trials=(1,)))
    sweep.kill_engine()
    (sweep.attempt_dir(1) / "control.json").unlink(missing_ok=True)
    sweep.start()
    wait_until(lambda: sweep.asked(1).get("stop"), "the trial is asked again")
    assert sweep.state_of(1) == "running"
    sweep.let(2)
    sweep.until_state(1, "paused")
    left = sweep.trial(1)
    assert left is not None
    assert (left.attempt_list[0].exit, sweep.reports(1)) == ("exit 0", [1, 2])


def test_a_script_that_cannot_be_asked_is_ended_at_once(tmp_path: Path) -> None:
    sweep = RealSweep(tmp_path, PRINTS, PLAIN)
    sweep.start()
    wait_until(lambda: sweep.trials() and sweep.reports(1), "a report is stored")
    told = do(sweep.directory, Pause(trials=(1,)))
    assert "ended at once" in told.details["t0001"]
    wait_until(lambda: sweep.trials()[0].state == "paused", "the trial is paused")
    assert sweep.trials()[0].attempt_list[0].exit == "signal 15"


def test_a_held_trial_keeps_its_slot_over_a_restart_and_goes_on_where_it_was(
    tmp_path: Path,
) -> None:
    sweep = GatedSweep(tmp_path, budget=4, let=2)
    sweep.start()
    sweep.until_reported(1, 2)
    do(sweep.directory, Pause(trials=(1,), how="hold"))
    runner = sweep.pid(1)
    wait_until(lambda: _is_stopped(runner), "its processes stand still")
    sweep.kill_engine()
    sweep.start()
    held = sweep.trial(1)
    assert held is not None
    assert (held.state, held.held, held.slot) == ("paused", True, 1)
    assert _is_stopped(runner)
    sweep.let(4)
    do(sweep.directory, Continue(trials=(1,)))
    sweep.until_state(1, "complete")
    done = sweep.trial(1)
    assert done is not None
    assert (len(done.attempt_list), sweep.reports(1)) == (1, [1, 2, 3, 4])


def test_a_held_trial_asked_to_leave_goes_on_until_it_does(tmp_path: Path) -> None:
    sweep = GatedSweep(tmp_path, budget=4, let=1)
    sweep.start()
    sweep.until_reported(1, 1)
    do(sweep.directory, Pause(trials=(1,), how="hold"))
    runner = sweep.pid(1)
    wait_until(lambda: _is_stopped(runner), "its processes stand still")
    sweep.let(2)
    do(sweep.directory, Pause(trials=(1,)))
    sweep.until_state(1, "paused")
    wait_until(lambda: not procfs.is_running(runner), "it has left")
    left = sweep.trial(1)
    assert left is not None
    assert (left.held, left.attempt_list[0].exit) == (False, "exit 0")


def _is_stopped(runner: int) -> bool:
    fields = [procfs.stat(pid) for pid in procfs.descendants(runner)]
    return bool(fields) and all(told is not None and told[0] == b"T" for told in fields)
