"""What the thin driver leaves out makes no difference to what a terminal shows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.frames import Piece, Screens
from tui_tuner.terminal.abilities import PLAINEST, Abilities

WIDTH, HEIGHT = 34, 7

TRUE = ("", "1", "38;2;1;2;3", "1;38;2;1;2;3;48;2;9;9;9", "7;38;2;1;2;3;48;2;9;9;9", "48;2;9;9;9")
PALETTE = ("", "3", "38;5;17", "1;38;5;17;48;5;200", "4;48;5;200", "38;5;9;48;5;200", "48;5;17")
SIXTEEN = ("", "1", "31", "1;97;44", "9;31;44", "7;31", "44", "100")

KINDS = (
    PLAINEST,
    Abilities(erases=True),
    Abilities(erases=True, erases_in_colour=True),
    Abilities(repeats=True),
    Abilities(erases=True, erases_in_colour=True, repeats=True),
)
QUIET = ("\x1b]52;c;Zm9v\x07", "\x1b[?2004h", "\x1b[>25u", "\x1b[<u", "\x07", "\x1b[?25l")

texts = st.one_of(
    st.text("ab 0.─█⣀é", min_size=1, max_size=12),
    st.text("損失x ", min_size=1, max_size=8),
    st.builds(str.__mul__, st.sampled_from(" ─x"), st.integers(1, WIDTH)),
)


def pieces(looks):
    runs = st.lists(st.tuples(st.sampled_from(looks), texts), min_size=1, max_size=5)
    return st.builds(Piece, st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 4), runs)


def steps(looks):
    frames = st.lists(pieces(looks), min_size=1, max_size=6)
    return st.one_of(
        st.tuples(st.just("frame"), frames),
        st.tuples(st.just("frame"), frames),
        st.tuples(st.just("scroll"), st.integers(1, HEIGHT - 1)),
        st.tuples(st.just("quiet"), st.sampled_from(QUIET)),
        st.tuples(st.just("resize"), st.tuples(st.integers(20, WIDTH), st.integers(3, HEIGHT))),
        st.tuples(st.just("spoilt"), st.sampled_from(("\x1b[2;4Hrude", "\x1b[H\x1b[31mwords"))),
        st.tuples(st.just("unknown"), st.sampled_from(("\x1b[1;1H\x1b[2J", "\x1b[3;5H\x1b[1K"))),
    )


class Sheet:
    """What an app has painted, to paint it again, or shifted."""

    def __init__(self) -> None:
        self.painted: list[Piece] = []
        self.width = WIDTH

    def frame(self, new: list[Piece]) -> list[Piece]:
        self.painted.extend(new)
        return new

    def whole(self) -> list[Piece]:
        width = self.width
        return [*(Piece(y, 0, [("44", " " * width)]) for y in range(HEIGHT)), *self.painted]

    def scrolled(self, by: int) -> list[Piece]:
        self.painted = [piece._replace(y=(piece.y + by) % HEIGHT) for piece in self.painted]
        return self.whole()


def act(screens: Screens, sheet: Sheet, what: str, with_) -> None:
    if what == "frame":
        screens.paint(*sheet.frame(with_))
    elif what == "scroll":
        screens.paint(*sheet.scrolled(with_))
    elif what in ("quiet", "unknown"):
        screens.write(with_)
    elif what == "resize":
        screens.resize(*with_)
        sheet.width = with_[0]
        screens.paint(*sheet.whole())
    else:
        screens.spoil(with_)
        screens.paint(*sheet.whole())


@pytest.mark.parametrize("looks", [TRUE, PALETTE, SIXTEEN], ids=["true", "256", "16"])
@pytest.mark.parametrize("can", KINDS, ids=lambda can: "".join("01"[flag] for flag in can))
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_any_sequence_of_updates_shows_the_same(can, looks, data):
    screens, sheet = Screens((WIDTH, HEIGHT), can), Sheet()
    for what, with_ in data.draw(st.lists(steps(looks), min_size=1, max_size=8)):
        act(screens, sheet, what, with_)
        assert screens.thin.picture == screens.plain.picture
