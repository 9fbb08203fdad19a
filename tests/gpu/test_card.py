"""On a real card: trials see what they were given, use what is shown, and give it back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engine.devices.sample import GpuSample
from engine.ownership import engine_pid
from tests.fakes.nvml.looker import Looker
from tests.fakes.real_sweep import RealSweep, wait_until

pytestmark = [pytest.mark.gpu, pytest.mark.slow]

GIB = 2**30
CONTEXT = GIB
"""More than a CUDA context and torch's kernels take on any card."""
CONFIG = """
metric: {{name: loss, goal: minimize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
limits: {{trials: {trials}}}
resources: {{gpus: 1, trials_per_gpu: {per_gpu}, gpu_ids: [{gpu}]}}
start: {start}
"""
BEGIN = """
import json, os, pathlib, time
import torch
import tui_tuner as tt
here = pathlib.Path(__file__).parent
trial = tt.trial(lr=0.5)
def wait_for(name):
    while not (here / name).exists():
        time.sleep(0.01)
"""
HOLD_2_GIB = """
held = torch.zeros(2 * 2**30, dtype=torch.uint8, device="cuda")
torch.cuda.synchronize()
trial.report(1, loss=0.0)
wait_for("go")
"""
Sweeping = Callable[..., RealSweep]


@pytest.fixture
def sweeping(tmp_path: Path, card: GpuSample) -> Iterator[Sweeping]:
    """Starts a sweep on the one card."""
    started: list[RealSweep] = []

    def start(script: str, trials: int = 1, per_gpu: int = 1, start: str = "spawn") -> RealSweep:
        config = CONFIG.format(trials=trials, per_gpu=per_gpu, gpu=card.uuid, start=start)
        started.append(RealSweep(tmp_path, BEGIN + script, config))
        started[-1].start()
        return started[-1]

    yield start
    for sweep in started:
        (tmp_path / "go").touch()
        sweep.kill_engine()


def finished(sweep: RealSweep) -> None:
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")


def reported(sweep: RealSweep, trial: int) -> None:
    wait_until(lambda: sweep.reports(trial), f"trial {trial} has reported")


def now(card: GpuSample) -> GpuSample:
    """The card as it is now."""
    with Looker() as looker:
        return next(gpu for gpu in looker.next().gpus if gpu.uuid == card.uuid)


def test_a_trial_sees_exactly_its_gpu(sweeping: Sweeping, card: GpuSample) -> None:
    sweep = sweeping("""
seen = {"count": torch.cuda.device_count(), "visible": os.environ["CUDA_VISIBLE_DEVICES"]}
seen["uuid"] = str(torch.cuda.get_device_properties(0).uuid)
(here / "seen.json").write_text(json.dumps(seen))
trial.report(1, loss=0.0)
""")
    finished(sweep)
    seen = json.loads((sweep.folder / "seen.json").read_text())
    assert (seen["count"], seen["visible"]) == (1, card.uuid)
    assert seen["uuid"] in card.uuid


def test_the_memory_of_a_trial_is_what_nvidia_smi_shows(
    sweeping: Sweeping, card: GpuSample
) -> None:
    sweep = sweeping(HOLD_2_GIB)
    reported(sweep, 1)
    asked = ["nvidia-smi", f"--id={card.uuid}", "--query-compute-apps=used_memory"]
    asked.append("--format=csv,noheader,nounits")
    shown = sum(map(int, subprocess.check_output(asked, text=True).split())) * 2**20
    command = [sys.executable, "-m", "tui_tuner", "show", str(sweep.directory), "1", "--json"]

    def peak() -> int:
        return json.loads(subprocess.check_output(command))["peak_memory"] or 0

    wait_until(lambda: peak() >= 2 * GIB, "its memory is shown")
    assert peak() == pytest.approx(shown, rel=0.02)
    (sweep.folder / "go").touch()
    finished(sweep)
    row = sweep.trial(1)
    assert row is not None
    assert row.peak_memory is not None
    assert 2 * GIB <= row.peak_memory < 2 * GIB + CONTEXT


def test_more_than_the_card_has_fails_as_out_of_memory(sweeping: Sweeping) -> None:
    sweep = sweeping('torch.empty(2**50, dtype=torch.uint8, device="cuda")')
    finished(sweep)
    row = sweep.trial(1)
    assert row is not None
    assert (row.state, row.failure, len(row.attempt_list)) == ("failed", "oom", 1)


def test_out_of_memory_beside_a_neighbour_is_tried_again_alone(sweeping: Sweeping) -> None:
    sweep = sweeping(
        """
torch.zeros(1, device="cuda")
trial.report(1, loss=1.0)
(here / f"began-{trial.params['lr']}").touch()
while len(list(here.glob("began-*"))) < 2:
    time.sleep(0.01)
try:
    most = torch.cuda.get_device_properties(0).total_memory * 6 // 10
    held = torch.zeros(most, dtype=torch.uint8, device="cuda")
except torch.OutOfMemoryError:
    (here / "failed").touch()
    raise
wait_for("failed")
trial.report(2, loss=0.0)
""",
        trials=2,
        per_gpu=2,
    )
    finished(sweep)
    rows = sweep.trials()
    assert [row.state for row in rows] == ["complete", "complete"]
    assert sorted(len(row.attempt_list) for row in rows) == [1, 2]


def test_a_pruned_trial_gives_its_memory_back(sweeping: Sweeping, card: GpuSample) -> None:
    sweep = sweeping(HOLD_2_GIB)
    reported(sweep, 1)
    assert (now(card).mem_used or 0) > 2 * GIB
    command = [sys.executable, "-m", "tui_tuner", "prune", str(sweep.directory), "1"]
    subprocess.run(command, check=True)
    after = now(card)
    assert after.processes == ()
    assert (after.mem_used or 0) < 2 * GIB


def test_the_zygote_never_touches_the_card(sweeping: Sweeping, card: GpuSample) -> None:
    sweep = sweeping(HOLD_2_GIB, start="zygote")
    reported(sweep, 1)
    row = sweep.trial(1)
    assert row is not None
    assert row.attempt_list[0].start == "zygote"
    pid = engine_pid(sweep.directory)
    assert pid is not None
    zygotes = [p for p in psutil.Process(pid).children() if p.name() == "tuner-zygote"]
    assert zygotes
    for zygote in zygotes:
        folder = Path(f"/proc/{zygote.pid}/fd")
        assert not [link for file in folder.iterdir() if "nvidia" in (link := os.readlink(file))]
        assert zygote.pid not in {process.pid for process in now(card).processes}
