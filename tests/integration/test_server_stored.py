"""A sweep without an engine is looked at as if it had one."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import socket
import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest

from engine.client import Connection
from engine.config.load import load_config
from engine.core.acts import EditSpace, Stop
from engine.core.devices import Device, Standing
from engine.core.edits import SetRange, SpaceChange
from engine.core.events import (
    Acted,
    AttemptStarted,
    DevicesChanged,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
)
from engine.core.machine import SweepMachine
from engine.core.model import (
    Goal,
    Report,
)
from engine.core.plan import Plan
from engine.core.projection import sweep_view
from engine.errors import ActError, NotFoundError, StoreError, StoreNewerError
from engine.journal import Journal
from engine.lifecycle import open_sweep, socket_path
from engine.protocol import messages as m
from engine.store.base import Batch, Logged
from engine.store.sqlite import SqliteStore
from tests.fakes.batches import seen, used
from tui_tuner.cli.reach import ask

AT = 1_730_000_000.0
YAML = """\
name: toy
command: [python, -c, "pass", "${args}"]
metric: {name: val_acc, goal: maximize}
parameters: {lr: {min: 1.0e-4, max: 1.0, scale: log}}
"""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """The directory of a sweep whose engine died with one trial running."""
    directory = tmp_path / "toy-1"
    directory.mkdir()
    (tmp_path / "toy.yaml").write_text(YAML)
    config = load_config(tmp_path / "toy.yaml").config
    machine = SweepMachine()
    journal = Journal(machine, lambda: sweep_view(machine.state, directory="elsewhere", pid=1))
    plan = Plan(name="toy", metric="val_acc", goal=Goal.MAXIMIZE, slots=1)
    journal.record(SweepCreated(at=AT, plan=plan))
    journal.record(
        TrialProposed(at=AT, trial=1, index=0, params={"lr": 0.1}, origin="random #0", seed=1)
    )
    journal.record(AttemptStarted(at=AT, trial=1, attempt=1, slot=0, device="cpu"))
    reports = (Report(1, AT + 1, {"val_acc": 0.5}), Report(2, AT + 2, {"val_acc": 0.75}))
    journal.record(ReportsArrived(at=AT + 2, trial=1, attempt=1, reports=reports))
    store = SqliteStore.create(directory / "sweep.db")
    store.write(Batch(meta={"name": "toy", "config": msgspec.json.encode(config).decode()}))
    store.write(journal.take()[0])
    store.close()
    log = directory / "trials/0001/attempts/1/output.log"
    log.parent.mkdir(parents=True)
    log.write_text("epoch 1\n")
    return directory


async def look(directory: Path) -> Connection:
    return await open_sweep(directory, "ada@tty1")


async def test_a_sweep_whose_engine_died_is_dead_and_shows_all_it_stored(sweep: Path) -> None:
    viewer = await look(sweep)
    view = await viewer.request(m.GetStatus(id=0))
    detail = await viewer.request(m.ShowTrial(id=0, trial=1))
    log = await viewer.request(m.ReadLog(id=0, trial=1))
    space = await viewer.request(m.GetSpace(id=0))
    await viewer.close()

    assert not viewer.live
    assert (view.state, view.engine.alive, view.dir) == ("dead", False, str(sweep))
    assert "resume" in view.sentence
    assert [value for _, value, _ in detail.series["val_acc"]] == [0.5, 0.75]
    assert detail.trial.state == "running"
    assert log.text == "epoch 1\n"
    assert [p["name"] for p in space] == ["lr"]


async def test_its_devices_are_named_and_what_they_and_its_trials_used_is_there(
    sweep: Path,
) -> None:
    gpu = Device(uuid="GPU-1", label="gpu0", name="H200", memory=141 << 30)
    opened = DevicesChanged(at=AT, standings=(Standing(device=gpu, state="open"),))
    store = SqliteStore.open(sweep / "sweep.db")
    store.write(
        Batch(
            events=[Logged(seq=99, event=opened)],
            usage=[used(1, AT, util=80.0), used(1, AT + 9, attempt=2, util=70.0)],
            device_samples=[seen("gpu0", AT, util=85.0), seen("cpu", AT), seen("gpu0", AT + 5)],
        )
    )
    store.close()
    before = files(sweep)

    viewer = await look(sweep)
    devices = (await viewer.request(m.GetStatus(id=0))).devices
    usage = await viewer.usage(1)
    history = await viewer.device_history("gpu0")
    late = await viewer.device_history("gpu0", since=AT + 1, points=100)
    with pytest.raises(NotFoundError, match="no device 'gpu3' in this sweep: there are gpu0, cpu"):
        await viewer.device_history("gpu3")
    await viewer.close()

    assert [(d.id, d.name, d.uuid, d.mem_total, d.state) for d in devices] == [
        ("gpu0", "H200", "GPU-1", 141 << 30, "stale"),
        ("cpu", "CPU", None, None, "stale"),
    ]
    assert devices[0].reason.startswith("last looked at 2024-10-2")
    assert [point.util for point in usage] == [80.0, None, 70.0]
    assert [(point.at, point.util) for point in history] == [(AT, 85.0), (AT + 5, None)]
    assert late == history[1:]
    assert files(sweep).items() >= before.items()


async def test_screens_get_a_snapshot_of_it(sweep: Path) -> None:
    viewer = await look(sweep)
    await viewer.request(m.Subscribe(id=0))
    push = await asyncio.wait_for(anext(viewer.pushes()), 5)
    await viewer.close()

    assert isinstance(push, m.Snapshot)
    assert [row.id for row in push.trials] == ["t0001"]
    assert not push.more


async def test_nothing_can_be_done_to_it_and_it_says_how_to_go_on(sweep: Path) -> None:
    viewer = await look(sweep)
    with pytest.raises(ActError, match="tui-tuner resume toy-1"):
        await viewer.request(m.DoAct(id=0, request="r", act=Stop()))
    with pytest.raises(NotFoundError):
        await viewer.request(m.ShowTrial(id=0, trial=2))
    await viewer.close()


async def test_it_is_not_dead_while_an_engine_holds_it(sweep: Path) -> None:
    lock = os.open(sweep / "engine.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.write(lock, b"4321\n")

    viewer = await look(sweep)
    view = await viewer.request(m.GetStatus(id=0))
    await viewer.close()
    os.close(lock)

    assert (view.state, view.engine.pid, view.engine.alive) == ("running", 4321, True)


async def test_a_copy_is_looked_at_where_it_lies(sweep: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a copy"
    shutil.copytree(sweep, copy)
    shutil.rmtree(sweep)

    viewer = await look(copy)
    view = await viewer.request(m.GetStatus(id=0))
    log = await viewer.request(m.ReadLog(id=0, trial=1))
    await viewer.close()

    assert view.dir == str(copy)
    assert log.text == "epoch 1\n"


async def test_looking_changes_nothing(sweep: Path) -> None:
    before = files(sweep)
    viewer = await look(sweep)
    await viewer.request(m.ListTrials(id=0))
    await viewer.close()

    assert files(sweep).items() >= before.items()


def files(directory: Path) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for p in directory.rglob("*") if p.is_file()}


async def test_a_newer_sweep_is_refused_with_a_sentence(sweep: Path) -> None:
    with sqlite3.connect(sweep / "sweep.db") as db:
        db.execute("PRAGMA user_version = 999")
    db.close()

    with pytest.raises(StoreNewerError, match="newer"):
        await look(sweep)


async def test_a_directory_without_a_sweep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no sweep database"):
        await look(tmp_path)


async def test_a_sweep_that_never_began_says_so(tmp_path: Path) -> None:
    store = SqliteStore.create(tmp_path / "sweep.db")
    store.write(Batch(meta={"name": "new", "config": '{"name": "new"}'}))
    store.close()

    viewer = await look(tmp_path)
    view = await viewer.request(m.GetStatus(id=0))
    await viewer.close()

    assert view.name == "new"
    assert "has not begun" in view.sentence


async def test_a_finished_sweep_says_how_to_bring_its_engine_back(sweep: Path) -> None:
    store = SqliteStore.open(sweep / "sweep.db")
    view = store.sweep()
    assert view is not None
    finished = msgspec.structs.replace(view, state="finished", sentence="all 6 trials are done")
    store.write(Batch(sweep=finished))
    store.close()
    connection = await open_sweep(sweep, "ann")
    again = r"the sweep has finished .* `tui-tuner resume toy-1` brings it back for promote"
    with pytest.raises(ActError, match=again):
        await connection.request(m.DoAct(id=0, request="r", act=Stop()))
    await connection.close()


async def test_every_version_of_its_space_can_be_looked_at(sweep: Path) -> None:
    narrower = {
        "parameters": [
            {
                "type": "float",
                "name": "lr",
                "distribution": {"type": "log_uniform", "low": 1e-3, "high": 0.1},
            }
        ],
        "version": 2,
    }
    change = SpaceChange(version=2, document=narrower, sentence="narrowed lr to 0.001 to 0.1")
    edit = EditSpace(edits=(SetRange(parameter="lr", low=1e-3, high=0.1),), change=change)
    acted = Acted(at=AT + 9, request="r", who="ada@tty1", act=edit)
    store = SqliteStore.open(sweep / "sweep.db")
    store.write(Batch(events=[Logged(seq=99, event=acted)]))
    store.close()

    viewer = await look(sweep)
    versions = await viewer.request(m.GetVersions(id=0))
    now = await viewer.request(m.GetSpace(id=0))
    first = await viewer.request(m.GetSpace(id=0, version=1))
    with pytest.raises(NotFoundError, match="no version 3: there are 1 to 2"):
        await viewer.request(m.GetSpace(id=0, version=3))
    await viewer.close()

    assert [(v.version, v.who) for v in versions] == [(1, "config"), (2, "ada@tty1")]
    assert (now[0]["min"], first[0]["min"]) == (pytest.approx(1e-3), pytest.approx(1e-4))


def test_a_verb_that_meets_a_leaving_engine_reads_what_that_has_stored(sweep: Path) -> None:
    door = socket_path(sweep)
    door.parent.mkdir(parents=True, exist_ok=True)
    leaving = socket.socket(socket.AF_UNIX)
    leaving.bind(str(door))
    leaving.listen()

    def leave() -> None:
        viewer, _ = leaving.accept()
        door.unlink()
        leaving.close()
        viewer.close()

    engine = threading.Thread(target=leave)
    engine.start()
    (view,) = ask(sweep, m.GetStatus(id=0))
    engine.join()
    assert view.name == "toy"
