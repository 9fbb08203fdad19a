"""The funnel of stages fits any width, and keeps the current stage in sight."""

from __future__ import annotations

import pytest

from engine.core.views import StageView
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view.stages import stage_line

FUNNEL = [
    StageView(name="coarse", budget=1, state="done", done=60, total=60),
    StageView(name="medium", budget=5, state="running", done=12, total=20),
    StageView(name="fine", budget=27, state="waiting", done=0, total=5, repeats=3),
]


@pytest.mark.parametrize("width", [*range(1, 60), 80, 120, 200, 400])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_it_is_exactly_as_wide_as_the_screen(width, glyphs):
    assert line_width(stage_line(FUNNEL, glyphs, width)) == width
    assert line_width(stage_line(FUNNEL, glyphs, width, 7000.0)) == width


def test_the_stage_that_runs_says_how_long_it_still_needs():
    assert "12/20 10m left →" in text_of(stage_line(FUNNEL, UNICODE, 80, 6675.0))
    assert "left" not in text_of(stage_line(FUNNEL, UNICODE, 80))


def test_at_eighty_columns_it_has_every_stage_with_its_bar():
    text = text_of(stage_line(FUNNEL, UNICODE, 80))
    assert text.split("→")[0].split() == ["coarse", "━" * 11, "60/60"]
    assert "━━━━━━╸────" in text
    assert text.rstrip().endswith("0/5 x 3")


def test_where_room_is_short_the_bars_go_and_then_the_stages_farthest_away():
    assert text_of(stage_line(FUNNEL, UNICODE, 48)).count("/") == 3
    assert "━" not in text_of(stage_line(FUNNEL, UNICODE, 46))
    assert "12/20" in text_of(stage_line(FUNNEL, UNICODE, 20))


def test_ten_stages_keep_the_one_that_runs_in_sight():
    many = [
        StageView(name=f"s{n}", budget=n, state="done" if n < 9 else "running", total=5)
        for n in range(10)
    ]
    assert "s9" in text_of(stage_line(many, UNICODE, 60))


def test_a_stage_without_a_known_end_shows_what_it_has_done():
    endless = [StageView(name="main", budget=5, state="running", done=7), FUNNEL[2]]
    assert "7 →" in text_of(stage_line(endless, UNICODE, 80))


def test_a_hostile_name_breaks_nothing():
    wild = [StageView(name="\x1b]52;c;\x07损失" * 20, budget=1, state="running", done=1), FUNNEL[2]]
    line = stage_line(wild, UNICODE, 80)
    assert line_width(line) == 80
    assert text_of(line).isprintable()


@pytest.mark.parametrize("first", ["done", "running"])
@pytest.mark.parametrize("width", [*range(18, 60), 80])
def test_the_last_stage_that_runs_is_in_sight_although_trials_of_others_still_do(first, width):
    stages = [
        StageView(name="coarse", budget=1, state=first, done=48, total=48),
        StageView(name="medium", budget=5, state="done", done=28, total=28),
        StageView(name="fine", budget=27, state="running", done=2, total=5, repeats=3),
    ]
    assert "2/5 x 3" in text_of(stage_line(stages, UNICODE, width, 3000.0))


def test_what_is_over_gives_way_to_what_is_to_come():
    text = text_of(stage_line(FUNNEL, UNICODE, 34))
    assert "12/20" in text
    assert "0/5 x 3" in text
    assert "60/60" not in text


def test_of_a_sweep_that_has_ended_the_last_stage_stays():
    over = [StageView(name=f"s{n}", budget=n, state="done", done=n, total=n) for n in range(9)]
    assert "s8 8/8" in text_of(stage_line(over, UNICODE, 20))
