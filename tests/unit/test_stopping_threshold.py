"""Threshold: a metric outside its bounds, as Optuna's ThresholdPruner."""

from __future__ import annotations

from math import inf, nan

import optuna
import pytest

from engine.core.model import Goal, Report
from engine.stopping.threshold import Threshold
from tests.fakes.judged import JudgedTrials, stopped_at


def test_a_value_below_the_lower_bound_stops_the_trial() -> None:
    assert stopped_at(Threshold(lower=0.2), [0.5, 0.2, 0.19]) == 3


def test_a_value_above_the_upper_bound_stops_the_trial() -> None:
    assert stopped_at(Threshold(upper=2.0), [1.0, 2.0, inf], Goal.MINIMIZE) == 3


def test_the_first_epochs_are_forgiven() -> None:
    assert stopped_at(Threshold(lower=0.2, min_epochs=3), [0.1, 0.1, 0.1]) == 3


def test_another_metric_can_be_bounded() -> None:
    trials = JudgedTrials()
    rule = Threshold(upper=8.0, metric="memory_gb")
    trials.report(1, 1, 0.5)
    fits = Report(1, 0.0, {"acc": 0.5, "memory_gb": 7.0})
    assert rule.judge(trials.trial(1), fits, trials.peers) is None
    verdict = rule.judge(
        trials.trial(1), Report(2, 0.0, {"acc": 0.5, "memory_gb": 9.0}), trials.peers
    )
    assert verdict is not None
    assert (verdict.sentence, verdict.converged) == ("memory_gb 9 is above 8 at epoch 2", False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("values", [[0.5, 0.1, 0.5], [0.3, nan], [0.3, 0.9, 0.3], [0.2, 0.8]])
@pytest.mark.parametrize("warmup", [0, 2])
def test_it_stops_where_optuna_does(values: list[float], warmup: int) -> None:
    pruner = optuna.pruners.ThresholdPruner(lower=0.2, upper=0.8, n_warmup_steps=warmup)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    trial = optuna.create_study(pruner=pruner, direction="maximize").ask()
    theirs = None
    for step, value in enumerate(values, 1):
        trial.report(value, step)
        if trial.should_prune():
            theirs = step
            break
    assert stopped_at(Threshold(lower=0.2, upper=0.8, min_epochs=warmup), values) == theirs
