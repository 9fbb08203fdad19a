"""The view state: whatever order news comes in, it ends as a fresh snapshot would."""

from __future__ import annotations

import time

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.core.views import EngineView, MetricView, SweepView, TrialView
from engine.protocol.messages import Delta, Snapshot
from tui_tuner.view.cells import sparkline
from tui_tuner.view.glyphs import UNICODE
from tui_tuner.view.line import crop, fit, line_width, width_of
from tui_tuner.view.numbers import duration, param_format, short, value_format
from tui_tuner.view.order import Filter
from tui_tuner.view_state import (
    Sort,
    ViewState,
    filter_by,
    reduce,
    settled,
    sort_by,
    toggle_mark,
    trial_elapsed_s,
)
from tui_tuner.widgets.curve_plot import Curve, curve_plot
from tui_tuner.widgets.lines import changed_span

SWEEP = SweepView(
    name="digits",
    dir="/",
    state="running",
    engine=EngineView(pid=1, alive=True),
    metric=MetricView(name="val_acc", goal="maximize"),
    stage=None,
    space_version=1,
    slots=2,
    trials={},
)


def row(number: int, **fields) -> TrialView:
    base = TrialView(
        id=f"t{number:04d}",
        state="waiting",
        params={"lr": 0.1 / number, "opt": "sgd" if number % 2 else "adam"},
        stage="main",
        budget=10,
        origin="random",
        parent=None,
        space_version=1,
        seed=number,
    )
    return replace(base, **fields)


def snapshot(rows, seq=1, first=True, more=False, sweep=SWEEP) -> Snapshot:
    return Snapshot(seq=seq, sweep=sweep, trials=rows, decisions=[], first=first, more=more)


values = st.one_of(st.none(), st.floats(allow_nan=True, width=16))
news = st.builds(
    row,
    st.integers(1, 30),
    state=st.sampled_from(["waiting", "running", "complete", "pruned", "failed"]),
    best=values,
    value=values,
    step=st.one_of(st.none(), st.integers(0, 10)),
    elapsed_s=st.sampled_from([0.0, 1.0, 5.0]),
)
columns = st.sampled_from(["state", "id", "epoch", "last", "best", "elapsed", "lr", "opt", "gone"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(news, max_size=4), max_size=12), columns, st.booleans(), st.booleans())
def test_deltas_lead_where_a_snapshot_leads(batches, column, reverse, filtered):
    start = sort_by(ViewState(), Sort(column, reverse))
    if filtered:
        start = filter_by(start, Filter("running", lambda r: r.state == "running"))
    state = reduce(start, snapshot([row(n) for n in range(1, 41)]))
    latest = {r.id: r for r in state.rows.values()}
    for seq, batch in enumerate(batches, 2):
        state = reduce(state, Delta(seq=seq, trials=batch), at=float(seq))
        latest.update({r.id: r for r in batch})
    state = settled(state, at=100.0)
    whole = reduce(start, snapshot(list(latest.values()), seq=state.seq))
    assert state.order == whole.order
    assert repr(state.rows) == repr(whole.rows)
    assert state.params == whole.params


def test_a_snapshot_in_parts_shows_only_when_whole():
    old = reduce(ViewState(), snapshot([row(1)]))
    half = reduce(old, snapshot([row(2)], seq=5, more=True))
    assert set(half.rows) == {"t0001"}
    whole = reduce(half, snapshot([row(3)], seq=5, first=False))
    assert set(whole.rows) == {"t0002", "t0003"}
    assert whole.seq == 5
    assert not whole.pending


def test_a_state_never_changes_in_place():
    before = reduce(ViewState(), snapshot([row(1), row(2)]))
    kept = (dict(before.rows), before.order, before.marks)
    after = toggle_mark(reduce(before, Delta(seq=2, trials=[row(1, state="running")])), "t0001")
    assert (dict(before.rows), before.order, before.marks) == kept
    assert after.rows["t0001"].state == "running"
    assert after.marks == {"t0001"}


def test_a_held_trial_keeps_the_time_of_the_attempt_that_is_held():
    held = row(1, state="paused", held=True, elapsed_s=60.0, attempt_started_at=100.0)
    assert trial_elapsed_s(held, now=128.0) == 88.0


def test_marks_of_trials_that_are_no_more_are_forgotten():
    state = toggle_mark(reduce(ViewState(), snapshot([row(1), row(2)])), "t0002")
    assert reduce(state, snapshot([row(1)], seq=9)).marks == frozenset()


