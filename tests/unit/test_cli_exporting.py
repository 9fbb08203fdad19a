"""Exports say what each trial took of the devices."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from engine.client import connect_socket
from engine.server.listener import Listener
from tests.fakes.fake_source import FakeSource
from tui_tuner.cli.documents import trial_document
from tui_tuner.cli.exporting_csv import trials_csv


async def test_a_row_says_where_a_trial_ran_and_what_it_took(tmp_path: Path) -> None:
    source = FakeSource(tmp_path)
    source.start(source.propose())
    source.change(1, gpus=0.5, gpu_s=40.25, util=87.0, peak_memory=7_000_000_000)
    source.end(1)

    listener = Listener(source, tmp_path / "door")
    await listener.start()
    viewer = await connect_socket(tmp_path / "door", "ada")
    exported = await trials_csv(viewer)
    await viewer.close()
    await listener.close()
    (row,) = csv.DictReader(io.StringIO(exported.content))

    told = [row[name] for name in ("device", "gpus", "gpu_s", "util", "peak_memory")]
    assert told == ["cpu", "0.5", "40.25", "87.0", "7000000000"]


def test_seconds_of_gpus_run_on_while_a_trial_runs(tmp_path: Path) -> None:
    source = FakeSource(tmp_path)
    source.start(source.propose())
    source.change(1, gpus=2.0, gpu_s=10.0)

    later = trial_document(source.trial(1), now=source.now + 5.0)

    assert (later["gpu_s"], later["elapsed_s"]) == (20.0, 5.0)
