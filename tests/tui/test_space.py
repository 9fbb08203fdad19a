"""The space: each parameter against the objective, best against worst, and what was tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.core.acts import EditSpace
from engine.core.edits import SetRange
from tests.fakes.space_source import SpaceSource
from tests.tui.test_dashboard import SIZES
from tui_tuner.screens.space import SpaceScreen
from tui_tuner.widgets.space_picture import SpacePicture

CONFIG: dict[str, Any] = {
    "width": {"values": [32, 64, 128]},
    "dropout": {"min": 0.0, "max": 0.7},
    "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
    "layers": {"min": 1, "max": 6},
    "seed_offset": {"value": 0},
}


@pytest.fixture
def source(tmp_path: Path) -> SpaceSource:
    """Forty trials ended, the best where lr is near 0.01; two diverged, five were pruned."""
    sweep = SpaceSource(tmp_path, CONFIG)
    for number in range(1, 41):
        lr = 10.0 ** (-6 + (number - 1) * 7 / 40)
        params = {"lr": lr, "dropout": number * 7 % 40 / 60, "width": (32, 64, 128)[number % 3]}
        sweep.propose({**params, "layers": 1 + number % 5, "seed_offset": 0})
        sweep.start(number)
        if number > 38:
            sweep.report(number, 1, float("nan"))
            sweep.end(number, "failed", failure="diverged")
            continue
        sweep.report(number, 5, 0.9 - abs(number - 23.4) / 20)
        sweep.end(number, "pruned" if number <= 5 else "complete")
    return sweep


@pytest.mark.parametrize("size", [*SIZES, (40, 10), (30, 6)])
async def test_every_picture_is_whole_at_every_size(tui, source, size):
    async with tui(source, size) as t:
        await t.press("v")
        await t.sees("▸lr log")
        for keys in (("enter",), ("escape", "tab"), ("tab",), ("enter",), ("escape", "tab")):
            await t.press(*keys)
            assert all(len(line) == size[0] for line in t.lines)
        await t.press("escape")
        assert t.ids


@pytest.mark.parametrize("size", SIZES)
async def test_v_shows_each_parameter_against_the_objective_those_that_matter_first(
    tui, source, size
):
    async with tui(source, size) as t:
        await t.press("v")
        await t.sees("▸lr log")
        assert all(name in t.text for name in ("dropout", "width", "layers"))
        assert "seed_offset" not in t.text
        assert "matters 92 %" in t.lines[1]
        for told in ("★ 9 best", "• 24 complete", "◦ 5 pruned", "✕ 2 failed"):
            assert told in t.text
        box = next(line for line in t.lines if "the best ★ " in line)
        assert "1.4e-3 … 0.035" in box
        assert "● ○ several at once" in t.text


async def test_enter_enlarges_the_parameter_at_the_cursor_and_esc_puts_it_back(tui, source):
    async with tui(source) as t:
        await t.press("v")
        await t.sees("▸lr log")
        await t.press("right")
        await t.sees("▸width")
        await t.press("enter")
        await t.until(lambda: "dropout" not in t.text)
        assert "2/4" in t.text
        await t.press("j", "j")
        await t.sees("4/4")
        await t.press("escape")
        await t.sees("lr log")
        await t.press("k")
        await t.sees("▸width")


async def test_keys_go_from_panel_to_panel_and_stop_at_the_ends(tui, source):
    async with tui(source) as t:
        await t.press("v")
        await t.sees("▸lr log")
        for key, name in (("j", "dropout"), ("right", "layers"), ("right", "layers"), ("g", "lr")):
            await t.press(key)
            await t.sees(f"▸{name}")
        await t.press("G")
        await t.sees("▸layers")
        await t.press("pageup")
        await t.sees("▸lr")


async def test_tab_goes_on_to_parallel_axes_and_to_coverage(tui, source):
    async with tui(source) as t:
        await t.press("v")
        await t.sees("[scatter]")
        await t.press("tab")
        await t.sees("[parallel]")
        assert "objective" in t.lines[1]
        assert "the best 9" in t.text
        assert "the last 10" in t.text
        await t.press("p")
        await t.sees("[coverage]")
        assert "tried by 40 trials" in t.text
        assert "none in 0.65 … 0.7, 7 % of it" in t.text
        assert "least: 6, 0 times" in t.text
        await t.press("enter")
        await t.sees("up: lr; across: another")
        await t.press("tab")
        await t.sees("[scatter]")


async def test_y_draws_the_objective_of_the_better_half(tui, source):
    async with tui(source, (120, 40)) as t:
        await t.press("v")
        await t.sees("-0.2200")
        await t.press("y")
        await t.until(lambda: "-0.2200" not in t.text)
        assert "▼" in t.text
        assert "y whole range" in t.text
        await t.press("y")
        await t.sees("-0.2200")


async def test_the_ranges_are_edited_from_the_parameter_at_the_cursor(tui, source):
    async with tui(source, (120, 40)) as t:
        await t.press("v")
        await t.sees("▸lr log")
        await t.press("j")
        await t.sees("▸dropout")
        await t.press("E")
        await t.until(lambda: not isinstance(t.app.screen, SpaceScreen))
        editor = t.app.screen
        await t.until(lambda: editor.editing.parameter)
        assert editor.editing.parameter.name == "dropout"


async def test_a_click_chooses_and_the_wheel_goes_on(tui, source):
    async with tui(source) as t:
        await t.press("v")
        await t.sees("▸lr log")
        await t.pilot.click(SpacePicture, offset=(60, 12))
        await t.sees("▸layers")
        await t.pilot.click(SpacePicture, offset=(3, 3))
        await t.sees("▸lr log")


async def test_it_follows_the_sweep_and_stays_on_its_parameter(tui, source):
    async with tui(source) as t:
        await t.press("v")
        await t.sees("▸lr log")
        await t.press("j")
        source.propose({"lr": 1.0, "dropout": 0.1, "width": 32, "layers": 6, "seed_offset": 0})
        source.start(41)
        source.report(41, 5, 0.1)
        source.end(41, "complete")
        await t.sees("• 24 complete")
        await t.until(lambda: "25 complete" in t.text or "10 best" in t.text)
        await t.sees("▸dropout")


async def test_another_version_of_the_space_is_loaded(tui, source):
    async with tui(source) as t:
        await t.press("v")
        await t.sees("1e-6 … 10")
        narrow = EditSpace(edits=(SetRange(parameter="lr", low=1e-3, high=1.0),))
        await source.act(narrow, who="bob", why=None, request="1", dry_run=False)
        await t.sees("1e-3 … 1 ")


async def test_before_any_trial_it_says_what_is_missing(tui, tmp_path):
    empty = SpaceSource(tmp_path, CONFIG)
    async with tui(empty) as t:
        await t.press("v")
        await t.sees("no trial with it has ended yet")
        await t.press("tab")
        await t.sees("no trial with a value has ended yet")
        await t.press("tab")
        await t.sees("never tried")


async def test_keys_repaint_no_panel_and_news_of_running_trials_draw_none(tui, source):
    async with tui(source) as t:
        await t.press("v")
        await t.sees("▸lr log")
        picture = t.app.screen.query_one(SpacePicture)
        known, drawn = picture._known, dict(picture._drawn)
        await t.press("j", "l", "right", "k")
        source.propose({"lr": 1.0, "dropout": 0.1, "width": 32, "layers": 6, "seed_offset": 0})
        await t.pilot.pause()
        assert picture._known is known
        assert picture._drawn == drawn


async def test_plain_ascii_shows_as_much(tui, source):
    async with tui(source, ascii=True) as t:
        await t.press("v")
        await t.sees(">lr log")
        for _ in range(3):
            assert t.text.isascii()
            await t.press("tab")
        await t.press("tab", "tab", "enter")
        assert t.text.isascii()
