"""A sweep kept by an earlier version opens in every later one."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from math import inf, isnan
from pathlib import Path

import pytest

from engine.core.devices import WHOLE
from engine.core.events import (
    Acted,
    AttemptEnded,
    AttemptStarted,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
)
from engine.core.machine import SweepMachine
from engine.core.model import Complete, Pruned, Report
from engine.core.projection import trial_view
from engine.store.base import DeviceSample, StoreReader, UsageSample
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore
from tui_tuner.cli import main

STORE = Path(__file__).parents[1] / "fixtures" / "store"
VERSION_1 = STORE / "version_1.db"
VERSION_2 = STORE / "version_2.db"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copyfile(VERSION_1, tmp_path / "sweep.db"))


@pytest.fixture
def on_gpus(tmp_path: Path) -> Path:
    return Path(shutil.copyfile(VERSION_2, tmp_path / "sweep.db"))


@pytest.mark.parametrize(("file", "version"), [(VERSION_1, 1), (VERSION_2, 2)])
def test_the_fixture_is_of_its_version(file: Path, version: int) -> None:
    with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version,)


@pytest.mark.parametrize("opened", [SqliteStore.open, open_reader])
def test_nobody_looked_at_devices_then(path: Path, opened: Callable[[Path], StoreReader]) -> None:
    with closing(opened(path)) as store:
        assert (store.usage(1), store.device_samples("gpu0"), store.devices_seen()) == ([], [], {})


def test_a_large_one_is_not_copied_to_be_looked_at(path: Path) -> None:
    with closing(open_reader(path)) as store, closing(sqlite3.connect(path)) as db:
        with db:
            db.execute("INSERT INTO meta VALUES ('later', 'yes')")
        assert store.meta()["later"] == "yes"


def test_a_writer_keeps_a_copy_and_a_reader_leaves_the_file_alone(path: Path) -> None:
    open_reader(path).close()
    assert path.read_bytes() == VERSION_1.read_bytes()
    SqliteStore.open(path).close()
    assert path.with_name("sweep.db.v1.backup").exists()


@pytest.mark.parametrize("opened", [SqliteStore.open, open_reader])
def test_its_log_and_its_views_are_read(path: Path, opened: Callable[[Path], StoreReader]) -> None:
    with closing(opened(path)) as store:
        events = [logged.event for logged in store.replay()]
        assert [type(event) for event in events] == [
            SweepCreated,
            TrialProposed,
            AttemptStarted,
            ReportsArrived,
            Acted,
            AttemptEnded,
        ]
        arrived = events[3]
        assert isinstance(arrived, ReportsArrived)
        assert (arrived.rejected, arrived.complaint) == (1, "no JSON: 'oops'")
        assert arrived.reports[0] == Report(1, 3.5, {"val_acc": 0.5})
        assert isnan(arrived.reports[1].metrics["val_acc"])
        assert [view.id for view in store.trials()] == ["t0001"]
        sweep = store.sweep()
        assert sweep is not None
        assert sweep.trials == {"pruned": 1}
        assert store.meta() == {"config": "{}"}
        assert [o.offset for o in store.offsets()] == [123]


@pytest.mark.parametrize("opened", [SqliteStore.open, open_reader])
def test_what_gpus_did_in_version_2_is_replayed(
    on_gpus: Path, opened: Callable[[Path], StoreReader]
) -> None:
    machine = SweepMachine()
    with closing(opened(on_gpus)) as store:
        for logged in store.replay():
            machine.handle(logged.event)
        rows = {row.id: row for row in store.trials()}

    first, second = machine.state.trials[1], machine.state.trials[2]
    assert isinstance(first.state, Complete)
    assert isinstance(second.state, Pruned)
    assert [attempt.device for attempt in first.attempts] == ["gpu0", "gpu1"]
    assert [attempt.share for attempt in first.attempts] == [WHOLE // 2] * 2
    assert (first.attempts[0].end.peak_memory, first.attempts[0].end.mean_util) == (7 << 30, 81.5)
    assert {"t0001": trial_view(first), "t0002": trial_view(second)} == rows
    gpus = machine.state.gpus
    assert [gpus.standings[f"GPU-0000000{n}"].state for n in (0, 1)] == ["quarantined", "open"]
    assert list(gpus.excluded) == ["GPU-00000000"]
    assert machine.state.space_version == 2


@pytest.mark.parametrize("opened", [SqliteStore.open, open_reader])
def test_what_was_measured_in_version_2_is_read(
    on_gpus: Path, opened: Callable[[Path], StoreReader]
) -> None:
    with closing(opened(on_gpus)) as store:
        assert store.usage(1) == [
            UsageSample(trial=1, attempt=1, at=4.0, util=82.0, memory=7 << 30, cpu=12.5),
            UsageSample(trial=1, attempt=2, at=9.0, util=60.0),
        ]
        assert store.devices_seen() == {"cpu": 4.0, "gpu0": 4.0, "gpu1": 9.0}
        assert store.device_samples("gpu1") == [
            DeviceSample(device="gpu1", at=9.0, util=60.0, power=310.5)
        ]
        assert [point.value for point in store.series(1)["loss"]] == [inf, -inf]


def test_a_sweep_of_version_2_is_looked_at(
    on_gpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = {}
    for verb in ("status", "trials", "gpus", "space"):
        assert main([verb, str(on_gpus.parent), "--json"]) == 0
        shown[verb] = json.loads(capsys.readouterr().out)

    assert (shown["status"]["state"], shown["status"]["best"]["trial"]) == ("dead", "t0001")
    assert [row["state"] for row in shown["trials"]] == ["complete", "pruned"]
    assert [(gpu["id"], gpu["util"]) for gpu in shown["gpus"]] == [("gpu0", 82.0), ("gpu1", 60.0)]
    assert shown["space"][0]["original"]["min"] == 1e-4
