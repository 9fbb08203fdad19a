"""The pictures of the space: trials on cells, choices in bands, axes side by side, coverage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_view_ranges_points import row
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view.numbers import ValueFormat
from tui_tuner.view.ranges import Parameter, Shape
from tui_tuner.view.space_coverage import coverage_line, emptiest, pair_lines
from tui_tuner.view.space_panels import arrange
from tui_tuner.view.space_parallel import parallel_lines
from tui_tuner.view.space_places import places_of
from tui_tuner.view.space_scatter import scatter, scatter_lines
from tui_tuner.view.space_trials import BEST, FAILED, PRUNED, gather_trials

LOG = Shape(low=1e-5, high=1.0, scale="log")
LR = Parameter(name="lr", kind="float", now=LOG, first=LOG)
CHOICES = Shape(values=(32, 64))
WIDTH = Parameter(name="width", kind="categorical", now=CHOICES, first=CHOICES)
VALUES = ValueFormat()


def trials_of(rows, maximize=True):
    return gather_trials({one.id: one for one in rows}, maximize=maximize)


ROWS = [row(n, 10.0 ** (-5 + n / 5), 0.5 + n / 100) for n in range(1, 21)]


def drawn(rows, parameter=LR, size=(60, 12), maximize=True, glyphs=UNICODE):
    lines = scatter_lines(parameter, trials_of(rows, maximize), VALUES, size, glyphs)
    assert len(lines) == size[1]
    assert all(line_width(line) == size[0] for line in lines)
    return [text_of(line) for line in lines]


def test_every_trial_that_ended_is_a_dot_and_a_quarter_of_few_are_the_best():
    text = "".join(drawn(ROWS))
    assert text.count("★") == 5
    assert text.count("•") == 15


def test_what_became_of_a_trial_has_a_glyph_of_its_own():
    lost = row(30, 0.3, None, "failed", failure="diverged")
    lines = drawn([*ROWS, row(31, 1e-5, 0.2, "pruned"), lost])
    assert "◦" in lines[8]
    assert lines[9].count("✕") == 2, "the label of the line, and the trial"


def test_a_hopeless_trial_flattens_nothing_and_shows_at_the_edge():
    lines = drawn([*ROWS, row(30, 1e-3, -1e6)])
    assert lines[9].count("▼") == 2, "the hopeless one, and one below the worst eighth"
    assert "-1000000" not in "".join(lines)
    upper = drawn([*ROWS, row(30, 1e-3, 1e6)], maximize=False)
    assert upper[0].count("▲") == 2


def test_trials_of_a_choice_stand_beside_each_other_in_its_band():
    rows = [row(2 * n, 0.1, 0.5) for n in range(1, 7)] + [row(1, 0.1, 0.9)]
    plot = scatter(WIDTH, trials_of(rows), 20, 9)
    assert sorted(x for x, y in plot.cells if y == 8) == [10, 11, 12, 13, 14, 15]
    assert all(cell.count == 1 for cell in plot.cells.values())


def test_more_trials_of_a_choice_than_its_band_has_cells_share_them():
    rows = [row(2 * n, 0.1, 0.5) for n in range(1, 41)] + [row(1, 0.1, 0.9)]
    plot = scatter(WIDTH, trials_of(rows), 20, 9)
    assert sum(cell.count for cell in plot.cells.values()) == 41
    assert max(x for x, _ in plot.cells) < 20


def test_the_best_in_a_cell_is_what_shows():
    rows = [row(n, 1e-3, 0.5, "pruned") for n in range(1, 9)] + [row(9, 1e-3, 0.5)]
    plot = scatter(LR, trials_of(rows), 20, 5)
    assert [cell.kind for cell in plot.cells.values()] == [BEST]
    kinds = {one.name: one.kind for one in trials_of(rows).ended}
    assert kinds["t0001"] in (BEST, PRUNED)


def test_infeasible_trials_count_as_failed_without_a_score():
    told = trials_of([row(1, 0.1, 0.9, "pruned", infeasible=True), *ROWS[1:]])
    assert (told.ended[0].score, told.ended[0].kind) == (None, FAILED)


def test_trials_outside_a_narrowed_range_are_counted():
    narrow = Shape(low=1e-3, high=1e-1, scale="log")
    parameter = Parameter(name="lr", kind="float", now=narrow, first=LOG)
    plot = scatter(parameter, trials_of(ROWS), 20, 5)
    assert plot.outside == 9


def test_a_few_whole_numbers_have_a_band_each():
    shape = Shape(low=1, high=4)
    places = places_of(Parameter(name="layers", kind="int", now=shape, first=shape))
    assert places.names == ("1", "2", "3", "4")
    assert places.column(3, 40) == 20


def test_the_emptiest_stretch_of_a_range_is_named():
    tried = [{"lr": 10.0**-n} for n in (5, 4, 2, 1, 0)]
    assert emptiest("lr", places_of(LR), tried) == "none in 1e-4 … 0.01, 40 % of it"
    assert emptiest("width", places_of(WIDTH), [{"width": 32}]) == "least: 64, 0 times"
    assert emptiest("lr", places_of(LR), []) == "never tried"
    dense = [{"lr": 10.0 ** (-5 + n / 200)} for n in range(1001)]
    assert emptiest("lr", places_of(LR), dense) == "no gap worth a name"


def test_a_strip_is_as_high_as_often_it_was_tried():
    rows = [row(n, 1e-4, 0.5) for n in range(1, 20)] + [row(30, 0.5, 0.5)]
    line = text_of(coverage_line(LR, trials_of(rows), 100, UNICODE))
    assert "▇" in line
    assert "▁" in line
    assert "─" in line


def test_pairs_are_shaded_by_how_often_they_were_tried():
    text = "".join(
        text_of(line) for line in pair_lines(LR, WIDTH, trials_of(ROWS), (40, 8), UNICODE)
    )
    assert "█" in text
    assert " " in text


def test_parallel_axes_join_the_best_over_the_worst():
    lines = parallel_lines([LR, WIDTH], "lr", trials_of(ROWS), VALUES, (60, 14), UNICODE)
    roles = {role for line in lines[2:-1] for _, role in line}
    assert {"best", "dim"} <= roles
    assert "objective" in text_of(lines[0])


@given(st.integers(1, 12), st.integers(1, 220), st.integers(1, 70))
def test_a_sheet_never_exceeds_its_room(count, width, height):
    sheet = arrange(count, width, height)
    assert sheet.across * (sheet.width + 2) - 2 <= width
    assert sheet.down * sheet.height <= height


@given(
    st.lists(
        st.tuples(
            st.floats(1e-9, 1e9),
            st.one_of(st.none(), st.floats()),
            st.sampled_from(["complete", "pruned", "failed", "running"]),
        ),
        max_size=30,
    ),
    st.tuples(st.integers(1, 90), st.integers(1, 30)),
    st.booleans(),
)
def test_any_trials_at_any_size_make_whole_lines(trials, size, maximize):
    rows = [row(n, lr, best, state) for n, (lr, best, state) in enumerate(trials, 1)]
    told = trials_of(rows, maximize)
    for parameter in (LR, WIDTH):
        for lines in (
            scatter_lines(parameter, told, VALUES, size, ASCII),
            pair_lines(parameter, LR, told, size, UNICODE),
            parallel_lines([parameter, LR], "lr", told, VALUES, size, ASCII),
        ):
            assert len(lines) == size[1]
            assert all(line_width(line) == size[0] for line in lines)


@pytest.mark.parametrize("name", ["\x1b[31mred", "损失函数" * 9, "n" * 500, "a\u202eb [/b]"])
def test_hostile_names_leave_lines_whole(name):
    shape = Shape(values=(name, "x"))
    parameter = Parameter(name=name, kind="categorical", now=shape, first=shape)
    told = trials_of([row(n, 0.1, 0.5, params={name: name}) for n in range(1, 9)])
    for width in (20, 50):
        lines = [
            *scatter_lines(parameter, told, VALUES, (width, 9), UNICODE),
            *parallel_lines([parameter], name, told, VALUES, (width, 9), UNICODE),
            coverage_line(parameter, told, width, UNICODE),
        ]
        for line in lines:
            assert line_width(line) == width
            assert text_of(line).isprintable()
