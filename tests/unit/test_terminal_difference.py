"""What the thin driver sends: the cells that changed, and few bytes around them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.fakes.frames import Piece, Screens
from tui_tuner.terminal.abilities import PLAINEST, Abilities

FULL = Abilities(erases=True, erases_in_colour=True, repeats=True)
GROUND, TEXT, DIM = "48;2;21;22;30", "38;2;200;206;230;48;2;21;22;30", "38;2;127;136;173"


def table(value: str, width: int = 200, rows: int = 40) -> list[Piece]:
    """Rows as a table writes them: every cell with its whole style."""
    row = [(TEXT, f" {value} "), (f"{DIM};{GROUND}", " 12s ")] * (width // 13)
    return [Piece(y, 0, row) for y in range(rows)]


def test_what_is_shown_already_is_not_sent():
    screens = Screens((30, 6))
    screens.paint(Piece(0, 0, [("31", "epoch 11")]))
    assert screens.paint(Piece(0, 0, [("31", "epoch 11")])) == ""
    assert screens.paint(Piece(0, 0, [("31", "epoch 12")])) == "\b2"


def test_two_hundred_changed_numbers_cost_their_text_and_a_move_each():
    screens = Screens((200, 50), FULL)
    row = [(TEXT, " 0.9412 "), (f"{DIM};{GROUND}", "━━━╸── 12s ▂▄▇▇ t0001 · ")]
    screens.paint(*(Piece(y, 0, row * 6) for y in range(40)))
    changed = [(TEXT, " 0.8327 "), row[1]]
    sent = screens.paint(*(Piece(y, 0, changed * 5) for y in range(40)))
    assert len(sent.encode()) < 200 * (4 + 5) + 100
    assert screens.thin.picture == screens.plain.picture


def test_a_look_that_does_not_change_is_not_said_again():
    screens = Screens((200, 50))
    screens.paint(*table("0.9412"))
    sent = screens.paint(*table("0.9533"))
    assert sent.count("m") <= 1
    assert screens.thin.picture == screens.plain.picture


def test_a_frame_changes_to_each_look_once():
    screens = Screens((200, 50))
    looks = ("31", "32", "33")
    for text in ("one", "two"):
        sent = screens.paint(*(Piece(y, 0, [(look, text) for look in looks * 9]) for y in range(9)))
        assert sent.count("m") <= 3
    assert screens.thin.picture == screens.plain.picture


@pytest.mark.parametrize(("can", "most"), [(FULL, 60), (PLAINEST, 10_100)])
def test_an_empty_screen_costs_what_the_terminal_makes_of_it(can, most):
    screens = Screens((200, 50), can)
    sent = screens.paint(*(Piece(y, 0, [(GROUND, " " * 200)]) for y in range(50)))
    assert len(sent) < most + 50 * 5
    assert screens.thin.picture == screens.plain.picture


def test_a_rule_is_one_character_repeated_where_the_terminal_can():
    screens = Screens((200, 50), FULL)
    assert screens.paint(Piece(3, 0, [("", "─" * 200)])).endswith("─\x1b[199b")
    assert screens.thin.picture == screens.plain.picture


def test_a_gap_is_written_over_where_that_is_shorter_than_a_jump():
    screens = Screens((30, 6))
    screens.paint(Piece(2, 0, [("31", "a b c d")]))
    assert screens.paint(Piece(2, 0, [("31", "x b y d")])) == "\rx b y"


def test_blanks_need_no_foreground():
    screens = Screens((30, 6))
    screens.paint(Piece(2, 0, [("31", "ab"), ("32", "    "), ("33", "cd")]))
    assert screens.paint(Piece(2, 0, [("35", "   "), ("36", "   "), ("33", "cd")])) == "\r  "


def test_the_cursor_goes_where_one_types_once_something_was_painted():
    screens = Screens((30, 6))
    screens.paint(Piece(2, 0, [("31", "filter: l")]))
    assert screens.write("\x1b[3;10H\x1b[31mr\x1b[0m\x1b[3;11H") == "r"
    assert screens.write("\x1b[1;1Hup\x1b[3;11H") == "\x1b[H\x1b[mup\x1b[3;11H"
    assert screens.write("\x1b[1;1Hup\x1b[3;11H") == ""


def test_wide_characters_keep_their_places():
    screens = Screens((30, 6))
    for text in ("損失 loss", "損x loss ", "ab失 loss", "損失 lost"):
        screens.paint(Piece(1, 2, [("1", text)]))
        assert screens.thin.picture == screens.plain.picture


def test_after_a_pictogram_the_column_is_said_as_terminals_differ_over_it():
    screens = Screens((30, 6))
    screens.paint(Piece(1, 0, [("", "🙂 ok")]))
    assert screens.paint(Piece(1, 0, [("", "🙃 no")])).startswith("\r🙃\r\x1b[3C")


def test_a_combined_character_is_one_cell():
    screens = Screens((30, 6))
    screens.paint(Piece(1, 0, [("", "e\u0301 x")]))
    assert screens.paint(Piece(1, 0, [("", "e\u0301 y")])) == "\by"


def test_what_is_not_understood_is_handed_on_and_all_is_sent_again():
    screens = Screens((30, 6))
    screens.paint(Piece(0, 0, [("31", "here")]))
    assert screens.write("\x1b[?1049h") == "\x1b[m\x1b[?1049h"
    assert "here" in screens.paint(Piece(0, 0, [("31", "here")]))


@pytest.mark.parametrize(
    "quiet",
    [
        "\x1b]52;c;bHI6IDAuMQ==\x07",
        "\x1b]52;c;bHI6IDAuMQ==\x1b\\",
        "\x1b[?2004h",
        "\x1b[>25u",
        "\x1b[<u",
        "\x1b[?2026$p",
        "\x1b[?25l",
        "\x1b]0;digits\x07",
        "\x1b]11;?\x07",
        "\x07",
    ],
)
def test_what_shows_nothing_is_handed_on_and_nothing_is_forgotten(quiet):
    screens = Screens((30, 6))
    screens.paint(Piece(0, 0, [("31", "here")]))
    assert screens.difference.write(quiet) == quiet
    assert screens.paint(Piece(0, 0, [("31", "here")])) == ""


def test_a_clipboard_of_hostile_length_stays_one_piece():
    screens = Screens((30, 6))
    whole = "\x1b]52;c;" + "QUJD" * 5000 + "\x07"
    assert screens.difference.write(whole) == whole


def test_text_beyond_the_edge_makes_the_screen_unknown():
    screens = Screens((10, 3))
    screens.paint(Piece(0, 0, [("", "here")]))
    assert screens.difference.write("\x1b[1;8Htoo long").endswith("too long")
    assert "here" in screens.paint(Piece(0, 0, [("", "here")]))


def test_neighbouring_frames_never_cost_more_than_textual_writes():
    screens = Screens((200, 50))
    for old, new in pairwise(("0.9412", "0.9413", "0.8127", "nan   ")):
        screens.paint(*table(old))
        before = sum(len(look) + len(text) + 7 for p in table(new) for look, text in p.runs)
        assert len(screens.paint(*table(new))) < before / 5
