"""A writer killed at any instant leaves whole batches behind, and the next one goes on."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from engine.store.base import StoreReader
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore

WRITER = Path(__file__).parents[1] / "fakes" / "store_until_killed.py"
KILLS = 24
REPORTS = 20


@pytest.mark.slow
def test_every_batch_is_stored_whole_or_not_at_all_however_often_the_writer_is_killed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sweep.db"
    SqliteStore.create(path).close()
    random = Random(5)
    before = 0
    for _ in range(KILLS):
        _write_until_killed(path, after_s=random.uniform(0.001, 0.06))
        with closing(open_reader(path)) as reader:
            batches = _whole_batches(reader)
        assert batches >= before
        before = batches
    assert before > KILLS


def _write_until_killed(path: Path, after_s: float) -> None:
    command = [sys.executable, WRITER, path, str(REPORTS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(after_s)
        writer.kill()


def _whole_batches(reader: StoreReader) -> int:
    """Count the batches; fails unless every part of each is there, once and in order."""
    log = list(reader.replay())
    batches = len(log) // 2
    assert [at.seq for at in log] == list(range(1, 2 * batches + 1))
    assert sum(1 for _ in reader.events()) == batches
    assert reader.meta().get("batches", "0") == str(batches)
    offsets = {offset.trial: offset.offset for offset in reader.offsets()}
    for trial in range(3):
        steps = [stored.report.step for stored in reader.reports(trial)]
        assert steps == list(range(offsets.get(trial, 0)))
    assert sum(offsets.values()) == batches * REPORTS
    return batches
