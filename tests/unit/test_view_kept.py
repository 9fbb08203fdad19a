"""Values of columns kept for sorting: only rows that have changed are looked at again."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.core.views import TrialView
from tests.unit.test_view_columns import row
from tui_tuner.view.kept import Kept
from tui_tuner.view.order import FIXED_COLUMNS, Ordering, Sort, build

MANY = 10_000
STATES = ("running", "waiting", "paused", "complete", "pruned", "failed")


class Looked:
    """Gives the best of a row, and counts."""

    def __init__(self) -> None:
        self.rows = 0

    def __call__(self, row: TrialView) -> Any:
        self.rows += 1
        return row.best


@pytest.fixture
def looked() -> Looked:
    return Looked()


def rows_of(*rows: TrialView) -> dict[str, TrialView]:
    return {row.id: row for row in rows}


def at_random(number: int, draw: random.Random) -> TrialView:
    values = [None, float("nan"), float("inf"), 0.5, 0.5, draw.random()]
    lr = draw.choice([None, 1, 0.1, 2**53 + draw.randint(0, 4), "auto", True])
    running = (state := draw.choice(STATES)) == "running"
    return row(
        number,
        state=state,
        best=draw.choice(values),
        value=draw.choice(values),
        step=draw.choice([None, 3, 4]),
        elapsed_s=draw.choice([0.0, 7.0, 9.0]),
        attempt_started_at=draw.choice([10.0, 20.0]) if running else None,
        params={"lr": lr, "opt": draw.choice(["sgd", "adam"]), "width": draw.choice([64, 2**60])},
    )


def test_columns_that_were_kept_sort_as_the_rows_do_after_any_changes():
    draw = random.Random(4)
    kept, rows = Kept(), rows_of(*(at_random(n, draw) for n in range(1, 61)))
    sorts = [
        Sort(c, reverse) for c in (*FIXED_COLUMNS, *rows["t0001"].params) for reverse in (0, 1)
    ]
    for _ in range(30):
        for sort in draw.sample(sorts, 8):
            ordering = Ordering(sort, maximize=draw.random() < 0.5)
            expected = sorted(rows, key=lambda name, by=ordering: by.entry(rows[name]))
            assert build(rows, ordering, kept) == tuple(expected)
        come = draw.sample(range(1, len(rows) + 1), 5) + draw.choice([[], [len(rows) + 1]])
        changed = rows_of(*(at_random(n, draw) for n in come))
        before, rows = rows, {**rows, **changed}
        kept.follow(before, rows, changed)


def test_only_rows_that_have_changed_are_looked_at_again(looked):
    kept, rows = Kept(), rows_of(*(row(n) for n in range(1, MANY + 1)))
    kept.column(rows, "best", looked)
    after = rows | rows_of(row(7, best=0.9), row(MANY + 1, best=0.8))
    kept.follow(rows, after, {"t0007", f"t{MANY + 1}"})
    column = kept.column(after, "best", looked)
    assert (column[6], column[MANY]) == (0.9, 0.8)
    assert looked.rows == MANY + 2


def test_rows_that_nobody_told_of_are_all_looked_at(looked):
    kept, rows = Kept(), rows_of(row(1), row(3))
    kept.column(rows, "best", looked)
    between = rows_of(row(1), row(2), row(3, best=0.9))
    kept.follow(rows, between, {"t0002", "t0003"})
    assert kept.column(between, "best", looked)[2] == 0.9
    assert kept.column(rows, "best", looked)[1] == rows["t0003"].best
    assert looked.rows == 2 + 3 + 2


@pytest.mark.parametrize("before", [1, 0.1, "auto"])
@pytest.mark.parametrize("after", [2, 300, -1, 0.2, 2**60 + 1, "manual", None])
def test_whatever_comes_among_the_values_of_a_column_is_kept_too(before, after):
    def lr(of: TrialView) -> Any:
        return of.params["lr"]

    kept, rows = Kept(), rows_of(row(1, params={"lr": before}), row(2, params={"lr": before}))
    assert [*kept.column(rows, "lr", lr)] == [before, before]
    changed = rows | rows_of(row(2, params={"lr": after}))
    kept.follow(rows, changed, {"t0002"})
    found = kept.column(changed, "lr", lr)[1]
    assert found == after or (after is None and found != found)
