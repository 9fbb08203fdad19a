"""What the thin driver leaves out makes no difference to what a terminal shows."""

from __future__ import annotations

import random

import pyte
import pytest

from tui_tuner.terminal.difference import Difference
from tui_tuner.terminal.style import PLAIN, after, change

SIZE = (30, 6)
LOOKS = ("", "1", "38;2;1;2;3", "1;38;2;1;2;3;48;2;9;9;9", "4;31", "7;48;5;17", "2;3;97;104")
LETTERS = "ab cd ─▁█⣀損é"


class Screens:
    """One terminal shown everything, another shown the difference alone."""

    def __init__(self) -> None:
        self.plain, self.thin = pyte.Screen(*SIZE), pyte.Screen(*SIZE)
        self._streams = pyte.Stream(self.plain), pyte.Stream(self.thin)
        self.difference = Difference(*SIZE)
        self.sent = ""

    def write(self, data: str) -> str:
        self.sent = self.difference.write(data)
        self._streams[0].feed(data)
        self._streams[1].feed(self.sent)
        return self.sent

    def agree(self) -> bool:
        rows = range(SIZE[1])
        return all(
            self.plain.buffer[y][x] == self.thin.buffer[y][x] for y in rows for x in range(SIZE[0])
        )


def frame(chance: random.Random) -> str:
    out = []
    for _ in range(chance.randint(1, 4)):
        x, y = chance.randrange(20), chance.randrange(SIZE[1])
        out.append(f"\x1b[{y + 1};{x + 1}H")
        left = SIZE[0] - x
        for _ in range(chance.randint(1, 3)):
            text = "".join(chance.choice(LETTERS) for _ in range(chance.randint(1, 4)))
            left -= 2 * len(text)
            if left < 0:
                break
            out.append(f"\x1b[{chance.choice(LOOKS)}m{text}\x1b[0m")
    return "".join(out) + "\x1b[1;1H"


def narrow(text: str) -> str:
    """Write wide characters as narrow ones: halves of overwritten ones differ by terminal."""
    return text.replace("損", "x")


@pytest.mark.parametrize("seed", range(60))
def test_any_frames_show_the_same(seed: int) -> None:
    chance, screens = random.Random(seed), Screens()
    for _ in range(12):
        screens.write(narrow(frame(chance)))
        assert screens.agree()


def test_wide_characters_keep_their_places() -> None:
    screens = Screens()
    for text in ("損失 loss", "損x loss ", "ab失 loss", "損失 lost"):
        screens.write(f"\x1b[2;3H\x1b[1m{text}\x1b[0m\x1b[1;1H")
        assert screens.thin.display == screens.plain.display


def test_what_is_shown_already_is_not_sent() -> None:
    screens = Screens()
    screens.write("\x1b[1;1H\x1b[31mepoch 11\x1b[0m\x1b[1;1H")
    assert screens.write("\x1b[1;1H\x1b[31mepoch 11\x1b[0m\x1b[1;1H") == ""
    assert screens.write("\x1b[1;1H\x1b[31mepoch 12\x1b[0m") == "\x1b[1;8H2"


def test_what_is_not_understood_is_handed_on_and_all_is_sent_again() -> None:
    screens = Screens()
    screens.write("\x1b[1;1H\x1b[31mhere\x1b[0m")
    assert screens.write("\x1b[?1049h") == "\x1b[m\x1b[?1049h"
    assert "here" in screens.write("\x1b[1;1H\x1b[31mhere\x1b[0m")


def test_modes_that_show_nothing_leave_what_is_known_alone() -> None:
    screens = Screens()
    screens.write("\x1b[1;1Hhere")
    assert screens.write("\x1b[?25l") == "\x1b[?25l"
    assert screens.write("\x1b[1;1Hhere") == ""


@pytest.mark.parametrize("old", LOOKS)
@pytest.mark.parametrize("new", LOOKS)
def test_a_change_of_look_arrives_at_the_look(old: str, new: str) -> None:
    before, wanted = after(PLAIN, old or "0"), after(PLAIN, new or "0")
    assert before is not None
    assert wanted is not None
    step = change(before, wanted)
    assert len(step) <= len(f"\x1b[0;{new}m")
    assert (after(before, step[2:-1]) if step else before) == wanted
