"""A log read in pieces of any size gives its text, whichever way one goes through it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from engine.protocol.messages import ReadLog
from engine.server.handlers.log import read_log
from tests.fakes.fake_source import FakeSource
from tui_tuner.view.log_text import LogText, Piece, as_shown

TEXT = "één\nzwölf 漢字\n👩 drei\n" * 3


@pytest.fixture
def viewer(tmp_path) -> Any:
    source = FakeSource(tmp_path)
    source.start(source.propose())
    source.write_log(1, TEXT)
    source.end(1)
    return SimpleNamespace(source=source)


BAR = "start\r\n" + "".join(f"\r{n:3}%" for n in (0, 50, 100)) + "\r\ndone\n" + "a\r\rbc\r\n1\r2\r"


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


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 16, 1000])
@pytest.mark.parametrize("backwards", [False, True])
def test_lines_redrawn_by_a_progress_bar_read_as_they_are_in_the_end(tmp_path, limit, backwards):
    source = FakeSource(tmp_path)
    source.start(source.propose())
    source.write_log(1, BAR)
    source.end(1)
    viewer, size = SimpleNamespace(source=source), len(BAR)
    chunks = [read(viewer, at, min(limit, size - at)) for at in range(0, size, limit)]
    held = LogText()
    for chunk in reversed(chunks) if backwards else chunks:
        piece = Piece(chunk.offset, chunk.next, chunk.text)
        (held.prepend if backwards else held.append)(piece)
    assert [as_shown(line) for line in held.lines] == ["start", "100%", "done", "bc", "2"]


def test_of_a_line_redrawn_many_times_only_the_last_is_sent(tmp_path):
    source = FakeSource(tmp_path)
    source.start(source.propose())
    source.write_log(1, "x" * 90 + "\r")
    source.write_log(1, "epoch\n" + "50%\r" * 9000 + "whole\n")
    viewer = SimpleNamespace(source=source)
    assert read(viewer, 0, 100_000).text == "\repoch\nwhole\n"
    assert read(viewer, 0, 20_001).text == "\repoch\n50%\r"
