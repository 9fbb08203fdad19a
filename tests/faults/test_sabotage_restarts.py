"""Engines that die while a sweep stops, has stopped or has a limit: resumed, it is as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.acts import Resume, Stop
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do, status

SCRIPT = """
import time
import tui_tuner as tt
trial = tt.trial()
trial.load()
for epoch in trial.epochs():
    trial.save({{}}, epoch)
    trial.report(epoch, acc=epoch / 10)
    time.sleep({pause})
"""

CONFIG = """
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
budget: {{parameter: epochs, max: 10}}
limits: {{{limits}}}
resources: {{slots: 2}}
preload: []
"""


def sweep_of(folder: Path, *, limits: str = "trials: 4", pause: float = 0.05) -> RealSweep:
    return RealSweep(folder, SCRIPT.format(pause=pause), CONFIG.format(limits=limits))


def assert_all_ran_through(sweep: RealSweep, trials: int) -> None:
    assert [view.state for view in sweep.trials()] == ["complete"] * trials
    steps = set(range(1, 11))
    assert [set(sweep.reports(n)) for n in range(1, trials + 1)] == [steps] * trials


@pytest.mark.parametrize("now", [False, True])
def test_a_sweep_that_was_stopping_when_its_engine_died_stops(now: bool, tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path)
    sweep.start()
    wait_until(lambda: sweep.reports(1)[3:], "trials report")
    do(sweep.directory, Stop(now=now))
    sweep.kill_engine()
    sweep.start()
    wait_until(lambda: sweep.state == "stopped", "the sweep has stopped")
    ran = {view.state for view in sweep.trials() if view.attempts}
    assert ran <= ({"waiting", "complete"} if now else {"complete"})
    do(sweep.directory, Resume())
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert_all_ran_through(sweep, 4)


def test_a_stopped_sweep_stays_stopped_when_its_engine_comes_back(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path)
    sweep.start()
    wait_until(lambda: sweep.reports(1)[3:], "trials report")
    do(sweep.directory, Stop(now=True))
    wait_until(lambda: sweep.state == "stopped", "the sweep has stopped")
    sweep.kill_engine()
    sweep.start()
    assert status(sweep.directory).state == "stopped"
    do(sweep.directory, Resume())
    sweep.kill_engine()
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert_all_ran_through(sweep, 4)


def test_a_finished_sweep_stays_finished_when_its_engine_comes_back(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, pause=0.0)
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    sweep.kill_engine()
    sweep.start()
    assert status(sweep.directory).state == "finished"
    assert_all_ran_through(sweep, 4)


def test_stopping_while_trials_are_launched_stops_them(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path)
    sweep.start()
    do(sweep.directory, Stop(now=True))
    wait_until(lambda: sweep.state == "stopped", "the sweep has stopped")
    assert {view.state for view in sweep.trials()} <= {"waiting"}
    do(sweep.directory, Resume())
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert_all_ran_through(sweep, 4)


def test_the_target_is_not_forgotten_by_a_restart(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, limits="target: 0.9")
    sweep.start()
    wait_until(lambda: sweep.reports(1)[3:], "trials report")
    sweep.kill_engine()
    wait_until(
        lambda: (sweep.attempt_dir(1) / "reports.jsonl").read_text().count("\n") == 10,
        "the target is passed while no engine looks",
    )
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    view = status(sweep.directory)
    assert "reached the target" in view.sentence
    assert view.trials["running"] == 0


def test_the_hours_count_only_while_an_engine_works(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, limits=f"hours: {2 / 3600}", pause=0.1)
    sweep.start()
    wait_until(lambda: sweep.reports(1), "trials report")
    do(sweep.directory, Stop(now=True))
    wait_until(lambda: sweep.state == "stopped", "the sweep has stopped")
    before = status(sweep.directory).elapsed_s
    do(sweep.directory, Resume())
    wait_until(lambda: sweep.trials()[0].attempts == 2, "the trial goes on")
    sweep.kill_engine()
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the hours are over")
    view = status(sweep.directory)
    assert before < 2.0 <= view.elapsed_s < 6.0
    assert "hours are over" in view.sentence