def test_minimizing_puts_the_least_first_and_nan_last_either_way():
    sweep = replace(SWEEP, metric=MetricView(name="loss", goal="minimize"))
    rows = [row(1, best=2.0), row(2, best=0.5), row(3, best=float("nan")), row(4)]
    state = sort_by(reduce(ViewState(), snapshot(rows, sweep=sweep)), Sort("best"))
    assert [*state.order] == ["t0002", "t0001", "t0003", "t0004"]
    state = sort_by(state, Sort("best", reverse=True))
    assert [*state.order] == ["t0001", "t0002", "t0003", "t0004"]


def test_ten_rows_of_ten_thousand_cost_little():
    rows = [row(n, best=n / 1e4) for n in range(1, 10_001)]
    state = reduce(ViewState(), snapshot(rows))
    batch = [row(n, best=1 - n / 1e5, state="running") for n in range(500, 5500, 500)]
    costs = []
    for seq in range(2, 9):
        started = time.perf_counter()
        reduce(state, Delta(seq=seq, trials=batch))
        costs.append(time.perf_counter() - started)
    assert min(costs) < 0.02


def test_varying_parameters_come_with_the_most_varied_first():
    state = reduce(ViewState(), snapshot([row(n) for n in range(1, 6)]))
    assert state.varying() == ["lr", "opt"]
    same = reduce(ViewState(), snapshot([row(1, params={"lr": 1}), row(2, params={"lr": 1})]))
    assert same.varying() == []


def test_parameters_are_as_short_as_they_can_be():
    assert [short(v) for v in (3.1e-3, 0.21, 1e-5, 256, 0.0, 1.0, True, None, "adam")] == [
        *["3.1e-3", "0.21", "1e-5", "256", "0", "1", "true", "null", "adam"]
    ]
    assert [param_format([0.1, 0.01, 0.001]).text(v) for v in (0.1, 0.001)] == ["0.1", "1e-3"]
    fine = param_format([0.0123456, 0.0123457])
    assert len(fine.text(0.0123456)) <= 7
    spread = param_format([3.14159e-5, 2.71828e-1, 1.234e-3])
    assert [spread.text(v) for v in (3.14159e-5, 2.71828e-1)] == ["3.1e-5", "2.7e-1"]


def test_no_parameter_is_rounded_to_nothing():
    rates = param_format([0.067437, 0.000674, 0.674371, 0.006743])
    assert [rates.text(v) for v in (0.067437, 0.000674)] == ["6.7e-2", "6.7e-4"]
    shares = param_format([0.011, 0.25, 0.4321, 0.654])
    assert [shares.text(v) for v in (0.011, 0.4321)] == ["0.01", "0.43"]


def test_values_of_a_metric_share_their_decimals():
    assert value_format(0.9876).text(0.5) == "0.5000"
    assert value_format(123.456).text(7.0) == "7.00"
    assert value_format(1e-7).text(2.5e-7) == "2.5e-7"
    assert value_format(0.5).text(1e30) == "1e30"


def test_durations_are_short():
    assert [duration(s) for s in (0, 59.9, 184, 7800, 273_600)] == [
        *["0s", "59s", "3m04", "2h10", "3d04h"]
    ]


def test_sparklines_tell_rising_from_flat_and_mark_what_is_no_number():
    assert sparkline([0.0, 0.5, 1.0], UNICODE, 8) == "▁▄▇"
    assert sparkline([1.0, 1.0], UNICODE, 8) == "▄▄"
    assert sparkline([1.0, None], UNICODE, 8) == "▄✕"
    assert sparkline([], UNICODE, 8) == ""
    assert len(sparkline([float(n) for n in range(32)], UNICODE, 8)) == 8


points = st.lists(
    st.tuples(st.integers(-5, 10**6), st.one_of(st.none(), st.floats(allow_nan=False))), max_size=40
)


@settings(max_examples=150, deadline=None)
@given(points, st.integers(1, 120), st.integers(1, 40), st.booleans())
@example([(0, 1.7e308)], 20, 5, False)
def test_a_curve_fills_its_box_whatever_its_points(drawn, width, height, log):
    steps = tuple(sorted(dict(drawn).items()))
    lines = curve_plot(Curve(name="loss [/b]", points=steps, log=log), width, height, UNICODE)
    assert len(lines) == height
    assert all(line_width(line) == width for line in lines)


@given(st.text(max_size=40), st.integers(0, 30))
def test_fitted_text_takes_exactly_its_cells(text, width):
    from tui_tuner.view.line import plain

    assert width_of(fit(plain(text), width)) == width
    assert line_width(crop(((plain(text), "dim"), ("x", "")), width)) == width


def test_only_the_cells_that_differ_are_painted():
    assert changed_span((("abc", ""), ("def", "x")), (("abc", ""), ("dEf", "x"))) == (4, 1)
    assert changed_span((("abc", ""),), (("abc", ""),)) == (0, 0)
    assert changed_span((("abc", ""),), (("abc", "x"),)) == (0, 3)
