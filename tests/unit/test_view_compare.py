"""Names tell trials apart in few words; a comparison keeps its place."""

from __future__ import annotations

import pytest

from engine.core.views import AttemptView, TrialView
from tui_tuner.view.compare import AT_ONCE, Comparison
from tui_tuner.view.compare_curves import compare_plot, read_off
from tui_tuner.view.compare_names import differing, short_names, values
from tui_tuner.view.glyphs import UNICODE
from tui_tuner.view_state import ViewState


def trial(number: int, **params) -> TrialView:
    return TrialView(
        id=f"t{number:04d}",
        state="complete",
        params=params,
        stage="main",
        budget=5,
        origin="",
        parent=None,
        space_version=1,
        seed=number,
    )


def test_one_parameter_names_trials_where_it_tells_them_apart():
    rows = [trial(1, width=64, lr=1e-3), trial(2, width=64, lr=3.14e-4)]
    assert short_names(rows, {}, "-") == ["t0001 lr 1e-3", "t0002 lr 3.1e-4"]


def test_two_parameters_name_trials_where_one_is_not_enough():
    rows = [trial(1, a=1, b="x"), trial(2, a=1, b="y"), trial(3, a=2, b="x")]
    assert short_names(rows, {}, "-") == ["t0001 1 x", "t0002 1 y", "t0003 2 x"]


def test_repeats_are_named_by_their_ids_alone():
    assert short_names([trial(1, a=1), trial(2, a=1)], {}, "-") == ["t0001", "t0002"]
    assert short_names([], {}, "-") == []


def test_values_are_as_long_as_it_takes_to_tell_them_apart():
    rows = [trial(1, lr=0.00312), trial(2, lr=0.00314)]
    first, second = values(rows, "lr", {}, "-")
    assert first != second


def test_a_parameter_that_only_some_trials_have_differs():
    rows = [trial(1, optimizer="sgd", momentum=0.9), trial(2, optimizer="adam")]
    assert differing(rows) == ["optimizer", "momentum"]
    assert values(rows, "momentum", {}, "-") == ["0.9", "-"]


def test_choosing_goes_round_and_turns_the_page():
    names = tuple(f"t{number:04d}" for number in range(AT_ONCE + 2))
    all_of_them = Comparison(trials=names)
    assert all_of_them.with_chosen(1).chosen == names[0]
    assert all_of_them.with_chosen(-1).chosen == names[AT_ONCE - 1]
    last = all_of_them.with_chosen(1).with_chosen(-1)
    assert (last.chosen, last.page) == (names[-1], 1)
    assert last.on_next_page().shown == names[:AT_ONCE]
    assert Comparison().with_chosen(1) == Comparison()


def test_dropping_the_last_of_a_page_goes_back_to_the_page_before():
    names = tuple(f"t{number:04d}" for number in range(AT_ONCE + 1))
    left = Comparison(trials=names, chosen=names[-1], page=1).without(names[-1])
    assert left.shown == names[:AT_ONCE]
    assert left.chosen == names[AT_ONCE - 1]


def attempt(n: int, start: float, end: float | None) -> AttemptView:
    return AttemptView(
        n=n, device="cpu", slot=0, pid=1, started_at=start, ended_at=end,
        exit=None, outcome=None, start=None,
    )  # fmt: skip


def test_over_time_at_work_the_gap_between_attempts_does_not_count():
    row = trial(1, lr=0.1)
    row.attempt_list = [attempt(1, 100.0, 110.0), attempt(2, 500.0, None)]
    curves = {"t0001": {"": [(1, 0.5, 105.0), (2, 0.6, 109.0), (3, 0.7, 503.0)]}}
    state = ViewState(rows={"t0001": row})
    comparison = Comparison(trials=("t0001",), x_axis="wall time")
    (series,) = compare_plot(
        state, comparison, {"t0001": {"loss": curves["t0001"][""]}}, UNICODE
    ).series
    assert [x for x, _ in series.points] == [5.0, 9.0, 13.0]


def test_the_best_lies_on_top_and_is_read_first():
    state = ViewState(rows={"t0001": trial(1, a=1), "t0002": trial(2, a=2)})
    curves = {
        name: {"loss": [(1, v, 0.0), (2, v, 1.0)]} for name, v in (("t0001", 0.1), ("t0002", 0.2))
    }
    comparison = Comparison(trials=("t0001", "t0002"), cursor=2.0, weight=0.6)
    plot = compare_plot(state, comparison, curves, UNICODE)
    assert [series.role for series in plot.series] == ["plot2", "plot1"]
    assert read_off(plot, comparison) == pytest.approx([0.1, 0.2])
