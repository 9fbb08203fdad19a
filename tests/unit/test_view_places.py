"""Places of rows: what reports again keeps its place for a while, what changes its state does not,
and neither costs a look at every row."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from engine.core.views import EngineView, MetricView, SweepView, TrialView
from engine.protocol.messages import Delta, Snapshot
from tui_tuner.view.order import Filter, Ordering
from tui_tuner.view.places import CALM_S
from tui_tuner.view_state import Sort, ViewState, filter_by, reduce, settled, sort_by

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
STATES = ("waiting", "running", "complete", "pruned")
SOON, LATE = CALM_S / 2, 2 * CALM_S


def row(number: int, **fields) -> TrialView:
    base = TrialView(
        id=f"t{number:04d}",
        state="running",
        params={"lr": 0.1},
        stage="main",
        budget=10,
        origin="random",
        parent=None,
        space_version=1,
        seed=number,
        best=1 - number / 1e5,
    )
    return replace(base, **fields)


def showing(*rows: TrialView, at: float = 0.0) -> ViewState:
    snapshot = Snapshot(seq=1, sweep=SWEEP, trials=[*rows], decisions=[], first=True, more=False)
    return reduce(ViewState(), snapshot, at)


def told(state: ViewState, *rows: TrialView, at: float) -> ViewState:
    return reduce(state, Delta(seq=state.seq + 1, trials=[*rows]), at)


def test_a_trial_that_overtakes_another_does_so_with_the_next_settling():
    state = told(showing(row(1), row(2)), row(2, best=2.0), at=SOON)
    assert state.order == ("t0001", "t0002")
    assert state.position("t0002") == 1
    assert state.row_at(1).best == 2.0
    assert settled(state, SOON) is state
    assert settled(state, LATE).order == ("t0002", "t0001")
    assert told(state, row(1, step=3), at=LATE).order == ("t0002", "t0001")


def test_a_trial_that_ends_goes_to_its_place_at_once_and_only_that_one():
    state = showing(row(1), row(2), row(3))
    state = told(state, row(3, best=2.0), at=SOON)
    state = told(state, row(1, state="complete"), at=SOON)
    assert state.order == ("t0002", "t0003", "t0001")
    assert [state.position(name) for name in state.order] == [0, 1, 2]


def test_where_many_end_they_are_seen_to_end_where_they_stand_and_go_together():
    state = showing(*(row(n) for n in range(1, 7)))
    for number in (1, 2, 3, 4):
        state = told(state, row(number, state="complete"), at=SOON)
    assert state.order == ("t0003", "t0004", "t0005", "t0006", "t0001", "t0002")
    assert state.row_at(0).state == "complete"
    assert [state.position(name) for name in state.order] == [0, 1, 2, 3, 4, 5]
    after = settled(state, LATE)
    assert after.order == ("t0005", "t0006", "t0001", "t0002", "t0003", "t0004")
    assert told(after, row(6, state="failed"), at=LATE).order[-1] == "t0006"


def waiting(number: int) -> TrialView:
    return row(number, state="waiting", best=None)


def started(number: int) -> TrialView:
    return row(number, best=None)


def test_a_trial_that_starts_takes_the_place_of_the_one_that_ended():
    state = showing(row(1), row(2), row(3), row(4, state="complete"), waiting(5))
    state = told(state, row(2, state="complete", best=0.5), started(5), at=SOON)
    assert state.order == ("t0001", "t0005", "t0003", "t0004", "t0002")
    assert told(state, row(5, best=2.0), at=SOON).order == state.order
    assert settled(state, LATE).order == ("t0001", "t0003", "t0005", "t0004", "t0002")


def test_so_it_does_when_its_start_is_told_later():
    state = showing(*(row(n) for n in range(1, 5)), waiting(5), waiting(6))
    for number in (1, 2, 3):
        state = told(state, row(number, state="complete"), at=SOON)
    assert state.order == ("t0003", "t0004", "t0001", "t0002", "t0005", "t0006")
    state = told(state, started(5), at=SOON)
    assert state.order == ("t0005", "t0004", "t0001", "t0002", "t0003", "t0006")


def test_where_one_ends_after_the_other_what_runs_stays_in_view_and_nothing_else_moves():
    state = showing(row(1), row(2), *(row(n, state="complete") for n in range(3, 9)))
    for number in range(10, 60):
        last = state.order[number % 2]
        before = [name for name in state.order if name != last]
        state = told(state, row(int(last[1:]), state="pruned"), started(number), at=SOON)
        assert {state.rows[name].state for name in state.order[:2]} == {"running"}
        assert state.order[number % 2] == f"t{number:04d}"
        if number > 11:
            assert [name for name in state.order if name in before] == before
        assert [state.position(name) for name in state.order] == [*range(len(state.order))]
    after = settled(state, LATE)
    assert after.order == sort_by(state, Sort()).order
    assert not after.places.placed


def test_a_filter_hides_a_trial_that_starts_in_the_place_of_one_it_shows():
    even = Filter("even", lambda of: int(of.id[1:]) % 2 == 0)
    state = filter_by(showing(row(1), row(2), row(4), waiting(5), waiting(6)), even)
    state = told(state, row(2, state="complete"), started(5), at=SOON)
    assert state.order == ("t0004", "t0002", "t0006")
    state = told(state, row(4, state="complete"), started(6), at=SOON)
    assert state.order[0] == "t0006"


def test_trials_that_start_and_end_at_random_are_found_where_they_stand():
    draw = random.Random(7)
    state = showing(*(row(n, state=draw.choice(STATES)) for n in range(1, 40)))
    for step in range(300):
        picked = draw.sample([*state.rows.values(), row(40 + step, state="waiting")], 3)
        changed = (
            replace(one, state=draw.choice(STATES), best=draw.choice([None, draw.random()]))
            for one in picked
        )
        state = told(state, *changed, at=step / 5)
        assert sorted(state.order) == sorted(state.rows)
        assert [state.position(name) for name in state.order] == [*range(len(state.order))]
    assert settled(state, 1e9).order == sort_by(state, Sort()).order


def test_a_row_that_a_filter_lets_go_leaves_at_once():
    state = filter_by(showing(row(1), row(2)), Filter("best<2", lambda r: (r.best or 0) < 2))
    state = told(state, row(1, best=3.0), at=SOON)
    assert state.order == ("t0002",)
    assert state.position("t0001") is None
    assert told(state, row(1, best=1.0), at=SOON).order == ("t0001", "t0002")


def test_whoever_sorts_anew_sees_the_newest_reports_in_order():
    state = told(showing(row(1), row(2)), row(2, best=2.0), at=SOON)
    assert sort_by(state, Sort("best")).order == ("t0002", "t0001")
    assert not sort_by(state, Sort("best")).places.placed


def test_the_first_part_of_the_first_snapshot_is_shown_before_the_whole_is_there():
    part = Snapshot(seq=7, sweep=SWEEP, trials=[row(9)], decisions=[], first=True, more=True)
    rest = replace(part, trials=[row(1), row(2)], first=False, more=False)
    state = reduce(ViewState(), part)
    assert state.order == ("t0009",)
    assert reduce(state, rest).order == ("t0001", "t0002", "t0009")
    again = reduce(showing(row(1)), part)
    assert again.order == ("t0001",)


@pytest.fixture
def looked_at(monkeypatch) -> list[str]:
    """The names of the rows whose place was worked out, one after the other."""
    names: list[str] = []
    entry = Ordering.entry

    def counting(self: Ordering, of: TrialView):
        names.append(of.id)
        return entry(self, of)

    monkeypatch.setattr(Ordering, "entry", counting)
    return names


def test_ten_rows_that_move_among_ten_thousand_look_at_a_few_hundred(looked_at):
    state = showing(*(row(n, state="complete") for n in range(1, 10_001)))
    ended = [row(n, state="complete", best=2.0) for n in range(500, 5500, 500)]
    state = told(state, *ended, at=SOON)
    assert state.order[:10] == tuple(r.id for r in ended)
    assert len(looked_at) <= 10 * 2 * 16


def test_ten_rows_that_report_again_look_at_none(looked_at):
    state = showing(*(row(n) for n in range(1, 10_001)))
    told(state, *(row(n, best=2.0) for n in range(1, 11)), at=SOON)
    assert not looked_at
