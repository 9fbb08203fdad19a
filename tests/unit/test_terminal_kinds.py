"""What is made of a terminal's name and of the environment."""

from __future__ import annotations

import pytest

from tui_tuner.terminal.abilities import PLAINEST, Abilities, abilities, cannot_draw
from tui_tuner.terminal.cells import in_ascii
from tui_tuner.terminal.depth import depth, fix_depth
from tui_tuner.view.glyphs import wants_ascii

TRUE = {"COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color", **TRUE}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "tmux-256color"}, "256"),
        ({"TERM": "xterm-kitty"}, "256"),
        ({"TERM": "alacritty"}, "256"),
        ({"TERM": "xterm"}, "standard"),
        ({"TERM": "linux"}, "standard"),
        ({"TERM": "screen"}, "standard"),
        ({"TERM": "screen.xterm-256color", **TRUE}, "256"),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux", **TRUE}, "truecolor"),
        ({}, "standard"),
    ],
)
def test_the_depth_follows_from_the_environment(environ, expected):
    assert depth(environ) == expected
    fix_depth(environ)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("xterm-256color", Abilities(erases=True, erases_in_colour=True)),
        ("linux", Abilities(erases=True, erases_in_colour=True)),
        ("foot", Abilities(erases=True, erases_in_colour=True, repeats=True)),
        ("xterm-kitty", Abilities(erases=True, repeats=True)),
        ("tmux-256color", Abilities(erases=True)),
        ("screen-256color", PLAINEST),
        ("vt100", PLAINEST),
        ("something-else", PLAINEST),
    ],
)
def test_a_terminal_is_trusted_with_what_its_name_vouches_for(term, expected):
    assert abilities({"TERM": term}) == expected


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": ""}, {}])
def test_no_screen_is_drawn_where_there_can_be_none(environ):
    assert cannot_draw(environ)
    assert not cannot_draw({"TERM": "linux"})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "C"}, True),
        ({"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, True),
        ({}, False),
    ],
)
def test_ascii_is_chosen_where_no_more_is_shown(environ, expected):
    assert wants_ascii(environ) is expected


def test_foreign_text_keeps_its_cells_in_ascii():
    assert in_ascii("perte é 損失 ▁│ ½") == "perte e ???? ?? ?"
