"""Real engines, real scripts: what each kind of script leads to."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from engine.core.history import History
from engine.errors import EngineRunningError, TunerError
from engine.lifecycle import create_sweep, start_engine
from engine.ownership import engine_pid
from engine.store.reader import open_reader
from tests.fakes.real_sweep import RealSweep, wait_until

CONFIG = """
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
limits: {{trials: {trials}}}
resources: {{slots: 2}}
start: spawn
{more}
"""


def run(folder: Path, script: str, *, trials: int = 2, more: str = "") -> RealSweep:
    """Run a sweep of `script` to its end."""
    sweep = RealSweep(folder, script, CONFIG.format(trials=trials, more=more))
    sweep.start()
    wait_until(lambda: sweep.state in ("finished", "stopped"), "the sweep has ended")
    return sweep


def series(sweep: RealSweep, number: int) -> dict[str, list[tuple[int, float]]]:
    reader = open_reader(sweep.directory / "sweep.db")
    try:
        return {
            name: [(p.step, p.value) for p in points]
            for name, points in reader.series(number).items()
        }
    finally:
        reader.close()


def test_a_script_that_dies_at_import_stops_the_sweep_and_shows_its_last_line(
    tmp_path: Path,
) -> None:
    sweep = run(tmp_path, "import no_such_module\n", trials=50)
    view = sweep.sweep()
    assert view is not None
    assert view.state == "stopped"
    assert "No module named 'no_such_module'" in view.sentence
    assert {t.state for t in sweep.trials()} <= {"failed", "waiting"}
    failed = [t for t in sweep.trials() if t.state == "failed"]
    assert len(failed) < 10
    assert all("ModuleNotFoundError" in t.attempt_list[0].tail for t in failed)


def test_a_script_that_exits_well_but_reports_nothing_failed(tmp_path: Path) -> None:
    sweep = run(tmp_path, "print('done')\n")
    assert {(t.state, t.failure) for t in sweep.trials()} == {("failed", "error")}
    assert all("reported nothing; " in t.reason for t in sweep.trials())


def test_a_line_on_stdout_is_a_report(tmp_path: Path) -> None:
    script = """
for step in (1, 2, 3):
    print("epoch", step)
    print('tui-tuner: {"step": %d, "acc": %f}' % (step, step / 4), flush=True)
"""
    sweep = run(tmp_path, script)
    assert [t.state for t in sweep.trials()] == ["complete", "complete"]
    assert series(sweep, 1) == {"acc": [(1, 0.25), (2, 0.5), (3, 0.75)]}


def test_a_pattern_reads_a_script_that_only_prints(tmp_path: Path) -> None:
    script = "for acc in (0.1, 0.2):\n    print(f'after this epoch: accuracy={acc}')\n"
    more = r"metrics: {stdout: 'accuracy=(?P<acc>\S+)'}"
    sweep = run(tmp_path, script, more=more)
    assert series(sweep, 2) == {"acc": [(1, 0.1), (2, 0.2)]}


def test_garbage_in_reports_is_counted_and_costs_nothing_else(tmp_path: Path) -> None:
    script = r"""
import os
path = os.path.join(os.environ["TUI_TUNER_ATTEMPT_DIR"], "reports.jsonl")
with open(path, "ab", 0) as file:
    file.write(b'{"step": 1, "metrics": {"acc": 0.5, "other": "high"}}\n')
    file.write(b'not json at all \x1b]52;c;aGk=\x07\n')
    file.write(b'{"step": -3, "metrics": {"acc": 0.5}}\n')
    many = ", ".join('"m%d": 1.0' % i for i in range(10000))
    file.write(('{"step": 2, "metrics": {"acc": 0.7, %s}}\n' % many).encode())
    file.write(('{"step": 3, "metrics": {"acc": 0.8, "huge": 1%s}}\n' % ("0" * 400)).encode())
    file.write(b'{"step": 4, "metrics": {"acc": 0.9}}')
