"""Whatever dies, no trial starts twice and no report is lost or stored twice."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from engine.failpoints import ENGINE_FAILPOINTS
from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until

REPORTER = """
import os, time
import tui_tuner as tt
trial = tt.trial()
with open({starts!r}, "a") as file:
    file.write(f"{{trial.id}} {{os.environ['TUI_TUNER_ATTEMPT']}}\\n")
for step in range(1, {reports} + 1):
    trial.report(step, acc=step / {reports})
    time.sleep({pause})
"""

MOST_KILLS = 40
"""On a busy machine an engine gets little done in half a second: the last one is left alone."""

CONFIG = """
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
limits: {{trials: {trials}}}
resources: {{slots: {slots}}}
preload: []
"""


def sweep_of(folder: Path, *, trials: int, reports: int, slots: int, pause: float) -> RealSweep:
    starts = str(folder / "starts")
    script = REPORTER.format(starts=starts, reports=reports, pause=pause)
    return RealSweep(folder, script, CONFIG.format(trials=trials, slots=slots))


def assert_nothing_lost(sweep: RealSweep, trials: int, reports: int) -> None:
    starts = (sweep.folder / "starts").read_text().split("\n")[:-1]
    views = sweep.trials()
    assert sweep.state == "finished"
    assert [v.state for v in views] == ["complete"] * trials
    assert sorted(starts) == sorted(f"{v.id} {a.n}" for v in views for a in v.attempt_list)
    assert len(starts) == len(set(starts)) == trials
    steps = list(range(1, reports + 1))
    assert {n: sweep.reports(n) for n in range(1, trials + 1)} == dict.fromkeys(
        range(1, trials + 1), steps
    )


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_killing_the_engine_again_and_again_loses_and_repeats_nothing(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, trials=200, reports=20, slots=4, pause=0.005)
    moments = random.Random(20)
    kills = 0
    while sweep.state != "finished" and kills < MOST_KILLS:
        sweep.start()
        time.sleep(moments.uniform(0.06, 0.5))
        if engine_pid(sweep.directory) is not None and sweep.state != "finished":
            sweep.kill_engine()
            kills += 1
    if sweep.state != "finished":
        sweep.start()
        wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert kills >= 5
    assert_nothing_lost(sweep, trials=200, reports=20)


@pytest.mark.parametrize("name", ENGINE_FAILPOINTS)
def test_an_engine_that_dies_at_a_failpoint_is_resumed_without_loss(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = sweep_of(tmp_path, trials=4, reports=5, slots=2, pause=0.0)
    monkeypatch.setenv("TUI_TUNER_FAILPOINT", name)
    sweep.start_until_it_dies()
    monkeypatch.delenv("TUI_TUNER_FAILPOINT")
    assert engine_pid(sweep.directory) is None
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert_nothing_lost(sweep, trials=4, reports=5)
