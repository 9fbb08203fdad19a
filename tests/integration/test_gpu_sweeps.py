"""Real engines and real trials on GPUs that a stub of NVIDIA's library shows."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.client import connect_socket
from engine.core.acts import Act, UseGpus
from engine.core.events import DevicesChanged
from engine.core.views import DeviceView, SweepView
from engine.devices.leases import whose
from engine.lifecycle import socket_path
from engine.ownership import engine_pid
from engine.protocol.messages import DoAct, GetStatus
from engine.store.reader import open_reader
from tests.fakes.nvml.box import GIB, NO_DRIVER, USE_GPU, Box
from tests.fakes.real_sweep import RealSweep, wait_until

CONFIG = """
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
start: spawn
{more}
"""
TRIAL = f"""
{USE_GPU}
import pathlib, time
import tui_tuner as tt

trial = tt.trial(lr=0.5)
here = pathlib.Path(os.environ["TESTS_FOLDER"])
saved = pathlib.Path(trial.dir, "epoch")
epoch = int(saved.read_text()) + 1 if saved.exists() else 1
use_gpu(gib=2, util=60)
name = f"{{os.environ['SWEEP_UNDER_TEST']}}-{{trial.id}}"
with (here / f"{{name}}.gpus").open("a") as file:
    print(epoch, os.environ["CUDA_VISIBLE_DEVICES"], file=file)
trial.report(epoch, acc=0.5)
saved.write_text(str(epoch))
while not any((here / end).exists() for end in ("end", f"{{name}}.end")):
    time.sleep(0.02)
