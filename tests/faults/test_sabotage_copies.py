"""A sweep copied while it runs, as a backup or a reboot leaves it: looked at, and gone on with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.lifecycle import start_engine
from tests.fakes.disks import read_only
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import status

EPOCHS = 30

SCRIPT = f"""
import time
import tui_tuner as tt
trial = tt.trial()
trial.load()
for epoch in trial.epochs():
    trial.save({{}}, epoch)
    trial.report(epoch, acc=epoch / {EPOCHS})
    time.sleep(0.05)
"""

CONFIG = f"""
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
budget: {{parameter: epochs, max: {EPOCHS}}}
limits: {{trials: 2}}
resources: {{slots: 2}}
preload: []
"""


class Copied(RealSweep):
    """The copy of a sweep, in a folder of its own."""

    def __init__(self, folder: Path, directory: Path) -> None:
        self.folder = folder
        self.directory = directory


@pytest.fixture
def original(tmp_path: Path) -> Iterator[RealSweep]:
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    sweep.start()
    wait_until(lambda: sweep.reports(1)[3:] and sweep.reports(2)[3:], "both trials report")
    yield sweep
    sweep.kill_engine()


@pytest.fixture
def copy(original: RealSweep) -> Copied:
    copied = original.folder / "copy"
    subprocess.run(["cp", "-a", original.directory, copied], check=False, stderr=subprocess.DEVNULL)
    return Copied(original.folder, copied)


def tuner(*words: str | Path) -> str:
    """Run a verb of the command line; what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tui_tuner", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pretend_a_reboot(sweep: RealSweep) -> None:
    for claim in sweep.directory.glob("trials/*/attempts/*/claim"):
        told = json.loads(claim.read_text())
        claim.write_text(json.dumps(told | {"boot_id": "that of an earlier boot"}))


@pytest.mark.parametrize("rebooted", [False, True])
def test_a_copy_takes_its_attempts_for_lost_and_goes_on(
    rebooted: bool, original: RealSweep, copy: Copied
) -> None:
    if rebooted:
        pretend_a_reboot(copy)
    start_engine(copy.directory)
    wait_until(lambda: copy.state == "finished", "the copy has finished")
    wait_until(lambda: original.state == "finished", "the original has finished")
    for trial in copy.trials():
        assert [attempt.outcome for attempt in trial.attempt_list] == ["lost", "complete"]
    for trial in original.trials():
        assert [attempt.outcome for attempt in trial.attempt_list] == ["complete"]
    for number in (1, 2):
        assert set(copy.reports(number)) == set(range(1, EPOCHS + 1))
        assert original.reports(number) == list(range(1, EPOCHS + 1))
    copy.kill_engine()


def test_a_copy_can_be_looked_at(copy: Copied) -> None:
    assert status(copy.directory).state == "dead"
    assert "t0002" in tuner("trials", copy.directory)


def test_a_copy_that_cannot_be_written_can_be_looked_at(copy: Copied) -> None:
    with read_only(copy.directory):
        assert status(copy.directory).state == "dead"
        assert "t0001" in tuner("show", copy.directory, "t0001")
        tuner("logs", copy.directory, "t0001")