"""
    sweep = run(tmp_path, script, trials=1)
    trial = sweep.trials()[0]
    assert trial.state == "complete"
    assert series(sweep, 1)["acc"] == [(1, 0.5), (2, 0.7), (3, 0.8), (4, 0.9)]
    assert trial.rejected >= 4
    view = sweep.sweep()
    assert view is not None
    assert any("t0001" in warning for warning in view.warnings)
    assert "\x1b" not in json.dumps(view.warnings, ensure_ascii=False)


def test_nan_ends_a_trial_as_diverged(tmp_path: Path) -> None:
    script = """
import time
import tui_tuner as tt
trial = tt.trial()
trial.report(1, acc=0.5)
trial.report(2, acc=float("nan"))
time.sleep(60)
"""
    sweep = run(tmp_path, script, trials=2)
    trial = sweep.trials()[0]
    assert (trial.state, trial.failure) == ("failed", "diverged")
    assert trial.reason == "diverged: acc is nan at step 2"
    assert (trial.best, trial.last_text) == (0.5, "nan")
    history = History()
    reader = open_reader(sweep.directory / "sweep.db")
    for logged in reader.events():
        history.handle(logged.event)
    reader.close()
    assert any("t0001 stopped by diverged" in d.sentence for d in history.decisions)


def test_a_metric_no_report_carries_is_named_beside_those_reported(tmp_path: Path) -> None:
    script = "import tui_tuner as tt\ntt.trial().report(1, accuracy=0.5, loss=1.0)\n"
    sweep = run(tmp_path, script)
    view = sweep.sweep()
    assert view is not None
    assert view.warnings == ["no report carries the metric 'acc'; reported so far: accuracy, loss"]


def test_an_exhausted_grid_ends_the_sweep(tmp_path: Path) -> None:
    script = "import tui_tuner as tt\nt = tt.trial()\nt.report(1, acc=t.params['width'] / 9)\n"
    config = """
metric: {name: acc, goal: maximize}
parameters: {width: {values: [1, 2, 3]}, kind: {values: [a, b]}}
method: grid
start: spawn
"""
    sweep = RealSweep(tmp_path, script, config)
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the grid is done")
    params = [t.params for t in sweep.trials()]
    assert len(params) == 6
    assert len({json.dumps(p, sort_keys=True) for p in params}) == 6


def test_a_second_engine_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    script = "import time\ntime.sleep(60)\n"
    sweep = RealSweep(tmp_path, script, CONFIG.format(trials=2, more=""))
    pid = sweep.start()
    with pytest.raises(EngineRunningError, match=str(pid)):
        start_engine(sweep.directory)
    assert engine_pid(sweep.directory) == pid


def test_a_sweep_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    sweep = RealSweep(tmp_path, "", CONFIG.format(trials=2, more=""))
    with sqlite3.connect(sweep.directory / "sweep.db") as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(TunerError, match=r"format 999.*upgrade it"):
        start_engine(sweep.directory)


def test_a_sweep_goes_on_after_its_engine_was_told_to_leave(tmp_path: Path) -> None:
    script = """
import time
import tui_tuner as tt
trial = tt.trial()
for step in range(1, 6):
    trial.report(step, acc=step / 5)
    time.sleep(0.1)
"""
    sweep = RealSweep(tmp_path, script, CONFIG.format(trials=2, more=""))
    sweep.start()
    wait_until(lambda: sweep.trials() and sweep.reports(1), "a report is stored")
    sweep.kill_engine(15)
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert [len(t.attempt_list) for t in sweep.trials()] == [1, 1]
    assert sweep.reports(1) == [1, 2, 3, 4, 5]


def test_a_place_that_cannot_be_written_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("")
    config = tmp_path / "sweep.yaml"
    config.write_text("program: train.py\n" + CONFIG.format(trials=1, more=""))
    with pytest.raises(TunerError, match="cannot make a sweep in /proc/sweep"):
        create_sweep(config, directory=Path("/proc/sweep"))
