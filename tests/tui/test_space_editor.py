"""The range editor over a sweep in memory: what a person sees and does on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.core.acts import EditSpace
from engine.core.edits import Fix, SetChoices, SetRange, UseVersion
from tests.fakes.space_source import SpaceSource
from tests.tui.conftest import Tui, running
from tui_tuner.screens.space_editor import SpaceEditor
from tui_tuner.widgets.range_panel import RangePanel
from tui_tuner.widgets.range_table import RangeTable

CONFIG: dict[str, Any] = {
    "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
    "dropout": {"min": 0.0, "max": 0.7},
    "width": {"values": [32, 64, 128]},
    "seed_offset": {"value": 0},
    "batch": {"min": 16, "max": 512, "q": 16, "distribution": "q_uniform"},
}


@pytest.fixture
def source(tmp_path: Path) -> SpaceSource:
    """t0001 to t0020 ended, the best at lr 0.01; t0021 diverged, t0022 runs, t0023 waits."""
    sweep = SpaceSource(tmp_path, CONFIG)
    for number in range(1, 24):
        lr = 10.0 ** (-6 + number * 0.3)
        width = (32, 64, 128)[number % 3]
        sweep.propose({"lr": lr, "dropout": 0.1, "width": width, "seed_offset": 0})
    for number in range(1, 22):
        sweep.start(number)
        sweep.report(number, 5, 0.9 - abs(number - 13.4) / 20)
        sweep.end(number, "complete")
    sweep.change(21, state="failed", failure="diverged")
    sweep.start(22)
    return sweep


@asynccontextmanager
async def editor(
    source: SpaceSource, size: tuple[int, int] = (120, 40), **options: Any
) -> AsyncIterator[Tui]:
    async with running(source, size, **options) as t:
        t.app.push_screen(SpaceEditor())
        await t.sees("seed_offset")
        yield t


def editing(t: Tui) -> Any:
    screen = t.app.screen_stack[2]
    assert isinstance(screen, SpaceEditor)
    return screen.editing


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_it_shows_every_parameter_and_the_trials_over_the_chosen_one(source, size):
    async with editor(source, size) as t:
        assert "1e-6 … 10" in t.text
        assert "32, 64, 128" in t.text
        assert "★ 10 best" in t.text
        assert t.text.count("★") == 11
        assert "tried" in t.text
        assert "Esc leave" in t.lines[-1]
        assert "? help" in t.lines[-1]


async def test_brackets_move_and_the_engine_says_what_it_would_mean(source):
    async with editor(source) as t:
        await t.press(*["ctrl+right"] * 3)
        await t.sees("→ 1e-3 … 10")
        await t.sees("21 finished: 12 inside stay informative · nothing waiting is redrawn")
        assert "space v1 → v2" in t.text
        assert source.acts == []


async def test_typing_digits_sets_the_active_bracket_and_escape_takes_it_back(source):
    async with editor(source) as t:
        await t.press("tab", *"3e-2")
        await t.sees("→ 1e-6 … 0.03")
        await t.press("escape")
        await t.until(lambda: editing(t).edits() == ())
        await t.press(*"0.1", "enter")
        await t.until(lambda: editing(t).edits() == (SetRange(parameter="lr", high=0.1),))
        assert isinstance(t.app.screen, SpaceEditor)


async def test_a_bad_number_is_told_beside_it(source):
    async with editor(source) as t:
        await t.press(*"5x")
        await t.sees("'5x' is no number")
        await t.press("enter")
        await t.sees("'5x' is no number")
        await t.press("escape")
        await t.until(lambda: "no number" not in t.text)


async def test_a_box_of_the_best_comes_from_the_engine(source):
    async with editor(source) as t:
        await t.press("t", "enter")
        await t.until(lambda: editing(t).edits())
        edit = editing(t).edits()[0]
        assert isinstance(edit, SetRange)
        assert 1e-6 < edit.low < 0.01 < edit.high < 10
        await t.sees("stay informative")


async def test_a_box_of_fewer_trials_than_asked_for_says_so(source):
    async with editor(source) as t:
        await t.press("t", *"30", "enter")
        await t.sees("where the best 21 lie: no more trials have reported a value yet")


async def test_a_number_typed_for_the_box_replaces_the_one_at_hand(source):
    async with editor(source) as t:
        await t.press("t", *"12")
        await t.until(lambda: t.app.screen.query_one("#range-typed").value == "12")
        await t.press("backspace", "enter")
        await t.sees("at least 2 trials")


async def test_several_edits_are_applied_at_once_with_a_reason(source):
    async with editor(source) as t:
        await t.press(*"1e-4", "enter", "down", "tab", *"0.5", "enter", "down", "space")
        await t.sees("3 edited")
        await t.press("enter")
        await t.sees("Space v1 to v2")
        await t.press(*"it plateaus", "enter")
        await t.until(lambda: source.acts)
        act, _, why = source.acts[0]
        assert why == "it plateaus"
        assert act.edits == (
            SetRange(parameter="lr", low=1e-4),
            SetRange(parameter="dropout", high=0.5),
            SetChoices(parameter="width", values=(64, 128)),
        )
        await t.sees("now (v2)")
        await t.sees("U undoes: ")
        assert "3 changed since v1" in t.text
        assert editing(t).edits() == ()


async def test_running_trials_outside_are_kept_unless_one_says_prune(source):
    async with editor(source) as t:
        await t.press("tab", *"0.1", "enter")
        await t.sees("1 running outside")
        assert "t0022" in t.text
        await t.press("x")
        await t.until(lambda: editing(t).outside == "prune")
        await t.until(lambda: source.previews[-1].outside == "prune")
        await t.press("enter")
        await t.sees("prune the 1 running outside")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0].outside == "prune"
        assert source.trial(22).state == "pruned"


async def test_what_the_engine_refuses_is_said_and_cannot_be_applied(source):
    async with editor(source) as t:
        await t.press("end", *"17", "enter", "tab", *"20", "enter")
        await t.sees("no multiple of 16 lies from 17 to 20")
        await t.press("enter")
        await t.until(lambda: not isinstance(t.app.screen, SpaceEditor))
        await t.press("enter")
        await t.press("escape")
        await t.until(lambda: isinstance(t.app.screen, SpaceEditor))
        assert source.acts == []


async def test_fix_keeps_the_best_value_and_o_brings_the_range_back(source):
    async with editor(source) as t:
        await t.press("f")
        await t.until(lambda: editing(t).edits())
        best = source.trial(13).params["lr"]
        assert editing(t).edits() == (Fix(parameter="lr", value=best),)
        await t.press("o")
        await t.until(lambda: editing(t).edits() == ())


async def test_choices_show_how_they_did_and_a_new_one_can_be_written(source):
    async with editor(source) as t:
        await t.press("down", "down")
        await t.sees("mean, from the worst trial to the best")
        await t.press("+", *"256", "enter")
        await t.sees("→ 32, 64, 128, 256")
        await t.press("left", "space")
        await t.sees("→ 32, 64, 256")


async def test_versions_are_listed_and_one_is_made_current_again(source):
    async with editor(source) as t:
        await t.press(*"1e-4", "enter", "enter")
        await t.sees("Space v1 to v2")
        await t.press("enter")
        await t.sees("now (v2)")
        await t.press("v")
        await t.sees("as the config has it")
        await t.press("down", "enter")
        await t.sees("Space v2 to v3")
        await t.press("enter")
        await t.until(lambda: len(source.acts) == 2)
        assert source.acts[1][0] == EditSpace(edits=(UseVersion(version=1),))
        await t.sees("now (v3)")


async def test_a_dead_engine_is_offered_to_be_started(source):
    source.live = False
    async with editor(source, start_engine=lambda: None) as t:
        await t.press("right", "enter")
        await t.until(lambda: not isinstance(t.app.screen, SpaceEditor))
        assert "engine" in t.text
        await t.press("escape")
        await t.until(lambda: isinstance(t.app.screen, SpaceEditor))


async def test_u_takes_the_edit_back_from_here(source):
    async with editor(source) as t:
        await t.press("U")
        await t.sees("Undo")


async def test_new_trials_appear_and_leave_the_cursor_where_it_is(source):
    async with editor(source) as t:
        await t.press("down", "tab", "left")
        await t.sees("20 ended")
        before = editing(t)
        source.report(22, 5, 0.3)
        source.end(22, "complete")
        await t.sees("21 ended")
        assert editing(t) is before


async def test_a_version_made_elsewhere_arrives_and_edits_stay(source):
    async with editor(source) as t:
        await t.press("down", "tab", *"0.5", "enter")
        elsewhere = EditSpace(edits=(SetRange(parameter="lr", low=1e-3),))
        await source.act(elsewhere, who="bob@pts/2", why=None, request="1", dry_run=False)
        await t.sees("now (v2)")
        await t.sees("1e-3 … 10")
        assert editing(t).edits() == (SetRange(parameter="dropout", high=0.5),)


async def test_escape_leaves_and_forgets(source):
    async with editor(source) as t:
        await t.press("right", "escape")
        await t.until(lambda: len(t.app.screen_stack) == 2)
        assert source.acts == []


async def test_a_read_only_view_edits_nothing(source):
    async with editor(source, read_only=True) as t:
        await t.press("right", "enter")
        await t.sees("read-only")
        assert source.acts == []


async def test_without_trials_it_says_what_will_fill_it(tmp_path):
    async with editor(SpaceSource(tmp_path, CONFIG), (80, 24)) as t:
        await t.sees("no trials yet: each will be a dot here once it has ended")
        await t.press("right")
        await t.sees("no trial has finished yet")


async def test_ascii_is_enough(source):
    async with editor(source, (80, 24), ascii=True) as t:
        await t.press("right", "tab", "left")
        await t.sees("space v1 -> v2")
        assert t.text.isascii(), [line for line in t.lines if not line.isascii()]


class CountingRows(dict):
    """Counts how often the trials are gone through."""

    passes = 0

    def values(self):
        self.passes += 1
        return super().values()


async def test_a_moving_bracket_costs_cells_and_not_trials(source):
    async with editor(source) as t:
        rows = CountingRows(t.app.view.rows)
        t.app.change_view(replace(t.app.view, rows=rows))
        await t.pilot.pause()
        rows.passes = 0
        await t.press("right", "right", "tab", "left")
        assert len(editing(t).edits()) == 1
        assert rows.passes == 0


async def test_a_bracket_repaints_what_it_passes_and_not_the_rest(source, monkeypatch):
    async with editor(source) as t:
        await t.press("right")
        await t.sees("stay informative")
        painted: list[tuple[str, int]] = []
        for kind in (RangeTable, RangePanel):
            original = kind.render_line

            def render(self, y, original=original):
                painted.append((type(self).__name__, y))
                return original(self, y)

            monkeypatch.setattr(kind, "render_line", render)
        source.decide("note", "nothing to do with ranges")
        await t.pilot.pause()
        assert painted == [], "what is not shown here paints nothing"
        await t.press("right")
        await t.sees("→ 1.6e-6")
        table = {y for name, y in painted if name == "RangeTable"}
        assert table == {1}, "one row of the table"
