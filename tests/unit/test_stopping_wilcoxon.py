"""Wilcoxon: worse than the best trial on the same instances, as Optuna's WilcoxonPruner."""

from __future__ import annotations

import random
import warnings
from math import inf

import optuna
import pytest
from scipy.stats import wilcoxon

from engine.core.model import Goal
from engine.stopping.signed_rank import signed_rank_p
from engine.stopping.wilcoxon import Wilcoxon
from tests.fakes.judged import JudgedTrials


@pytest.mark.parametrize("digits", [None, 1, 0])
def test_the_p_value_is_scipys(digits: int | None) -> None:
    """Rounded to few digits the differences have ties and zeros."""
    draw = random.Random(3)
    for count in [*range(1, 9), 13, 14, 40, 50, 51, 90]:
        drawn = [draw.gauss(0.2, 1.0) for _ in range(count)]
        made = drawn if digits is None else [round(d, digits) + 0.0 for d in drawn]
        if not any(made):
            continue
        expected = wilcoxon(made, alternative="greater", zero_method="zsplit").pvalue
        assert signed_rank_p(made) == pytest.approx(expected, rel=1e-9), made


def test_differences_of_nothing_say_nothing() -> None:
    assert signed_rank_p([0.0, 0.0, 0.0]) == 1.0


def test_a_trial_worse_on_every_fold_is_stopped_once_that_is_significant() -> None:
    trials = JudgedTrials()
    trials.complete(1, [0.8, 0.9, 0.7, 0.85, 0.8, 0.9])
    found = trials.judge(Wilcoxon(), [0.7, 0.85, 0.6, 0.65, 0.7], number=2)
    assert found is not None
    assert found[0] == 4
    assert found[1].sentence == (
        "acc is worse than that of t0001 at 4 common steps: p 0.062 by the signed-rank test, "
        "below 0.1"
    )
    assert not found[1].converged


def test_the_best_trial_is_the_complete_one_with_the_best_average() -> None:
    trials = JudgedTrials(Goal.MINIMIZE)
    trials.complete(1, [0.1, 9.0, 9.0, 9.0])
    trials.complete(2, [1.0, 1.1, 1.2, 1.3])
    trials.complete(3, [inf, 0.1, 0.1, 0.1])
    for step in range(1, 5):
        trials.report(4, step, 0.5)
    found = trials.judge(Wilcoxon(), [2.0, 2.1, 2.3, 2.4], number=5)
    assert found is not None
    assert "that of t0002 " in found[1].sentence


def test_a_trial_with_the_better_average_is_left_alone() -> None:
    trials = JudgedTrials()
    trials.complete(1, [0.5, 0.5, 0.5, 0.5, 0.5])
    assert trials.judge(Wilcoxon(), [5.0, 0.4, 0.4, 0.4, 0.4], number=2) is None


def test_nothing_is_stopped_before_there_is_something_to_compare_with() -> None:
    trials = JudgedTrials()
    assert trials.judge(Wilcoxon(), [0.1, 0.1, 0.1, 0.1, 0.1]) is None
    trials.complete(2, [0.9])
    assert trials.judge(Wilcoxon(), [0.1, 0.1, 0.1, 0.1, 0.1], number=3) is None


def test_a_repeat_of_a_finalist_is_not_judged() -> None:
    trials = JudgedTrials()
    trials.complete(1, [0.9] * 6)
    trials.trial(2).repeat_of = 1
    assert trials.judge(Wilcoxon(), [0.1] * 6, number=2) is None


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_it_stops_where_optuna_does(direction: str) -> None:
    draw = random.Random(11)
    stops = 0
    for _ in range(40):
        best = [draw.gauss(0, 1) for _ in range(8)]
        sign = -1 if direction == "maximize" else 1
        made = [b + sign * draw.gauss(0.4, 0.5) for b in best]
        start, p = draw.choice([0, 2, 5]), draw.choice([0.05, 0.1, 0.3])
        theirs = _optunas(best, made, direction, start, p)
        trials = JudgedTrials(Goal(direction))
        trials.complete(1, best)
        found = trials.judge(Wilcoxon(p, start), made, number=2)
        assert (found[0] if found else None) == theirs
        stops += theirs is not None
    assert stops > 10


def _optunas(
    best: list[float], made: list[float], direction: str, start: int, p: float
) -> int | None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pruner = optuna.pruners.WilcoxonPruner(p_threshold=p, n_startup_steps=start)
        study = optuna.create_study(direction=direction, pruner=pruner)
        first = study.ask()
        for step, value in enumerate(best, 1):
            first.report(value, step)
        study.tell(first, sum(best) / len(best))
        second = study.ask()
        for step, value in enumerate(made, 1):
            second.report(value, step)
            if second.should_prune():
                return step
    return None
