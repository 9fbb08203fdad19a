"""A sweep kept by the first version opens in every later one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from math import isnan
from pathlib import Path

import pytest

from engine.core.events import (
    Acted,
    AttemptEnded,
    AttemptStarted,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
)
from engine.core.model import Report
from engine.store.base import StoreReader
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore

VERSION_1 = Path(__file__).parents[1] / "fixtures" / "store" / "version_1.db"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copyfile(VERSION_1, tmp_path / "sweep.db"))


def test_the_fixture_is_of_version_1() -> None:
    with closing(sqlite3.connect(f"{VERSION_1.as_uri()}?immutable=1", uri=True)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)


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
