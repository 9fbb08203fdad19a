"""Engines, monitors, runners and zygotes of two sweeps are killed while they vie for GPUs: none is
ever used twice, and no trial is lost."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.fakes.nvml.box import USE_GPU, Box
from tests.fakes.real_sweep import RealSweep, wait_until

TRIALS, EPOCHS = 5, 4
SCRIPT = f"""
{USE_GPU}
import fcntl, pathlib, time
import tui_tuner as tt

here = pathlib.Path(os.environ["TESTS_FOLDER"])
trial = tt.trial()
trial.load()
uuid = os.environ["CUDA_VISIBLE_DEVICES"]
mine = (here / f"{{uuid}}.used").open("a")
try:
    fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    (here / "twice").write_text(uuid)
use_gpu()
with (here / "starts").open("a") as file:
    print(uuid, file=file)
for epoch in trial.epochs():
    trial.save({{"epoch": epoch}}, epoch)
    trial.report(epoch, acc=epoch / 10)
    time.sleep(0.1)
"""
"""Holds a lock of its own on each GPU for as long as it lives."""
CONFIG = f"""
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
budget: {{parameter: epochs, max: {EPOCHS}}}
limits: {{trials: {TRIALS}}}
preload: []
resources: {{slots: 2}}
"""


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    found = Box(tmp_path, gpus=3)
    for name, value in found.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TUI_TUNER_GPU_LOOK_S", "0.2")
    monkeypatch.setenv("TUI_TUNER_LEASE_DIR", str(tmp_path / "leases"))
    monkeypatch.setenv("TESTS_FOLDER", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return found


def strike(kind: str, nth: int) -> None:
    """Kill a process of these sweeps, of that kind; 'all': one of each, at once."""
    own = os.environ["TUI_TUNER_STATE_DIR"]
    found: dict[str, list[int]] = {"monitor": [], "runner ": [], "tuner-zygote": []}
    for process in psutil.process_iter(["environ", "name", "cmdline"]):
        if (process.info["environ"] or {}).get("TUI_TUNER_STATE_DIR") != own:
            continue
        watches = "engine.devices.watch" in (process.info["cmdline"] or ())
        name = "monitor" if watches else process.info["name"]
        for pids in (pids for prefix, pids in found.items() if name.startswith(prefix)):
            pids.append(process.pid)
    for pids in (pids for name, pids in found.items() if kind in (name, "all") and pids):
        with suppress(ProcessLookupError):
            os.kill(pids[nth % len(pids)], signal.SIGKILL)


def have_started(folder: Path, attempts: int) -> bool:
    """Whether so many attempts have written down that they run."""
    starts = folder / "starts"
    return starts.exists() and starts.read_text().count("\n") >= attempts


def test_no_gpu_is_used_twice_and_no_trial_lost_whatever_is_killed(
    tmp_path: Path, box: Box
) -> None:
    sweeps = []
    for name in "ab":
        (tmp_path / name).mkdir()
        sweeps.append(RealSweep(tmp_path / name, SCRIPT, CONFIG))
    for sweep in sweeps:
        sweep.start()
    for nth, kind in enumerate(("monitor", "runner ", "tuner-zygote", "all")):
        wait_until(partial(have_started, tmp_path, 2 * nth + 1), f"more run, to kill a {kind}")
        strike(kind, nth)
        for sweep in sweeps if kind == "all" else ():
            sweep.kill_engine()
    for sweep in sweeps:
        sweep.start()
    wait_until(lambda: all(sweep.state == "finished" for sweep in sweeps), "both have finished")
    assert not (tmp_path / "twice").exists()
    for sweep in sweeps:
        assert [trial.state for trial in sweep.trials()] == ["complete"] * TRIALS
        assert [sweep.reports(n + 1) for n in range(TRIALS)] == [[*range(1, EPOCHS + 1)]] * TRIALS
