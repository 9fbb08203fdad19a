"""The median of full-length trials at the same step is the bar for a trial's best so far."""

from __future__ import annotations

from math import nan

import optuna
import pytest

from engine.core.model import Goal
from engine.stopping.median import Median
from tests.fakes.told_curves import ToldCurves


def with_ends(told: ToldCurves, *heights: float) -> ToldCurves:
    """Let trials run to their end on straight lines up to these heights."""
    for height in heights:
        assert told.run([height * step / 27 for step in range(1, 28)]) not in told.stopped
    return told


def test_below_the_median_at_the_same_epoch_a_trial_is_stopped_with_the_numbers() -> None:
    told = with_ends(ToldCurves(Median(min_epochs=1)), 0.27, 0.54, 0.81, 0.9, 0.9)
    trial = told.begin()
    assert told.report(trial, 9, 0.28) is None
    assert told.report(trial, 12, 0.29) == (
        "acc 0.29 at epoch 12 is below the median 0.36 of 5 full-length trials"
    )


def test_minimized_it_is_above_the_median() -> None:
    told = ToldCurves(Median(min_epochs=1), goal=Goal.MINIMIZE)
    for height in (3.0, 2.0, 1.0, 1.0, 1.0):
        told.run([height] * 27)
    assert told.report(told.begin(), 1, 1.5) == (
        "acc 1.5 at epoch 1 is above the median 1 of 5 full-length trials"
    )


def test_the_best_so_far_is_judged_and_not_a_dip() -> None:
    told = with_ends(ToldCurves(Median(min_epochs=1)), *[0.27] * 5)
    trial = told.begin()
    assert told.report(trial, 1, 0.9) is None
    assert told.report(trial, 20, 0.0) is None


def test_nobody_is_stopped_before_enough_trials_ran_to_their_end() -> None:
    told = with_ends(ToldCurves(Median(min_epochs=1)), 0.9, 0.9, 0.9, 0.9)
    assert told.machine.rules() == ["median: stops nothing until 5 trials have run to the end"]
    assert told.report(told.begin(), 5, 0.0) is None
    with_ends(told, 0.9)
    assert told.report(told.begin(), 5, 0.0) is not None


def test_nobody_is_stopped_before_the_first_rung() -> None:
    told = with_ends(ToldCurves(Median()), *[0.9] * 5)
    trial = told.begin()
    assert [told.report(trial, step, 0.0) for step in (1, 2)] == [None, None]
    assert told.report(trial, 3, 0.0) is not None
    assert told.machine.rules()[0].startswith("median: first rung: epoch 3, a ninth of the budget")


def test_what_was_never_a_number_is_stopped() -> None:
    told = with_ends(ToldCurves(Median(min_epochs=1)), *[0.9] * 5)
    sentence = told.report(told.begin(), 4, nan)
    assert sentence == "acc has been no number up to epoch 4"


def test_a_revived_trial_is_judged_again_only_beyond_where_it_was_stopped() -> None:
    told = with_ends(ToldCurves(Median(min_epochs=1)), *[0.9] * 5)
    trial = told.begin()
    assert told.report(trial, 4, 0.0) is not None
    told.restart(trial)
    assert [told.report(trial, step, 0.0) for step in (1, 2, 3, 4)] == [None] * 4
    assert told.report(trial, 5, 0.0) is not None


@pytest.mark.parametrize("goal", [*Goal])
def test_decisions_are_those_of_optunas_median_pruner(goal: Goal) -> None:
    curves = [
        [((i * 7 + step * (i % 5 + 1)) % 31) / 31 for step in range(1, 10)] for i in range(40)
    ]
    study = optuna.create_study(
        direction=goal.value, pruner=optuna.pruners.MedianPruner(n_warmup_steps=2)
    )
    told = ToldCurves(Median(min_epochs=2), goal=goal, budget=10)
    for curve in curves:
        number = told.run(curve)
        assert told.trial(number).last_step == _stopped_by_optuna(study, curve)
    assert 5 < len(told.stopped) < 35


def _stopped_by_optuna(study: optuna.Study, curve: list[float]) -> int:
    trial = study.ask()
    for step, value in enumerate(curve, start=1):
        trial.report(value, step)
        if trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return step
    study.tell(trial, curve[-1])
    return len(curve)