"""
"""Writes down on which GPUs it runs, and from which epoch; ends when it is told to."""


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """A box with two GPUs, for all engines started in the test."""
    found = Box(tmp_path)
    for name, value in found.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TUI_TUNER_LEASE_DIR", str(tmp_path / "leases"))
    monkeypatch.setenv("TESTS_FOLDER", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    yield found
    (tmp_path / "end").touch()


def sweep_in(folder: Path, more: str) -> RealSweep:
    """A sweep of the trial above, in a folder whose name is told to it."""
    folder.mkdir(exist_ok=True)
    own = f"env: {{SWEEP_UNDER_TEST: {folder.name}}}\n"
    return RealSweep(folder, TRIAL, CONFIG.format(more=own + more))


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


def told(folder: Path, sweep: str, trial: str) -> list[tuple[int, str]]:
    """From which epoch, and on which GPUs, each attempt of a trial began."""
    file = folder / f"{sweep}-{trial}.gpus"
    lines = file.read_text().splitlines() if file.exists() else []
    return [(int(line.split()[0]), line.split()[1]) for line in lines]


def status(sweep: RealSweep) -> SweepView:
    """What the engine tells a viewer now."""

    async def ask() -> SweepView:
        line = await connect_socket(socket_path(sweep.directory), "ann")
        try:
            view: SweepView = await line.request(GetStatus(id=0))
            return view
        finally:
            await line.close()

    return asyncio.run(ask())


def device(sweep: RealSweep, label: str) -> DeviceView:
    return next(d for d in status(sweep).devices if d.id == label)


def end(folder: Path, *names: str) -> None:
    for name in names or ("end",):
        (folder / (f"{name}.end" if names else name)).touch()


def test_each_trial_gets_a_gpu_of_its_own_by_its_uuid(tmp_path: Path, box: Box) -> None:
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 4}")
    sweep.start()
    wait_until(lambda: told(tmp_path, "a", "t0001") and told(tmp_path, "a", "t0002"), "two run")
    assert running(sweep) == {"t0001": "gpu0", "t0002": "gpu1"}
    assert told(tmp_path, "a", "t0001") == [(1, box.uuid(0))]
    assert told(tmp_path, "a", "t0002") == [(1, box.uuid(1))]
    end(tmp_path)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert {t.state for t in sweep.trials()} == {"complete"}


def test_what_trials_use_is_shown_and_stored_with_their_ends(tmp_path: Path, box: Box) -> None:
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 1}")
    sweep.start()
    wait_until(lambda: told(tmp_path, "a", "t0001"), "it runs")
    box.set(0, util=60)
    wait_until(lambda: device(sweep, "gpu0").mem_used == 2.5 * GIB, "its memory is seen")
    wait_until(lambda: device(sweep, "gpu0").util == 60, "its use is seen")
    seen = device(sweep, "gpu0")
    assert (seen.state, seen.trials, seen.share) == ("ok", ["t0001"], 1.0)
    assert device(sweep, "cpu").trials == []
    assert device(sweep, "gpu1").state == "idle"
    end(tmp_path)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    row = sweep.trial(1)
    assert row is not None
    assert row.peak_memory == 2 * GIB
    assert row.attempt_list[0].mean_util is not None
    assert 0 < row.attempt_list[0].mean_util <= 60
    assert row.gpus == 1.0


def test_a_foreign_process_keeps_new_trials_off_and_leaves_those_that_run(
    tmp_path: Path, box: Box
) -> None:
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 6}")
    sweep.start()
    wait_until(lambda: len(running(sweep)) == 2, "two run")
    box.run(0, os.getpid(), memory=GIB)
    wait_until(lambda: states(sweep).get("gpu0") == "closed", "the GPU is closed")
    assert "in use by " in device(sweep, "gpu0").reason
    assert device(sweep, "gpu0").state == "busy"
    assert running(sweep) == {"t0001": "gpu0", "t0002": "gpu1"}
    end(tmp_path, "a-t0001", "a-t0002", "a-t0003")
    wait_until(lambda: running(sweep) == {"t0004": "gpu1"}, "further trials run on the other")
    box.end(0, os.getpid())
    wait_until(lambda: running(sweep).get("t0005") == "gpu0", "it is used again")
    end(tmp_path)


def test_trials_of_a_gpu_that_is_lost_go_on_elsewhere(tmp_path: Path, box: Box) -> None:
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 2}")
    sweep.start()
    wait_until(lambda: told(tmp_path, "a", "t0001") and told(tmp_path, "a", "t0002"), "two run")
    wait_until(lambda: sweep.reports(1), "it has saved its first epoch")
    box.lose(0)
    wait_until(lambda: states(sweep).get("gpu0") == "quarantined", "it is quarantined")
    end(tmp_path, "a-t0002")
    wait_until(lambda: len(told(tmp_path, "a", "t0001")) == 2, "its trial goes on")
    assert told(tmp_path, "a", "t0001") == [(1, box.uuid(0)), (2, box.uuid(1))]
    row = sweep.trial(1)
    assert row is not None
    assert row.device == "gpu1"
    end(tmp_path)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert {t.state for t in sweep.trials()} == {"complete"}
    box.heal()
    wait_until(lambda: states(sweep)["gpu0"] == "closed", "ten good looks have brought it back")


def test_a_hung_driver_stops_placing_and_nothing_else(tmp_path: Path, box: Box) -> None:
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 5}")
    sweep.start()
    wait_until(lambda: len(running(sweep)) == 2, "two run")
    box.hang()
    wait_until(lambda: set(states(sweep).values()) == {"closed"}, "both are closed")
    view = status(sweep)
    assert any("the NVIDIA driver does not answer" in text for text in view.warnings)
    assert {d.state for d in view.devices if d.uuid} == {"stale"}
    end(tmp_path, "a-t0001")
    wait_until(lambda: set(running(sweep)) == {"t0002"}, "what runs ends as ever")
    box.unhang()
    wait_until(lambda: len(running(sweep)) == 2, "it goes on")
    assert not any("driver" in text for text in status(sweep).warnings)
    end(tmp_path)


def test_four_trials_share_a_gpu_once_the_first_has_shown_its_memory(
    tmp_path: Path, box: Box
) -> None:
    box.set(0, mem_total=10 * GIB)
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 8}\nresources: {gpus: 0.25, gpu_ids: [0]}")
    sweep.start()
    wait_until(lambda: running(sweep), "one runs")
    assert len(running(sweep)) == 1
    wait_until(lambda: len(running(sweep)) == 4, "its memory holds four of 2 GiB")
    assert set(running(sweep).values()) == {"gpu0"}
    wait_until(lambda: device(sweep, "gpu0").share == 1.0, "that is shown")
    assert device(sweep, "gpu0").trials == ["t0001", "t0002", "t0003", "t0004"]
    end(tmp_path)


def test_a_box_without_gpus_runs_trials_on_the_cpu_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, box: Box
) -> None:
    box.fail(NO_DRIVER)
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 1}\nresources: {gpus: 1, slots: 1}")
    sweep.start()
    wait_until(lambda: running(sweep), "it runs")
    assert running(sweep) == {"t0001": "cpu"}
    assert any("no GPU to be seen" in text for text in status(sweep).warnings)
    end(tmp_path)


def test_a_restarted_engine_has_its_gpus_still(tmp_path: Path, box: Box) -> None:
    sweep = sweep_in(tmp_path / "a", "limits: {trials: 3}")
    sweep.start()
    wait_until(lambda: told(tmp_path, "a", "t0001") and told(tmp_path, "a", "t0002"), "two run")
    sweep.kill_engine()
    assert whose(tmp_path / "leases", box.uuid(0))
    sweep.start()
    end(tmp_path, "a-t0001")
    wait_until(lambda: told(tmp_path, "a", "t0003"), "the third runs")
    assert told(tmp_path, "a", "t0003") == [(1, box.uuid(0))]
    end(tmp_path)


def test_two_sweeps_share_eight_gpus_and_one_has_all_when_the_other_is_killed(
    tmp_path: Path, box: Box
) -> None:
    for _ in range(6):
        box.add()
    one = sweep_in(tmp_path / "a", "limits: {trials: 40}\nresources: {slots: 5}")
    other = sweep_in(tmp_path / "b", "limits: {trials: 40}")
    pid = one.start()
    wait_until(lambda: len(running(one)) == 5, "five run")
    other.start()
    wait_until(lambda: len(running(other)) == 3, "the other has the rest")
    assert set(running(one).values()).isdisjoint(running(other).values())
    assert {d.state for d in status(other).devices if d.uuid} == {"ok", "leased"}
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: engine_pid(one.directory) is None, "the engine is gone")
    held = [u for u in map(box.uuid, range(8)) if whose(tmp_path / "leases", u)]
    assert len(held) == 8
    assert len(running(other)) == 3
    kill_runners(one)
    wait_until(lambda: len(running(other)) == 8, "the other has all of them")
    end(tmp_path)


def test_a_gpu_that_is_taken_from_a_sweep_is_the_other_s_once_its_trial_has_left(
    tmp_path: Path, box: Box
) -> None:
    one = sweep_in(tmp_path / "a", "limits: {trials: 40}")
    other = sweep_in(tmp_path / "b", "limits: {trials: 40}")
    one.start()
    wait_until(lambda: told(tmp_path, "a", "t0001") and told(tmp_path, "a", "t0002"), "two run")
    other.start()
    wait_until(lambda: states(other).get("gpu1") == "closed", "the other waits")
    assert running(other) == {}
    act(one, UseGpus(gpus=("gpu1",), use="exclude", how="now"))
    wait_until(lambda: running(other) == {"t0001": "gpu1"}, "the other has it")
    assert running(one) == {"t0001": "gpu0"}
    assert device(one, "gpu1").state == "excluded"
    end(tmp_path)


def test_sweeps_that_do_not_ask_for_a_gpu_alone_share_it(tmp_path: Path, box: Box) -> None:
    shared = "limits: {trials: 2}\nresources: {gpu_ids: [0], exclusive: false, min_free_gib: 10}"
    one, other = (sweep_in(tmp_path / name, shared) for name in "ab")
    one.start()
    wait_until(lambda: running(one) == {"t0001": "gpu0"}, "one runs there")
    other.start()
    wait_until(lambda: running(other) == {"t0001": "gpu0"}, "the other does, too")
    box.run(0, 1, memory=75 * GIB)
    end(tmp_path, "a-t0001")
    wait_until(lambda: "less than 10 GiB" in device(one, "gpu0").reason, "its memory is short")
    assert running(other) == {"t0001": "gpu0"}
    end(tmp_path)


def act(sweep: RealSweep, act: Act) -> None:
    """Act on a sweep as a person does."""

    async def ask() -> None:
        line = await connect_socket(socket_path(sweep.directory), "ann")
        try:
            await line.request(DoAct(id=0, request="one", act=act))
        finally:
            await line.close()

    asyncio.run(ask())


def kill_runners(sweep: RealSweep) -> None:
    """Kill what a sweep's engine has left running; its trials go with it."""
    for claim in sweep.directory.glob("trials/*/attempts/*/claim"):
        if not claim.with_name("exit.json").exists():
            with suppress(ProcessLookupError):
                os.kill(json.loads(claim.read_text())["pid"], signal.SIGKILL)
