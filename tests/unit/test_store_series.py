"""How reports become curves."""

from __future__ import annotations

from engine.core.model import Report
from engine.store.base import StoredReport
from engine.store.series import curves


def test_a_later_report_of_a_step_replaces_the_same_metric_only() -> None:
    found = _steps((1, 1, {"acc": 0.1, "loss": 3.0}), (1, 1, {"acc": 0.2}))
    assert found == {"acc": {1: 0.2}, "loss": {1: 3.0}}


def test_a_curve_ascends_in_whatever_order_steps_were_reported() -> None:
    assert list(_steps((1, 5, {"acc": 0.5}), (1, 2, {"acc": 0.2}))["acc"]) == [2, 5]


def test_a_later_attempt_takes_over_every_metric_from_its_first_step_on() -> None:
    found = _steps(
        (1, 1, {"acc": 0.1, "loss": 1.0}),
        (1, 2, {"acc": 0.2, "loss": 2.0}),
        (1, 3, {"acc": 0.3, "loss": 3.0}),
        (2, 2, {"acc": 0.9}),
    )
    assert found == {"acc": {1: 0.1, 2: 0.9}, "loss": {1: 1.0}}


def test_an_earlier_attempts_straggler_cannot_return_beyond_the_take_over() -> None:
    found = _steps((1, 1, {"acc": 0.1}), (2, 2, {"acc": 0.2}), (1, 2, {"acc": 0.7}))
    assert found == {"acc": {1: 0.1, 2: 0.2}}


def test_the_earliest_take_over_of_all_later_attempts_counts() -> None:
    found = _steps(
        *((1, step, {"acc": 0.1}) for step in range(1, 6)),
        (2, 4, {"acc": 0.2}),
        (3, 2, {"acc": 0.3}),
    )
    assert found == {"acc": {1: 0.1, 2: 0.3}}


def test_a_metric_that_an_attempt_lost_whole_has_no_curve() -> None:
    assert _steps((1, 1, {"old": 0.1}), (2, 1, {"new": 0.2})) == {"new": {1: 0.2}}


def _steps(*reports: tuple[int, int, dict[str, float]]) -> dict[str, dict[int, float]]:
    stored = [
        StoredReport(trial=1, attempt=attempt, report=Report(step, 0.0, metrics))
        for attempt, step, metrics in reports
    ]
    return {name: {p.step: p.value for p in points} for name, points in curves(stored).items()}
