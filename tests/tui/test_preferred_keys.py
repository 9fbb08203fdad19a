"""Keys that a person chose: they work, and the footer and the palette show them."""

from __future__ import annotations

import pytest

from tui_tuner.keymap import key_of
from tui_tuner.preferences import config_dir
from tui_tuner.widgets.footer import Footer


def keys(text: str) -> None:
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "keys.yaml").write_text(text)


async def test_a_chosen_key_works_and_the_usual_one_no_more(tui, source):
    keys('sort: ";"\nprune: D\nreverse: s\n')
    async with tui(source, (400, 30)) as t:
        await t.sees("; sort")
        await t.sees("D prune")
        await t.press("s")
        assert t.app.view.ordering.sort.column == "state"
        assert t.app.view.ordering.sort.reverse
        await t.press("semicolon")
        assert t.app.view.ordering.sort.column == "id"
        await t.press("x", "K")
        assert not t.app.view.ordering.sort.reverse
        assert len(t.app.screen_stack) == 2
        await t.press("D")
        await t.until(lambda: len(t.app.screen_stack) == 3)
        await t.press("escape", "ctrl+p", *"prune")
        await t.sees("(D)")


async def test_a_key_that_one_action_gave_away_still_works_for_the_others_on_it(tui, source):
    keys("open: f2\n")
    async with tui(source, (400, 30)) as t:
        await t.sees("F2 open")
        await t.press("h")
        await t.until(lambda: len(t.app.screen_stack) == 3)
        await t.press("escape", "slash", *"state=running", "enter")
        await t.until(lambda: t.ids == ["t0002", "t0001"])


async def test_what_is_wrong_with_the_file_is_said_on_start(tui, source):
    keys("sort: Z\nprunes: D\n")
    async with tui(source, (120, 24)) as t:
        await t.sees("keys.yaml: sort: Z is a capital")
        await t.sees("prunes: no such action; did you mean prune")
        await t.press("s")
        assert t.app.view.ordering.sort.column == "id"


async def test_broken_preferences_are_said_on_start(tui, source):
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "preferences.json").write_text("{")
    async with tui(source, (200, 24)) as t:
        await t.sees("preferences.json cannot be understood")


async def test_a_click_on_a_key_of_the_footer_is_that_key(tui, source):
    async with tui(source, (400, 30)) as t:
        footer = t.app.screen.query_one(Footer)
        await t.pilot.click(footer, offset=(t.lines[-1].index("s sort"), 0))
        await t.until(lambda: t.app.view.ordering.sort.column == "id")
        await t.pilot.click(footer, offset=(t.lines[-1].index("? help") + 3, 0))
        await t.until(lambda: len(t.app.screen_stack) == 3)


async def test_texts_that_name_a_key_name_the_one_that_was_chosen(tui, source):
    keys("back: f9\nschedule: Z\n")
    source.set_sweep(state="dead")
    async with tui(source, (120, 24), start_engine=no_engine) as t:
        await t.sees("press Z to start it again")
        await t.press("slash", *"id=t9999")
        await t.sees("F9 clears the filter")
    assert key_of("schedule") == "S"


async def no_engine() -> None:
    """Starts nothing."""


@pytest.mark.parametrize("key", ["t", "b", "s"])
async def test_a_choice_that_cannot_be_remembered_says_so(tui, source, key, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TUI_TUNER_CONFIG_DIR", str(tmp_path / "file" / "folder"))
    async with tui(source) as t:
        await t.press(key)
        await t.sees("cannot write")


async def test_questions_and_lists_have_the_keys_that_were_chosen(tui, source):
    keys("back: f9\ndown: f2\ncolumns: '#'\nhelp: f1\n")
    async with tui(source, (120, 40)) as t:
        await t.sees("F1 help")
        for key, heading, told in (
            ("f1", "Keys", "F9 back"),
            ("number_sign", "Columns of the table", "F9 leave"),
            ("K", "prune", "F9 leave it"),
            ("C", "clone", "F9 leave it"),
        ):
            await t.press(key)
            await t.until(lambda: len(t.app.screen_stack) == 3)
            await t.sees(heading)
            await t.sees(told)
            await t.press("escape")
            assert len(t.app.screen_stack) == 3
            await t.press("f9")
            await t.until(lambda: len(t.app.screen_stack) == 2)
        await t.press("number_sign", "f2")
        await t.until(lambda: t.app.screen._chosen.at == 1)
        await t.press("number_sign")
        await t.until(lambda: len(t.app.screen_stack) == 2)
