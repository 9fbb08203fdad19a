"""A log read in pieces from either end reads as the file does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_tuner.view import log_text
from tui_tuner.view.line import text_of
from tui_tuner.view.log_text import LogText, Piece, Search, shown_line


def test_what_was_redrawn_is_not_found():
    search = Search("50%")
    assert search.matches(["50%", "\r50%\r 51%", "\r50%\r"]) == [0, 2]


LINES = st.lists(st.text("ab\n", max_size=9), min_size=1, max_size=12)


def pieces_of(texts):
    at, pieces = 0, []
    for text in texts:
        pieces.append(Piece(at, at + len(text), text))
        at += len(text)
    return pieces


def lines_of(text):
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


@given(LINES, st.data())
def test_pieces_from_both_ends_make_the_whole(texts, data):
    pieces = pieces_of(texts)
    start = data.draw(st.integers(0, len(pieces) - 1))
    held = LogText()
    held.append(pieces[start])
    before, after = pieces[:start], pieces[start + 1 :]
    while before or after:
        if before and (not after or data.draw(st.booleans())):
            held.prepend(before.pop())
        else:
            held.append(after.pop(0))
    assert list(held.lines) == lines_of("".join(texts))
    assert held.count == len(held.lines)
    assert (held.begin, held.end) == (0, sum(map(len, texts)))


@given(LINES, st.booleans())
def test_what_is_held_is_bounded_and_the_far_end_is_given_up(texts, upwards):
    pieces = pieces_of([f"{text}{'x' * (log_text.PIECE + 1)}" for text in texts])
    kept = log_text.KEPT_PIECES
    log_text.KEPT_PIECES = 3
    try:
        held = LogText()
        for piece in reversed(pieces) if upwards else pieces:
            (held.prepend if upwards else held.append)(piece)
    finally:
        log_text.KEPT_PIECES = kept
    part = pieces[:3] if upwards else pieces[-3:]
    assert (held.begin, held.end) == (part[0].begin, part[-1].end)
    assert list(held.lines) == lines_of("".join(piece.text for piece in part))


def test_what_comes_in_drips_is_one_piece():
    held = LogText()
    for at in range(100):
        held.append(Piece(at, at + 1, "x"))
    assert len(held.pieces) == 1


def test_a_search_without_capitals_finds_both():
    lines = ["Loss 1", "loss 2", "nothing"]
    assert Search("loss").matches(lines) == [0, 1]
    assert Search("Loss").matches(lines) == [0]
    assert Search("").matches(lines) == []
    assert Search("ab").found_in("abcab") == [(0, 2), (3, 5)]


def test_what_is_found_stands_out_and_the_line_keeps_its_width():
    line = shown_line("the loss fell", 20, Search("loss"), current=False)
    assert ("loss", "found") in line
    assert len(text_of(line)) == 20
