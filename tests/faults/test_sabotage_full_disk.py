"""A disk that fills up under a running sweep: everything waits, says so, and goes on by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from engine.core.acts import Resume, Stop
from engine.errors import TunerError
from engine.lifecycle import create_sweep, start_engine
from tests.fakes.disks import fill, small_disk
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do, status

EPOCHS = 12
TRIALS = 4

SCRIPT = f"""
import os, time
import tui_tuner as tt
trial = tt.trial()
trial.load()
for epoch in trial.epochs():
    trial.save({{"weights": "w" * 20_000}}, epoch)
    trial.report(epoch, acc=epoch / {EPOCHS}, **{{f"layer{{n}}": n / 3 for n in range(60)}})
    time.sleep(0.05)
"""

CONFIG = f"""
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
budget: {{parameter: epochs, max: {EPOCHS}}}
limits: {{trials: {TRIALS}}}
resources: {{slots: 2}}
preload: []
"""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", "0")
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        yield disk


def assert_whole(sweep: RealSweep) -> None:
    """Every trial ran to its end in one attempt, with each of its reports stored once."""
    found = {
        view.id: (view.state, view.reason, view.attempts, sweep.reports(n))
        for n, view in enumerate(sweep.trials(), 1)
    }
    steps = list(range(1, EPOCHS + 1))
    assert found == {f"t{n:04d}": ("complete", None, 1, steps) for n in range(1, TRIALS + 1)}


def test_a_sweep_waits_out_a_full_disk(disk: Path) -> None:
    sweep = RealSweep(disk, SCRIPT, CONFIG)
    sweep.start()
    wait_until(lambda: sweep.reports(2)[3:], "trials report")
    ballast = fill(disk)
    wait_until(lambda: status(sweep.directory).warnings, "a warning is shown")
    assert "no space left" in status(sweep.directory).warnings[0]
    ballast.unlink()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert not any("space" in warning for warning in status(sweep.directory).warnings)
    assert_whole(sweep)


def test_trials_that_end_on_a_full_disk_keep_their_last_reports(disk: Path, tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    sweep = RealSweep(disk, SCRIPT + f"open({str(ended)!r}, 'a').write(trial.id)", CONFIG)
    sweep.start()
    wait_until(lambda: sweep.reports(2)[3:], "trials report")
    ballast = fill(disk)
    wait_until(lambda: ended.exists() and len(ended.read_text()) == 10, "two scripts are through")
    wait_until(lambda: status(sweep.directory).warnings, "a warning is shown")
    ballast.unlink()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert_whole(sweep)


def test_an_engine_cannot_start_on_a_full_disk_and_says_why(disk: Path) -> None:
    sweep = RealSweep(disk, SCRIPT, CONFIG)
    ballast = fill(disk)
    with pytest.raises(TunerError, match="no space left"):
        start_engine(sweep.directory)
    ballast.unlink()
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert_whole(sweep)


def test_a_sweep_killed_on_a_full_disk_goes_on_once_there_is_space(disk: Path) -> None:
    sweep = RealSweep(disk, SCRIPT, CONFIG)
    sweep.start()
    wait_until(lambda: sweep.reports(2)[3:], "trials report")
    ballast = fill(disk)
    wait_until(lambda: status(sweep.directory).warnings, "a warning is shown")
    sweep.kill_engine()
    ballast.unlink()
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert_whole(sweep)


def test_no_sweep_is_made_on_a_full_disk(disk: Path) -> None:
    (disk / "sweep.yaml").write_text(f"program: train.py\n{CONFIG}")
    (disk / "train.py").write_text(SCRIPT)
    ballast = fill(disk)
    with pytest.raises(TunerError, match=r"(?i)no space left"):
        create_sweep(disk / "sweep.yaml", directory=disk / "sweep")
    ballast.unlink()
    create_sweep(disk / "sweep.yaml", directory=disk / "sweep")


def test_what_waits_for_space_can_be_stopped_and_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", "1e12")
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    sweep.start()
    wait_until(lambda: status(sweep.directory).warnings, "a warning is shown")
    do(sweep.directory, Stop(now=True))
    wait_until(lambda: sweep.state == "stopped", "the sweep has stopped")
    assert {view.state for view in sweep.trials()} == {"waiting"}
    assert status(sweep.directory).warnings
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", "0")
    sweep.kill_engine()
    sweep.start()
    do(sweep.directory, Resume())
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert {view.state for view in sweep.trials()} == {"complete"}


def test_a_sweep_waits_out_a_disk_that_takes_no_more_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", "0")
    with small_disk(tmp_path / "disk", megabytes=24, files=500) as disk:
        sweep = RealSweep(disk, SCRIPT, CONFIG)
        sweep.start()
        wait_until(lambda: sweep.reports(2)[3:], "trials report")
        junk = use_up_files(disk / "junk")
        wait_until(lambda: status(sweep.directory).warnings, "a warning is shown")
        assert "files" in status(sweep.directory).warnings[0]
        shutil.rmtree(junk)
        wait_until(lambda: sweep.state == "finished", "the sweep has finished")
        assert_whole(sweep)


def use_up_files(folder: Path) -> Path:
    """Make empty files until there can be no more."""
    folder.mkdir()
    with suppress(OSError):
        for number in count():
            (folder / str(number)).touch()
    return folder
