"""Looking at a sweep whose engine leaves in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.client import Connection
from engine.errors import ConnectionLostError
from tests.fakes.fake_connection import FakeConnection
from tests.fakes.fake_source import FakeSource
from tui_tuner.cli import reach

SWEEP = Path("digits")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[FakeConnection]:
    """The connections that were opened."""
    connections: list[FakeConnection] = []

    async def open_sweep(sweep: Path, who: str, *, read_only: bool) -> FakeConnection:
        connections.append(FakeConnection(FakeSource(tmp_path)))
        return connections[-1]

    monkeypatch.setattr(reach, "open_sweep", open_sweep)
    return connections


def test_a_look_begins_anew_with_another_connection_where_the_engine_leaves(
    opened: list[FakeConnection],
) -> None:
    async def action(connection: Connection) -> str:
        if len(opened) < 3:
            raise ConnectionLostError("the engine hung up")
        return "seen"

    assert reach.look(SWEEP, action) == "seen"
    assert len(opened) == 3


def test_a_look_gives_up_where_every_engine_leaves(opened: list[FakeConnection]) -> None:
    async def action(connection: Connection) -> None:
        raise ConnectionLostError("the engine hung up")

    with pytest.raises(ConnectionLostError):
        reach.look(SWEEP, action)
    assert len(opened) == reach.MOST_LEAVINGS + 1
