"""Every version of the space is written beside the sweep's config, and never costs the sweep."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from engine.config.load import load_config
from engine.core.acts import EditSpace
from engine.core.edits import SetRange
from tests.fakes.gated import GatedSweep
from tests.fakes.real_sweep import wait_until
from tests.fakes.steering import do, status

NARROWED = EditSpace(edits=(SetRange(parameter="lr", low=0.2, high=0.4),))


def running_sweep(folder: Path) -> GatedSweep:
    sweep = GatedSweep(folder, budget=2, trials=6, let=1)
    sweep.start()
    sweep.until_reported(1, 1)
    return sweep


def test_proposals_after_an_edit_lie_in_the_version_that_is_written_down(tmp_path: Path) -> None:
    sweep = running_sweep(tmp_path)
    do(sweep.directory, NARROWED)
    written = sweep.directory / "sweep.v2.yaml"
    wait_until(written.exists, "version 2 is written")
    sweep.let(2)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    drawn = [trial for trial in sweep.trials() if trial.space_version == 2]
    assert len(drawn) >= 4
    assert all(0.2 <= trial.params["lr"] <= 0.4 for trial in drawn)
    (sweep.directory / "train.py").write_text("")
    (lr,) = load_config(written).config.space.searched
    assert (lr.name, lr.encode(0.2), lr.encode(0.4)) == ("lr", 0.0, 1.0)


def test_the_newest_version_is_written_again_if_it_is_missing(tmp_path: Path) -> None:
    sweep = running_sweep(tmp_path)
    do(sweep.directory, NARROWED)
    written = sweep.directory / "sweep.v2.yaml"
    wait_until(written.exists, "version 2 is written")
    sweep.kill_engine()
    text = written.read_text()
    written.unlink()
    sweep.start()
    wait_until(written.exists, "version 2 is written again")
    assert written.read_text() == text


def test_a_config_that_cannot_be_written_back_is_said_and_costs_nothing(tmp_path: Path) -> None:
    sweep = running_sweep(tmp_path)
    (sweep.directory / "sweep.yaml").write_text("parameters: {lr: [")
    do(sweep.directory, NARROWED)
    wait_until(lambda: _warned(sweep), "the fault is shown")
    assert status(sweep.directory).space_version == 2
    sweep.let(2)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")


def test_a_sweep_whose_log_names_no_space_is_edited_all_the_same(tmp_path: Path) -> None:
    sweep = running_sweep(tmp_path)
    sweep.kill_engine()
    _forget_space(sweep.directory / "sweep.db")
    sweep.start()
    do(sweep.directory, NARROWED)
    sweep.kill_engine()
    sweep.start()
    assert status(sweep.directory).space_version == 2
    sweep.let(2)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert {trial.space_version for trial in sweep.trials()} == {1, 2}


def _forget_space(database: Path) -> None:
    """Make the log one of before it kept the space."""
    with closing(sqlite3.connect(database)) as db, db:
        (body,) = db.execute("SELECT body FROM events WHERE kind = 'sweep_created'").fetchone()
        created = json.loads(body)
        assert created.pop("space")
        body = json.dumps(created).encode()
        db.execute("UPDATE events SET body = ? WHERE kind = 'sweep_created'", (body,))


def _warned(sweep: GatedSweep) -> bool:
    warnings = status(sweep.directory).warnings
    return any(text.startswith("sweep.v2.yaml was not written: ") for text in warnings)
