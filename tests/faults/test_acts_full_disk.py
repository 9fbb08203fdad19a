"""What is asked of a sweep on a full disk waits, is said to wait, and is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.acts import Note
from engine.lifecycle import open_sweep
from engine.protocol.messages import WAITS_FOR_DISK
from tests.fakes.disks import fill, small_disk
from tests.fakes.gated import GatedSweep
from tests.fakes.steering import status
from tui_tuner.cli.deeds import Deed, Teller, see_through


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", "0")
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        yield disk


class Frees(Teller):
    """Makes space on the disk as soon as it hears that the act waits for it."""

    def __init__(self, ballast: Path) -> None:
        self.why: list[str] = []
        self._ballast = ballast

    def held_up(self, why: list[str]) -> None:
        if why:
            self.why = why
            self._ballast.unlink()


async def test_a_person_is_told_that_an_act_waits_for_the_disk(disk: Path) -> None:
    sweep = GatedSweep(disk, budget=2, let=1)
    await asyncio.to_thread(sweep.start)
    await asyncio.to_thread(sweep.until_reported, 1, 1)
    teller = Frees(fill(disk))
    connection = await open_sweep(sweep.directory, "a test")

    deed = Deed(act=Note(trials=(1,), text="x" * 100_000))
    outcome = await see_through(connection, deed, sweep.directory, teller)
    await connection.close()

    assert outcome.result.done == ["t0001"]
    assert "no space left" in teller.why[0]
    assert teller.why[1] == f"{WAITS_FOR_DISK}: note"
    shown = await asyncio.to_thread(status, sweep.directory)
    assert not any(WAITS_FOR_DISK in warning for warning in shown.warnings)
