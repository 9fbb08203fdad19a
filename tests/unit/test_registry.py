"""Every action of the registry can be reached: by its key, the footer, the help and the palette."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import tui_tuner.screens
from tui_tuner.actions import ACTIONS, ALL, BY_ID, FILTER, MOVES, RANGES, palette_actions
from tui_tuner.app import TunerApp
from tui_tuner.keymap import judged
from tui_tuner.screens.page import Page
from tui_tuner.view.help import NAMES, help_lines, sections
from tui_tuner.view.line import line_width, text_of
from tui_tuner.widgets.footer import footer_keys, footer_line, key_at

PLACES = sorted({place for action in ACTIONS for place in action.where})


def pages() -> list[type[Page]]:
    """Every screen that has places of its own."""
    for file in Path(tui_tuner.screens.__path__[0]).glob("*.py"):
        import_module(f"tui_tuner.screens.{file.stem}")
    found, left = [], [Page]
    while left:
        page = left.pop()
        left += page.__subclasses__()
        if page.places:
            found.append(page)
    return found


def test_every_place_is_on_a_screen_and_named_in_the_help():
    screens = {place for page in pages() for place in page.places}
    assert set(PLACES) - {FILTER} == screens
    assert set(PLACES) <= set(NAMES)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_can_be_carried_out_and_is_explained(action):
    assert action.help
    assert action.label
    assert action.palette or not action.acts
    for page in pages():
        if action.where & set(page.places):
            does = getattr(page, f"action_{action.id}", None)
            does = does or getattr(TunerApp, f"action_{action.id}", None)
            assert does or action.id == "palette", f"{page.__name__} has no action_{action.id}"


def test_no_two_actions_have_one_name_or_one_key_in_a_place():
    assert len(BY_ID) == len(ACTIONS)
    keys = [(place, key) for a in ACTIONS for place in a.where for key in a.keys.split(",")]
    assert len(keys) == len(set(keys))


def test_capitals_act_and_nothing_else_does():
    for action in ACTIONS:
        letters = [key for key in action.keys.split(",") if len(key) == 1 and key.isalpha()]
        assert all(key.isupper() == action.acts for key in letters if key not in ("G", "U"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", [1, 12, 40, 80, 120, 200])
def test_a_footer_fits_and_always_says_how_to_get_help_and_away(place, width):
    shown = footer_keys(place, width)
    line = footer_line(shown, width)
    assert line_width(line) == width
    if width >= 80:
        here = {each.action.id for each in shown}
        always = {"range_help", "range_leave"} if place == RANGES else {"help", "detach"}
        assert always <= here or place == FILTER
        assert "back" in here or "range_leave" in here


def test_a_cell_of_the_footer_belongs_to_its_key():
    shown = footer_keys("table", 200)
    text = text_of(footer_line(shown, 200))
    action = key_at(shown, text.index("/ filter") + 3)
    assert action is not None
    assert action.id == "filter"
    assert key_at(shown, 0) is None
    assert key_at(shown, 199) is None


@pytest.mark.parametrize("place", PLACES)
def test_the_help_of_a_place_begins_with_its_keys_and_tells_every_other(place):
    told = sections(place)
    own = [a for a in ACTIONS if place in a.where and not a.acts and not a.where >= ALL]
    assert told[0][0] == NAMES[place] or not own
    texts = [text for _, entries in told for _, text in entries]
    for action in ACTIONS:
        if action.palette:
            assert action.help in texts


@pytest.mark.parametrize("width", [1, 20, 76, 106, 120, 158, 178])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_help_is_exactly_as_wide_as_its_room(width, ascii_only):
    lines = help_lines(width, ascii_only=ascii_only, place="log")
    assert {line_width(line) for line in lines} == {width}
    if ascii_only:
        assert all(text_of(line).replace("…", "").isascii() for line in lines)


def test_more_room_makes_the_help_shorter():
    heights = [len(help_lines(width, ascii_only=False)) for width in (76, 118, 170)]
    assert heights == sorted(heights, reverse=True)
    assert heights[2] < heights[1] < heights[0]


def test_the_help_and_the_footer_show_the_keys_that_were_chosen():
    keymap, _ = judged({"sort": ";", "earlier_columns": "f3", "later_columns": "f4"})
    text = "\n".join(map(text_of, help_lines(76, ascii_only=False, keymap=keymap)))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    assert "; sort by the next column" in lines
    assert "F4" in text
    assert "; sort" in text_of(footer_line(footer_keys("table", 400, None, keymap), 400))


def test_the_palette_offers_all_but_movement():
    offered = {action.id for place in PLACES for action in palette_actions([place])}
    assert not offered & set(MOVES)
    assert {action.id for action in ACTIONS if action.acts} <= offered
