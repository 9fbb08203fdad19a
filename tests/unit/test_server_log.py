"""A log read in pieces of any size gives its text, whichever way one goes through it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from engine.protocol.messages import ReadLog
from engine.server.handlers.log import read_log
from tests.fakes.fake_source import FakeSource

TEXT = "één\nzwölf 漢字\n👩 drei\n" * 3


@pytest.fixture
def viewer(tmp_path) -> Any:
    source = FakeSource(tmp_path)
    source.start(source.propose())
    source.write_log(1, TEXT)
    source.end(1)
    return SimpleNamespace(source=source)


def read(viewer, offset, limit):
    return asyncio.run(read_log(viewer, ReadLog(id=0, trial=1, offset=offset, limit=limit)))


@pytest.mark.parametrize("limit", [5, 7, 16, 1000])
def test_backwards_in_pieces_no_character_is_cut(viewer, limit):
    size = len(TEXT.encode())
    begin, text = size, ""
    while begin > 0:
        start = max(0, begin - limit)
        chunk = read(viewer, start, begin - start)
        assert chunk.next == begin
        begin, text = chunk.offset, chunk.text + text
    assert text == TEXT


@pytest.mark.parametrize("limit", [5, 7, 16, 1000])
def test_forwards_in_pieces_no_character_is_cut(viewer, limit):
    at, text, size = 0, "", len(TEXT.encode())
    while at < size:
        chunk = read(viewer, at, limit)
        assert chunk.offset == at
        at, text = chunk.next, text + chunk.text
    assert text == TEXT
