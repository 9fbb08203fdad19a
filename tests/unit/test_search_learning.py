"""What models learn from: curves read where enough trials came to, early ends forecast."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from engine.core.model import Goal
from engine.core.observing import Observation
from engine.search.curve import Curve
from engine.search.forecast import Forecast
from engine.search.learning import TrainingSet, enough_for, lied, training_set


def seen(number: int, *values: float, status: Any = "complete", **other: Any) -> Observation:
    """A trial that reported `values` at the steps 1, 2, ..."""
    return Observation(
        number=number,
        params={"x": number},
        space_version=1,
        status=status,
        steps=tuple(range(1, len(values) + 1)),
        values=values,
        budget=other.pop("budget", 9),
        **other,
    )


def learnt(*known: Observation, goal: Goal = Goal.MINIMIZE, enough: int = 2) -> TrainingSet:
    return training_set([Curve(one, goal) for one in known], enough)


def losses(training: TrainingSet) -> dict[int, float | None]:
    return {s.number: s.loss for s in training.samples}


def test_complete_trials_are_read_at_their_ends() -> None:
    training = learnt(seen(1, 0.5, 0.4), seen(2, 0.3, 0.2, 0.1))
    assert training.step is None
    assert losses(training) == {1: 0.4, 2: 0.1}
    assert training.sentence("tpe", 2) == "tpe, 2 observations, space v2"


def test_a_goal_to_maximise_is_turned_into_a_loss() -> None:
    assert losses(learnt(seen(1, 0.5), seen(2, 0.7), goal=Goal.MAXIMIZE)) == {1: -0.5, 2: -0.7}


def test_a_curve_is_read_as_its_best_up_to_a_step() -> None:
    worse_later = seen(1, 0.5, 0.2, 0.4)
    assert losses(learnt(worse_later)) == {1: 0.2}
    assert losses(learnt(seen(1, 0.5, 0.7, 0.6), goal=Goal.MAXIMIZE)) == {1: -0.7}
    stopped = [seen(n, 0.5, 0.4, status="stopped") for n in (2, 3)]
    assert losses(learnt(worse_later, *stopped, enough=3)) == {1: 0.2, 2: 0.4, 3: 0.4}
    assert Curve(worse_later, Goal.MINIMIZE).at(1) == 0.5


def test_curves_are_read_lower_while_too_few_have_come_to_the_end() -> None:
    known = [
        seen(1, 0.9, 0.8, 0.7, 0.6),
        seen(2, 0.5, 0.4, 0.3, status="stopped"),
        seen(3, 0.2, 0.1, 0.05, status="stopped"),
    ]
    training = learnt(*known, enough=3)
    assert training.step == 3
    assert losses(training) == {1: 0.7, 2: 0.3, 3: 0.05}
    assert training.sentence("tpe", 1) == "tpe at epoch 3, 3 observations, space v1"
    assert learnt(*known, seen(4, 0.9), seen(5, 0.8)).step is None


def test_a_trial_stopped_early_is_forecast_from_those_that_went_on() -> None:
    training = learnt(
        seen(1, 0.6, 0.2),
        seen(2, 0.4, 0.1),
        seen(6, 0.6, 0.2),
        seen(3, 0.5, status="stopped"),
        seen(4, 0.9, status="stopped"),
        seen(5, 0.1, status="stopped"),
    )
    assert losses(training) == pytest.approx({1: 0.2, 2: 0.1, 3: 0.15, 4: 0.5, 5: 0.1, 6: 0.2})
    assert [s.number for s in training.samples if s.is_forecast] == [3, 4, 5]


def test_three_that_went_on_are_enough_to_forecast_all_others() -> None:
    others = [seen(n, n / 10, status="stopped") for n in range(4, 24)]
    went_on = [seen(n, n / 10, n / 20, status="stopped") for n in (1, 2, 3)]
    assert learnt(*others, *went_on[:2], enough=8).step == 1
    assert learnt(*others, *went_on, enough=8).step == 2


def test_a_completed_small_budget_is_no_end_where_others_go_further() -> None:
    known = [seen(1, 0.5, budget=1), seen(2, 0.4, budget=1)]
    assert learnt(*known).step is None
    training = learnt(*known, seen(3, 0.6, budget=3, status="open"))
    assert training.step == 1
    assert losses(training) == {1: 0.5, 2: 0.4, 3: 0.6}


def test_a_converged_trial_is_as_good_as_a_complete_one() -> None:
    training = learnt(seen(1, 0.5, status="converged"), seen(2, 0.5, 0.4, 0.3))
    assert training.step is None
    assert losses(training) == {1: 0.5, 2: 0.3}


def test_an_open_trial_counts_from_its_first_report_on() -> None:
    stopped = [seen(n, 0.5, 0.4, status="stopped") for n in (1, 2, 6)]
    under_way = [seen(3, 0.3, 0.2, status="open"), seen(4, 0.5, status="open")]
    training = learnt(*stopped, *under_way, seen(5, status="open"))
    assert losses(training) == pytest.approx({1: 0.4, 2: 0.4, 3: 0.2, 4: 0.4, 5: None, 6: 0.4})
    assert [s.number for s in training.samples if s.is_forecast] == [4]
    assert [s.number for s in training.open] == [5]
    assert training.observations == 5


def test_what_failed_or_never_reported_says_nothing() -> None:
    known = [seen(1, 0.5, status="failed"), seen(2), seen(3, status="stopped"), seen(4, 0.1)]
    assert losses(learnt(*known)) == {4: 0.1}


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_infeasible_or_ends_without_a_number_is_told_as_infeasible(value: float) -> None:
    training = learnt(seen(1, 0.1, value), seen(2, 0.3, status="infeasible"), seen(3, 0.2))
    assert [s.number for s in training.infeasible] == [1, 2]
    assert [s.number for s in training.told] == [3]
    assert [loss for _, loss in lied(training, "mean")] == [0.2, 0.2, 0.2]


def test_a_number_missing_in_between_does_no_harm() -> None:
    assert losses(learnt(seen(1, nan, 0.1), seen(2, 0.3, 0.2))) == {1: 0.1, 2: 0.2}


def test_the_highest_class_counts_once_it_has_enough() -> None:
    low = [seen(n, 0.1) for n in (1, 2, 3)]
    high = [seen(n, 0.9, rank_class=1) for n in (4, 5)]
    assert set(losses(learnt(*low, high[0]))) == {1, 2, 3}
    assert set(losses(learnt(*low, *high))) == {4, 5}
    assert set(losses(learnt(*low, seen(6, status="open", rank_class=1)))) == {1, 2, 3, 6}


def test_open_trials_are_lied_about_as_asked() -> None:
    training = learnt(seen(1, 0.1), seen(2, 0.5), seen(3, status="open"))
    assert [loss for _, loss in lied(training, "worst")] == [0.1, 0.5, 0.5]
    assert [loss for _, loss in lied(training, "mean")] == [0.1, 0.5, 0.3]
    assert [loss for _, loss in lied(training, "ignore")] == [0.1, 0.5]


def test_nothing_known_is_nothing_to_learn_from() -> None:
    assert learnt().samples == ()
    assert lied(learnt(seen(1, status="open")), "worst")[0][1] == 0.0
    assert lied(learnt(seen(1, status="infeasible")), "mean")[0][1] == 0.0


def test_the_order_in_which_trials_are_told_plays_no_part() -> None:
    known = [seen(n, 1.0 / n, 0.5 / n, status="stopped") for n in range(1, 20)]
    assert learnt(*known) == learnt(*reversed(known))


def test_a_model_needs_two_losses_more_than_a_simplex_has_corners() -> None:
    assert enough_for(5) == 8


def test_a_forecast_keeps_the_order_and_promises_nothing_unseen() -> None:
    forecast = Forecast([(1.0, 0.3), (2.0, 0.1), (3.0, 0.5)])
    assert [forecast(x) for x in (0.0, 1.0, 2.0)] == pytest.approx([0.2, 0.2, 0.2])
    assert forecast(2.5) == pytest.approx(0.35)
    assert [forecast(x) for x in (3.0, 4.0)] == pytest.approx([0.5, 1.5])
    assert Forecast([])(0.7) == 0.7


def test_equal_early_losses_are_forecast_at_the_mean_of_what_they_came_to() -> None:
    forecast = Forecast([(1.0, 0.3), (1.0, 0.1)])
    assert forecast(1.0) == pytest.approx(0.2)
