"""Several who do the same at the same instant: one of them does it, the others are told."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from engine.errors import UsageError
from engine.lifecycle import create_sweep, start_engine
from engine.lifecycle.starting import engine_environment
from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import status

SCRIPT = """
import time
import tui_tuner as tt
trial = tt.trial()
trial.report(1, acc=0.5)
"""

CONFIG = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
limits: {trials: 2}
preload: []
"""


def all_at_once(count: int, *words: str | Path, cwd: Path) -> list[tuple[int, str]]:
    """Run a verb of the command line several times over; each exit status, and what it said."""
    command = [sys.executable, "-m", "tui_tuner", *words]
    running = [
        subprocess.Popen(command, cwd=cwd, stdout=-1, stderr=subprocess.STDOUT, text=True)
        for _ in range(count)
    ]
    said = [process.communicate()[0] for process in running]
    return [(process.returncode, text) for process, text in zip(running, said, strict=True)]


def test_of_engines_started_at_once_one_lives(tmp_path: Path) -> None:
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    command = [sys.executable, "-P", "-m", "engine", str(sweep.directory)]
    engines = [
        subprocess.Popen(
            command,
            cwd="/",
            stderr=subprocess.PIPE,
            text=True,
            env=engine_environment(),
        )
        for _ in range(3)
    ]
    wait_until(lambda: sum(e.poll() is None for e in engines) == 1, "one engine is left")
    (living,) = [engine for engine in engines if engine.poll() is None]
    for engine in engines:
        if engine is not living:
            assert str(living.pid) in engine.communicate()[1]
            assert engine.returncode == 1
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    living.kill()
    living.communicate()
    assert [view.attempts for view in sweep.trials()] == [1, 1]


def test_of_sweeps_made_in_one_directory_at_once_one_is_made(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "sweep.yaml").write_text(f"program: train.py\n{CONFIG}")
    ready = Barrier(4)

    def make(_: int) -> str:
        ready.wait()
        try:
            return str(create_sweep(tmp_path / "sweep.yaml", directory=tmp_path / "here"))
        except UsageError as error:
            return str(error)

    with ThreadPoolExecutor(4) as makers:
        said = list(makers.map(make, range(4)))
    assert said.count(str(tmp_path / "here")) == 1
    assert sum("holds a sweep already" in text for text in said) == 3
    start_engine(tmp_path / "here")
    wait_until(lambda: status(tmp_path / "here").state == "finished", "the sweep has finished")


def test_sweeps_made_at_once_get_directories_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "sweep.yaml").write_text(f"program: train.py\n{CONFIG}")
    ends = all_at_once(2, "run", "sweep.yaml", "--detach", cwd=tmp_path)
    assert [code for code, _ in ends] == [0, 0], ends
    made = {text.strip().splitlines()[-1] for _, text in ends}
    assert len(made) == 2
    for directory in made:
        wait_until(lambda d=directory: status(Path(d)).state == "finished", "it has finished")


def test_resuming_several_times_at_once_goes_on_once(tmp_path: Path) -> None:
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    start_engine(sweep.directory)
    sweep.kill_engine()
    ends = all_at_once(2, "resume", sweep.directory, cwd=tmp_path)
    assert {code for code, _ in ends} in ({0}, {0, 1}), ends
    assert not any("Traceback" in text for _, text in ends)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert engine_pid(sweep.directory)
    assert all(view.state == "complete" for view in sweep.trials())
