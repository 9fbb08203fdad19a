"""The table's columns: what fits, what a person chose, and what is scrolled to."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.core.views import BestView, EngineView, MetricView, SweepView, TrialView
from engine.protocol.messages import Delta, Snapshot
from tui_tuner.view import table as table_module
from tui_tuner.view.cells import Context, cells, memory_text
from tui_tuner.view.column_heads import column_at, heading
from tui_tuner.view.column_list import column_list, list_lines
from tui_tuner.view.columns import Choice, empty_columns, every_column, layout
from tui_tuner.view.finals import decimals
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view.table import Rows, Window, table_lines
from tui_tuner.view_state import Sort, ViewState, reduce, sort_by

WIDTHS = [*range(1, 90), 119, 120, 200, 400]


def row(number: int, **fields) -> TrialView:
    base = TrialView(
        id=f"t{number:04d}",
        state="running",
        params={"lr": 0.1 / number, "width": number, "best": number % 3, "depth": number % 7},
        stage="main",
        budget=10,
        origin="random",
        parent=None,
        space_version=1,
        seed=number,
        step=4,
        best=0.5,
        value=0.5,
        spark=[0.1, 0.5],
        attempt_started_at=100.0,
        started_at=100.0,
    )
    return replace(base, **fields)


def view(rows: list[TrialView]) -> ViewState:
    sweep = SweepView(
        name="digits",
        dir="/",
        state="running",
        engine=EngineView(pid=1, alive=True),
        metric=MetricView(name="val_acc", goal="maximize"),
        stage=None,
        space_version=1,
        slots=2,
        trials={},
        best=BestView(trial="t0001", value=0.9, step=1, params={}),
    )
    push = Snapshot(seq=1, sweep=sweep, trials=rows, decisions=[], first=True, more=False)
    return sort_by(reduce(ViewState(), push), Sort("id"))


def context(state: ViewState, **fields) -> Context:
    base = Context(
        glyphs=UNICODE,
        values=state.value_format,
        params=state.params,
        best=state.best_id,
        marks=frozenset(),
        now=140.0,
        places=decimals(state.finalists),
    )
    return base._replace(**fields)


def keys(shown) -> list[str]:
    return [column.key for column in shown.columns]


STATE = view([row(n) for n in range(1, 30)])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("choice", [Choice(), Choice(("lr", "curve", "note"), ("best",))])
def test_a_table_is_exactly_as_wide_as_its_room_however_far_it_is_scrolled(width, choice):
    for scrolled in (0, 1, 5, 99):
        for glyphs in (UNICODE, ASCII):
            shown = layout(STATE, width - 1, glyphs, choice, scrolled)
            made = context(STATE, glyphs=glyphs)
            lines = table_lines(STATE, shown, Window(0, 4, 1), width, made, Rows())
            assert [line_width(line) for line in lines] == [width] * 5


def test_id_and_state_stay_while_the_rest_is_scrolled():
    seen = set()
    for scrolled in range(20):
        shown = layout(STATE, 60, UNICODE, Choice(), scrolled)
        assert keys(shown)[:2] == ["id", "state"]
        seen |= set(keys(shown))
    there = {column.key for column in every_column(STATE)} - empty_columns(STATE)
    assert seen == there


def test_scrolling_ends_where_the_last_column_is_in_view():
    far = layout(STATE, 60, UNICODE, Choice(), 999)
    assert keys(far)[-1] == "reason"
    assert not far.later
    assert layout(STATE, 60, UNICODE, Choice(), far.scrolled) == far


def test_marks_say_that_there_is_more_to_either_side():
    first = layout(STATE, 60, UNICODE)
    assert first.later
    assert "<" not in text_of(heading(first, STATE, UNICODE))
    second = layout(STATE, 60, UNICODE, Choice(), 1)
    assert "st <" in text_of(heading(second, STATE, UNICODE))
    wide = layout(STATE, 400, UNICODE)
    assert (wide.later, wide.scrolled) == (False, 0)


def test_every_parameter_that_varies_has_a_column_whatever_it_is_called():
    params = [column for column in every_column(STATE) if column.param]
    assert {column.param for column in params} == {"lr", "width", "best", "depth"}
    clash = next(column for column in params if column.param == "best")
    assert not clash.sortable
    shown = (clash,)
    assert text_of(cells(row(5), shown, context(STATE))).split() == ["2"]


def test_columns_without_anything_to_say_are_left_out_until_they_have():
    measured = {"device %", "memory", "peak memory", "cpu %", "device"}
    costs = {"GPU hours", "best per hour"}
    assert empty_columns(STATE) == {*measured, *costs, "mean", "note"}
    used = view([row(1, util=87.4, peak_memory=9 * 2**30, note="odd"), row(2)])
    assert empty_columns(used) == {"mean", "memory", "cpu %", "device", *costs}
    text = text_of(cells(used.row_at(0), layout(used, 200).columns, context(used)))
    assert " 87 " in text
    assert " 9.0G " in text


def test_a_sweep_that_has_ended_has_no_time_left():
    ended = replace(STATE, sweep=replace(STATE.sweep, state="finished"))
    assert "time left" in keys(layout(STATE, 400))
    assert "time left" not in keys(layout(ended, 400))


def test_a_running_trial_says_how_long_it_still_needs():
    shown = layout(STATE, 400)
    assert " 40s " in text_of(cells(row(3), shown.columns, context(STATE)))
    ended = row(3, state="complete", attempt_started_at=None, elapsed_s=40.0)
    line = text_of(cells(ended, shown.columns, context(STATE)))
    column = next(c for c in shown.columns if c.key == "time left")
    assert " 40s " in line
    assert line.count("40s") == 1
    assert column.width == 5


def test_what_was_chosen_is_shown_in_its_order_and_new_parameters_come_last():
    choice = Choice(("curve", "gone", "lr"), ("best", "epoch", "elsewhere"))
    shown = layout(STATE, 400, UNICODE, choice)
    assert keys(shown)[:4] == ["id", "state", "curve", "lr"]
    assert not {"best", "epoch", "gone"} & set(keys(shown))
    assert {"width", "depth", "parameter best"} <= set(keys(shown))


def test_the_list_moves_hides_and_keeps_what_it_knows_of_other_sweeps():
    before = Choice(("id", "state", "curve", "gone", "lr"), ("elsewhere",))
    chosen = column_list(every_column(STATE), before, empty_columns(STATE))
    assert [item.column.key for item in chosen.items][:4] == ["id", "state", "curve", "lr"]
    changed = chosen.to(3).shifted(-1).toggled()
    choice = changed.choice(before)
    assert choice.shown[:3] == ("id", "state", "curve")
    assert "gone" in choice.shown
    assert {"lr", "elsewhere"} <= set(choice.hidden)
    assert "lr" not in choice.shown


def test_who_hides_a_column_leaves_the_rest_to_what_fits():
    chosen = column_list(every_column(STATE), Choice(), empty_columns(STATE))
    at = next(n for n, item in enumerate(chosen.items) if item.column.key == "epoch")
    choice = chosen.to(at).toggled().choice(Choice())
    assert choice == Choice((), ("epoch",))
    usual, without = (set(keys(layout(STATE, 80, UNICODE, c))) for c in (Choice(), choice))
    assert usual - without == {"epoch"}
    assert {"lr", "width"} <= without


@pytest.mark.parametrize("width", [1, 20, 80, 400])
def test_every_column_but_the_trial_and_its_state_can_be_hidden(width):
    every = every_column(STATE)
    for hidden in ({column.key for column in every}, {"epoch", "last", "best", "curve", "elapsed"}):
        shown = keys(layout(STATE, width, UNICODE, Choice((), tuple(hidden))))
        assert shown[:2] == ["id", "state"]
        assert not hidden & set(shown[2:])


def test_parameters_of_another_sweep_stand_among_the_parameters():
    choice = Choice(("id", "state", "curve", "gone", "lr", "last", "reason"))
    shown = keys(layout(STATE, 400, UNICODE, choice))
    assert shown[3] == "lr"
    assert set(shown[4:7]) == {"width", "depth", "parameter best"}
    assert shown[7:9] == ["last", "reason"]


def test_id_and_state_can_neither_be_hidden_nor_moved():
    chosen = column_list(every_column(STATE), Choice(), set())
    assert chosen.to(0).toggled().items == chosen.items
    assert chosen.to(1).shifted(1).items == chosen.items
    assert chosen.to(2).shifted(-1).items == chosen.items
    assert chosen.to(999).at == len(chosen.items) - 1


@pytest.mark.parametrize("width", [1, 10, 40, 76])
def test_the_list_fits_its_room(width):
    chosen = column_list(every_column(STATE), Choice(), empty_columns(STATE)).to(9)
    lines = list_lines(chosen, width, 6, ASCII)
    assert [line_width(line) for line in lines] == [width] * 6
    assert all(text_of(line).replace("…", "").isascii() for line in lines)
    if width > 20:
        assert any(text_of(line).startswith(">") for line in lines)


def test_a_cell_of_the_heading_belongs_to_its_column():
    shown = layout(STATE, 60).columns
    text = text_of(heading(layout(STATE, 60), STATE, UNICODE))
    for column in shown:
        x = text.index(column.title.strip())
        assert column_at(shown, x) is column
    assert column_at(shown, 0) is None
    assert column_at(shown, 500) is None


@pytest.mark.parametrize(
    ("size", "text"), [(2**20, "1M"), (2**30, "1.0G"), (int(9.14 * 2**30), "9.1G"), (2**37, "128G")]
)
def test_memory_is_short(size, text):
    assert memory_text(size) == text


class Counted(dict):
    """Rows that count how often one is looked at."""

    touched = 0

    def __getitem__(self, key):
        self.touched += 1
        return super().__getitem__(key)


@pytest.fixture
def written(monkeypatch):
    """The trials whose cells were written, one after the other."""
    names: list[str] = []

    def spy(row, columns, context):
        names.append(row.id)
        return cells(row, columns, context)

    monkeypatch.setattr(table_module, "cells", spy)
    return names


@pytest.mark.parametrize("count", [100, 10_000])
def test_only_rows_in_view_that_changed_are_written_again(written, count):
    state = view([row(n, state="complete", attempt_started_at=None) for n in range(1, count + 1)])
    rows, window = Rows(), Window(0, 40, 0)
    looked = []

    def draw(state: ViewState, at: Window, **fields) -> None:
        state = replace(state, rows=Counted(state.rows))
        shown = layout(state, 120)
        table_lines(state, shown, at, 121, context(state, **fields), rows)
        looked.append(state.rows.touched)

    draw(state, window)
    assert len(written) == 40
    written.clear()
    draw(state, window)
    draw(state, Window(0, 40, 7))
    assert written == []
    state = reduce(state, Delta(seq=2, trials=[row(5), row(count - 1)]))
    draw(state, window)
    assert written == ["t0005"]
    draw(state, window, now=141.0)
    assert written == ["t0005", "t0005"]
    draw(state, window, now=141.0, marks=frozenset({"t0009"}))
    assert written[2:] == ["t0009"]
    draw(state, Window(1, 40, 0), now=141.0, marks=frozenset({"t0009"}))
    assert written[3:] == ["t0041"]
    assert max(looked) <= 40 + 2 * 200
