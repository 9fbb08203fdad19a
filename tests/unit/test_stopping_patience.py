"""Patience: no improvement over n epochs, as Nielsen's book and Keras have it."""

from __future__ import annotations

import random
from math import nan

import pytest

from engine.core.model import Goal, Report
from engine.stopping.patience import Patience
from tests.fakes.judged import JudgedTrials, stopped_at


def test_a_trial_that_goes_on_improving_is_never_stopped() -> None:
    assert stopped_at(Patience(2), [0.1 * n for n in range(30)]) is None


def test_the_epochs_are_counted_from_the_best() -> None:
    assert stopped_at(Patience(3), [0.5, 0.6, 0.4, 0.5, 0.5, 0.9]) == 5


def test_an_equal_value_is_no_improvement() -> None:
    assert stopped_at(Patience(3), [0.5, 0.5, 0.5, 0.5]) == 4


def test_a_loss_improves_downwards() -> None:
    falling = [1.0, 0.8, 0.7, 0.71, 0.72, 0.73]
    assert stopped_at(Patience(2), falling, Goal.MINIMIZE) == 5
    assert stopped_at(Patience(2), falling, Goal.MAXIMIZE) == 3


def test_many_steps_below_min_delta_add_up_to_an_improvement() -> None:
    creeping = [0.5 + 0.004 * n for n in range(20)]
    assert stopped_at(Patience(3, min_delta=0.01), creeping) is None
    assert stopped_at(Patience(2, min_delta=0.01), creeping) == 3


def test_epochs_are_those_of_the_script_however_seldom_it_reports() -> None:
    assert stopped_at(Patience(12), [0.5, 0.4, 0.4, 0.4, 0.4], every=5) == 20


def test_what_is_no_number_improves_nothing() -> None:
    assert stopped_at(Patience(2), [0.5, nan, nan, 0.9]) == 3
    assert stopped_at(Patience(1), [nan, nan, nan]) is None


def test_the_verdict_is_convergence_and_tells_the_numbers() -> None:
    found = JudgedTrials().judge(Patience(2, min_delta=0.01), [0.5, 0.6, 0.605, 0.59])
    assert found is not None
    assert found[1].converged
    assert found[1].sentence == (
        "no improvement of acc by more than 0.01 over 2 epochs: 0.6 at epoch 2, 0.59 at epoch 4"
    )


def test_a_report_without_the_objective_is_not_judged() -> None:
    trials = JudgedTrials()
    assert trials.judge(Patience(9), [0.9, 0.5, 0.5, 0.5]) is None
    other = Report(4, 0.0, {"memory": 1.0})
    assert Patience(3).judge(trials.trial(1), other, trials.peers) is None


def test_a_trial_ranked_anew_is_judged_by_what_it_reports_since() -> None:
    trials = JudgedTrials()
    trial = trials.complete(1, [0.9, 0.8, 0.8])
    trial.ranked_after, trial.best = 3, None
    report = trials.report(1, 4, 0.5)
    assert Patience(1).judge(trial, report, trials.peers) is None
    report = trials.report(1, 5, 0.4)
    assert Patience(1).judge(trial, report, trials.peers) is not None


@pytest.mark.parametrize("min_delta", [0.0, 0.02])
def test_it_stops_where_keras_early_stopping_does(min_delta: float) -> None:
    draw = random.Random(7)
    for _ in range(200):
        values = [draw.random() * (1 - 0.8**n) for n in range(1, 30)]
        patience = draw.randint(1, 6)
        expected = _keras(values, patience, min_delta)
        assert stopped_at(Patience(patience, min_delta), values) == expected


def _keras(values: list[float], patience: int, min_delta: float) -> int | None:
    """The epoch after which Keras' EarlyStopping(mode='max') stops."""
    best, wait = -1.0, 0
    for epoch, value in enumerate(values, 1):
        wait += 1
        if value - min_delta > best:
            best, wait = value, 0
        if wait >= patience:
            return epoch
    return None
