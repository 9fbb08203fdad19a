"""The table paints what changed and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace
from textual.app import App
from textual.pilot import Pilot

from engine.core.views import BestView, EngineView, MetricView, SweepView, TrialView
from engine.protocol.messages import Delta, Snapshot
from tui_tuner.theme import themes
from tui_tuner.view_state import Sort, ViewState, reduce, sort_by
from tui_tuner.widgets.lines import gaps
from tui_tuner.widgets.trial_table import TrialTable


class CountingTable(TrialTable):
    """Remembers the lines it was asked to paint."""

    painted: list[int]

    def render_line(self, y):
        self.painted.append(y)
        return super().render_line(y)


class TableApp(App[None]):
    """Nothing but the table."""

    CSS = "".join(f".role--{role} {{ }}\n" for role in ("dim",)) + "TrialTable { height: 1fr; }"

    def __init__(self):
        super().__init__()
        self.register_theme(themes("truecolor")[0])
        self.theme = "dark"

    def compose(self):
        table = CountingTable()
        table.painted = []
        yield table


async def settled(pilot: Pilot[None], table: CountingTable) -> None:
    """Wait until the screen has been refreshed and nothing more was painted since."""
    before = -1
    while before != len(table.painted):
        before = len(table.painted)
        await pilot.pause()
        refreshed = asyncio.Event()
        table.call_after_refresh(refreshed.set)
        await refreshed.wait()


def row(number: int, **fields) -> TrialView:
    base = TrialView(
        id=f"t{number:04d}",
        state="running",
        params={"lr": 0.1 / number, "width": number},
        stage="main",
        budget=10,
        origin="random",
        parent=None,
        space_version=1,
        seed=number,
        step=1,
        best=0.5,
        value=0.5,
        spark=[0.5],
        attempt_started_at=0.0,
        started_at=0.0,
    )
    return replace(base, **fields)


def snapshot(rows: list[TrialView]) -> ViewState:
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


@asynccontextmanager
async def showing(state: ViewState) -> AsyncIterator[tuple[Pilot[None], CountingTable]]:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(CountingTable)
        table.show(state, 0.0)
        yield pilot, table


async def test_a_delta_paints_the_lines_it_touches():
    state = snapshot([row(n) for n in range(1, 101)])
    async with showing(state) as (pilot, table):
        await settled(pilot, table)

        table.painted.clear()
        state = reduce(state, Delta(seq=2, trials=[row(5, step=2, value=0.6)]))
        table.show(state, 0.0)
        await settled(pilot, table)
        assert table.painted == [5]

        table.painted.clear()
        state = reduce(state, Delta(seq=3, trials=[row(90, step=7), row(101)]))
        table.show(state, 0.0)
        await settled(pilot, table)
        assert set(table.painted) <= {1, 2, 3, 4, 5, 6, 23}, "only the scroll bar may move"

        table.painted.clear()
        table.show(reduce(state, Delta(seq=4, trials=[row(90, step=8)])), 0.0)
        await settled(pilot, table)
        assert table.painted == []


async def test_a_second_that_passes_paints_only_the_clocks_that_moved():
    done = row(2, state="complete", elapsed_s=9.0, attempt_started_at=None)
    waiting = row(3, state="waiting", attempt_started_at=None)
    state = snapshot([row(1), done, waiting])
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(CountingTable)
        table.show(state, 5.0)
        await settled(pilot, table)
        table.painted.clear()
        table.show(state, 6.0)
        await settled(pilot, table)
        assert table.painted == [1]


async def test_moving_the_cursor_paints_two_lines():
    state = snapshot([row(n) for n in range(1, 101)])
    async with showing(state) as (pilot, table):
        await settled(pilot, table)
        table.painted.clear()
        table.move(1)
        await settled(pilot, table)
        assert sorted(table.painted) == [1, 2]


async def test_lines_that_come_to_another_place_are_not_painted_anew():
    state = snapshot([row(n) for n in range(1, 101)])
    async with showing(state) as (pilot, table):
        table.move_to(50)
        await settled(pilot, table)

        table.painted.clear()
        table.move_to(51)
        await settled(pilot, table)
        assert len(table.painted) <= 4, "two rows and the scroll bar; the others went up by one"


async def test_lines_are_painted_anew_in_another_theme():
    app = TableApp()
    app.register_theme(themes("truecolor")[1])
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(CountingTable)
        table.show(snapshot([row(1)]), 0.0)
        await settled(pilot, table)
        before = table.render_lines(table.outer_size.region)
        app.theme = themes("truecolor")[1].name
        await settled(pilot, table)
        assert table.render_lines(table.outer_size.region) != before


def test_gaps_are_where_nothing_was_found():
    assert gaps([None, None, 1, None, 2, 3]) == [(0, 2), (3, 4)]
    assert gaps([]) == []
