"""What trials cost and how busy they keep their GPUs, in the table: written, and sorted by."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.views import AttemptView, TrialView
from tests.unit.test_view_columns import context, keys, row, view
from tui_tuner.view.cells import cells
from tui_tuner.view.column_heads import heading
from tui_tuner.view.columns import Choice, every_column, layout
from tui_tuner.view.costs import gpu_seconds, rate_maximized, rate_minimized
from tui_tuner.view.idle_gpus import idle_note
from tui_tuner.view.line import text_of
from tui_tuner.view.order import Ordering, Sort, build
from tui_tuner.view_state import ViewState

GIB = 2**30
NEW = ("device %", "memory", "peak memory", "cpu %", "device", "GPU hours", "best per hour")


def attempt(**fields: Any) -> AttemptView:
    known: dict[str, Any] = {
        "n": 1,
        "device": "gpu3",
        "slot": 0,
        "pid": 1,
        "started_at": 100.0,
        "ended_at": None,
        "exit": None,
        "outcome": None,
        "start": None,
    }
    return AttemptView(**known | fields)


def ended(number: int, hours: float, best: float, **fields: Any) -> TrialView:
    known: dict[str, Any] = {
        "state": "complete",
        "attempt_started_at": None,
        "gpus": 1.0,
        "gpu_s": 3600.0 * hours,
        "best": best,
        "spark": [0.5, best],
        "attempt_list": [attempt(ended_at=200.0)],
    }
    return row(number, **known | fields)


RUNNING = row(
    1,
    gpus=0.5,
    gpu_s=1800.0,
    util=7.0,
    cpu_util=98.0,
    memory=9 * GIB,
    peak_memory=10 * GIB,
    device="gpu0",
)
STATE = view([RUNNING, ended(2, 2.0, 0.9), ended(3, 0.5, 0.8, util=77.0), row(4)])


def written(state: ViewState, number: int, now: float = 140.0) -> str:
    shown = layout(state, 400, choice=Choice(NEW))
    return text_of(cells(state.rows[f"t{number:04d}"], shown.columns, context(state, now=now)))


def order(column: str, reverse: bool = False, maximize: bool = True) -> list[str]:
    ordering = Ordering(sort=Sort(column, reverse), maximize=maximize)
    return list(build(STATE.rows, ordering))


def test_a_row_tells_use_memory_peak_cpu_device_and_cost():
    told = written(STATE, 1, now=100.0 + 3600.0)
    assert "  7  9.0G 10.0G   98 gpu0    1.00 " in told


def test_what_ended_keeps_its_mean_use_its_device_and_its_rate():
    text = written(STATE, 3)
    assert " 77 " in text
    assert " gpu3 " in text
    assert text.split("gpu3")[1].split()[:2] == ["0.50", "1.6"]


def test_the_use_is_called_after_what_is_used():
    titles = [column.title for column in every_column(STATE)]
    assert "GPU%" in titles
    assert "CPU%" in [column.title for column in every_column(view([row(1, util=80.0)]))]
    assert "GPU%" in text_of(heading(layout(STATE, 200), STATE, context(STATE).glyphs))


def test_use_of_gpus_is_shown_early_where_there_is_little_room():
    assert "device %" in keys(layout(STATE, 60))
    on_cpu = view([row(1, util=80.0)])
    assert "device %" not in keys(layout(on_cpu, 60))


@pytest.mark.parametrize(
    ("column", "first"),
    [
        ("device %", "t0003"),
        ("memory", "t0001"),
        ("peak memory", "t0001"),
        ("cpu %", "t0001"),
        ("device", "t0001"),
        ("GPU hours", "t0001"),
        ("best per hour", "t0003"),
    ],
)
def test_rows_are_sorted_by_each_of_them(column: str, first: str):
    assert order(column)[0] == first
    assert sorted(order(column)) == sorted(STATE.rows)
    assert order(column, reverse=True)[-1] in ("t0004", "t0002")


def test_of_what_ended_the_dearest_stands_first():
    assert [name for name in order("GPU hours") if name in ("t0002", "t0003")] == ["t0002", "t0003"]


def test_gpu_hours_of_a_part_of_a_gpu_count_as_that_part():
    assert gpu_seconds(RUNNING, now=200.0) == 1800.0 + 50.0


def test_the_rate_is_the_best_per_gpu_hour_or_the_fall_of_what_is_minimized():
    one = ended(1, 2.0, 0.9)
    assert rate_maximized(one) == pytest.approx(0.45)
    assert rate_minimized(ended(1, 2.0, 0.1)) == pytest.approx(0.2)
    assert rate_maximized(RUNNING) is None
    on_cpu = ended(1, 0.0, 0.9, gpus=0.0, gpu_s=0.0, elapsed_s=1800.0)
    assert rate_maximized(on_cpu) == pytest.approx(1.8)


def test_a_trial_that_leaves_its_gpu_idle_says_so_and_why_after_a_minute():
    assert idle_note(RUNNING, now=140.0) == ""
    note = "gpu0 7 % busy: input-bound? its CPU share is 98 % busy"
    assert idle_note(RUNNING, now=161.0) == note
    choice = Choice(("reason",))
    shown = layout(STATE, 200, choice=choice).columns
    assert note[:14] in text_of(cells(RUNNING, shown, context(STATE, now=161.0)))


def test_a_trial_that_works_or_has_no_gpu_is_left_in_peace():
    busy = row(1, gpus=1.0, util=80.0, attempt_started_at=0.0)
    on_cpu = row(1, util=5.0, attempt_started_at=0.0)
    averaged = row(
        1, gpus=1.0, util=5.0, attempt_started_at=0.0, attempt_list=[attempt(mean_util=70.0)]
    )
    assert [idle_note(one, 1000.0) for one in (busy, on_cpu, averaged)] == ["", "", ""]
