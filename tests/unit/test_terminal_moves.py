"""The ways of the cursor and the changes of look, each the shortest there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.emulator import Emulator
from tui_tuner.terminal.moves import move, to
from tui_tuner.terminal.style import PLAIN, Look, after, change

SIZE = (60, 20)
columns, lines = st.integers(0, SIZE[0] - 1), st.integers(0, SIZE[1] - 1)
colours = st.sampled_from(("", "31", "97", "38;5;17", "38;2;1;2;3"))
grounds = st.sampled_from(("", "41", "107", "48;5;17", "48;2;9;9;9"))
looks = st.builds(Look, st.frozensets(st.sampled_from("1234579")), colours, grounds)


@given(y=lines, x=columns, to_y=lines, to_x=columns, lost=st.booleans())
def test_every_way_arrives_and_is_no_longer_than_the_straight_one(y, x, to_y, to_x, lost):
    screen = Emulator(*SIZE)
    screen.feed(to(y, x))
    way = move(y, -1 if lost else x, to_y, to_x)
    screen.feed(way)
    assert (screen.cursor.y, screen.cursor.x) == (to_y, to_x)
    assert len(way) <= len(to(to_y, to_x))


@pytest.mark.parametrize(
    ("start", "end", "way"),
    [
        ((3, 10), (3, 9), "\b"),
        ((3, 10), (3, 0), "\r"),
        ((3, 10), (4, 0), "\r\n"),
        ((3, 10), (3, 11), "\x1b[C"),
        ((3, 10), (4, 10), "\x1b[B"),
        ((3, 10), (0, 0), "\x1b[H"),
        ((-1, -1), (4, 7), "\x1b[5;8H"),
    ],
)
def test_the_short_ways_are_taken(start, end, way):
    assert move(*start, *end) == way


@given(old=looks, new=looks)
def test_a_change_of_look_arrives_and_is_no_longer_than_starting_anew(old, new):
    step = change(old, new)
    assert (after(old, step[2:-1]) if step else old) == new
    assert len(step) <= len(change(None, new))


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1;31", "31", "\x1b[22m"),
        ("1;31", "0", "\x1b[m"),
        ("1;2;38;2;1;2;3", "1;38;2;1;2;3", "\x1b[22;1m"),
        ("38;2;1;2;3;48;2;4;5;6", "38;2;7;7;7;48;2;4;5;6", "\x1b[38;2;7;7;7m"),
        ("31;44", "44", "\x1b[39m"),
    ],
)
def test_only_what_differs_is_said(old, new, step):
    assert change(after(PLAIN, old), after(PLAIN, new)) == step
