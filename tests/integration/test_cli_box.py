"""The sweeps of a real box: listed, opened, begun from the config of a folder."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import TunerError
from engine.lifecycle import create_sweep
from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tui_tuner.cli.box import LocalBox

CONFIG = """
program: train.py
name: quick
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
limits: {trials: 1}
resources: {slots: 3}
"""
SCRIPT = "import tui_tuner as tt\ntt.trial(lr=0.5).report(1, acc=1)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(SCRIPT)
    return tmp_path


def test_without_a_config_a_folder_offers_nothing(folder: Path) -> None:
    assert LocalBox().offer() is None


def test_a_config_is_offered_with_what_it_would_run(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(CONFIG)
    offer = LocalBox().offer()
    assert offer is not None
    assert (offer.name, offer.method, offer.trials, offer.slots) == ("quick", "random", 1, 3)
    assert offer.metric == "maximize acc"
    assert offer.parameters == 1
    assert not offer.faults
    assert LocalBox(read_only=True).offer() is None


def test_a_config_that_is_wrong_is_offered_with_its_faults(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(CONFIG.replace("min: 0.0", "min: 2.0"))
    offer = LocalBox().offer()
    assert offer is not None
    assert "sweep.yaml:5" in offer.faults[0]


def test_a_sweep_is_read_anew_only_when_it_has_changed(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(CONFIG)
    made = create_sweep(folder / "sweep.yaml")
    box = LocalBox()
    (first,) = box.listing()
    (again,) = box.listing()
    assert again is first
    (made / "sweep.db").touch()
    (read,) = box.listing()
    assert read is not first
    assert read == first


def test_a_sweep_whose_database_cannot_be_read_is_left_out(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(CONFIG)
    made = create_sweep(folder / "sweep.yaml")
    (made / "sweep.db").write_bytes(b"no database")
    assert LocalBox().listing() == []


def test_a_config_is_begun_and_its_sweep_opened(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(CONFIG)
    box = LocalBox()
    made = box.begin(Path("sweep.yaml"))
    try:
        assert made.parent == folder / "sweeps"
        opened = box.open(made)
        assert opened.title == made.name
        assert opened.start_engine is not None

        async def is_live() -> bool:
            connection = await opened.connect()
            live = connection.live
            await connection.close()
            return live

        assert asyncio.run(is_live())
        asyncio.run(opened.start_engine())
    finally:
        stop(made)


def stop(made: Path) -> None:
    sweep = RealSweep.__new__(RealSweep)
    sweep.directory = made
    sweep.kill_engine()
    wait_until(lambda: engine_pid(made) is None, "the engine has left")


def test_what_cannot_be_begun_says_why(folder: Path) -> None:
    with pytest.raises((TunerError, OSError)):
        LocalBox().begin(Path("nothing.yaml"))


def test_alone_without_a_terminal_the_help_is_printed(folder: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tui_tuner"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    assert "attach" in told.stdout
    assert "Exit status" in told.stdout
