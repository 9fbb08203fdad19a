"""Real engines and real trials on GPUs that a stub of NVIDIA's library shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.events import DevicesChanged
from engine.store.reader import open_reader
from tests.fakes.nvml.box import USE_GPU, Box
from tests.fakes.real_sweep import RealSweep, wait_until

CONFIG = """
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
start: spawn
{more}
"""
TRIAL = (
    USE_GPU
    + """
import os, pathlib, time
import tui_tuner as tt
trial = tt.trial(lr=0.5)
use_gpu()
here = pathlib.Path(os.environ["TUI_TUNER_TEST_DIR"])
(here / f"{trial.id}.gpus").write_text(os.environ["CUDA_VISIBLE_DEVICES"])
step = (trial.load() or {"step": 0})["step"] + 1 if False else 1
trial.report(1, acc=1.0)
while not (here / "end").exists() and not (here / f"{trial.id}.end").exists():
    time.sleep(0.02)
"""
)


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """A box with two GPUs, looked at five times a second, for all engines started in the test."""
    found = Box(tmp_path)
    for name, value in found.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TUI_TUNER_GPU_LOOK_S", "0.2")
    monkeypatch.setenv("TUI_TUNER_LEASE_DIR", str(tmp_path / "leases"))
    monkeypatch.setenv("TUI_TUNER_TEST_DIR", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    yield found
    (tmp_path / "end").touch()


def sweep_in(folder: Path, more: str, script: str = TRIAL) -> RealSweep:
    folder.mkdir(exist_ok=True)
    return RealSweep(folder, script, CONFIG.format(more=more))


def states(sweep: RealSweep) -> dict[str, str]:
    """How each GPU stands, by the log."""
    found: dict[str, str] = {}
    reader = open_reader(sweep.directory / "sweep.db")
    try:
        for logged in reader.events(["devices_changed"]):
            assert isinstance(logged.event, DevicesChanged)
            found.update((s.device.label, s.state) for s in logged.event.standings)
    finally:
        reader.close()
    return found


def running(sweep: RealSweep) -> dict[str, str]:
    """The trials that run, with their devices."""
    return {t.id: t.device or "" for t in sweep.trials() if t.state == "running"}


def test_each_trial_gets_a_gpu_of_its_own_by_its_uuid(tmp_path: Path, box: Box) -> None:
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 4}")
    sweep.start()
    wait_until(lambda: len(running(sweep)) == 2, "two trials run")
    assert set(running(sweep).values()) == {"gpu0", "gpu1"}
    wait_until(lambda: len(list(tmp_path.glob("*.gpus"))) == 2, "they have seen their GPUs")
    shown = {file.read_text() for file in tmp_path.glob("*.gpus")}
    assert shown == {box.uuid(0), box.uuid(1)}
    (tmp_path / "end").touch()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert {t.state for t in sweep.trials()} == {"complete"}
    sweep.kill_engine()
