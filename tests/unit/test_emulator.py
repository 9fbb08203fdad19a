"""The tests' terminal: what is left of a wide character that is written over in part is blank."""

from __future__ import annotations

import pytest

from tests.fakes.emulator import Emulator


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[1;1Ha", "a \u672c  "),
        ("\x1b[1;2Ha", " a\u672c  "),
        ("\x1b[1;1H\x1b[3X", "      "),
        ("\x1b[1;1H\x1b[1K", "  \u672c  "),
        ("\x1b[1;2H\x1b[K", "      "),
        ("\x1b[1;1H\u65e5", "\u65e5\u672c  "),
    ],
)
def test_half_of_a_wide_character_is_never_left_behind(written: str, shown: str) -> None:
    screen = Emulator(6, 1)
    screen.feed("\u65e5\u672c")
    screen.feed(written)
    assert screen.display == [shown]
