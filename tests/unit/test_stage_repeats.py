"""Finalists run with several seeds, and what their tables say of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.acts import Retry
from engine.core.model import (
    Exited,
    Goal,
    Spread,
    Waiting,
)
from engine.core.plan import StagePlan
from engine.core.projection import trial_view
from engine.core.repeats import within_noise
from tests.fakes.told_sweep import ToldSweep

COARSE = StagePlan(name="coarse", budget=1, trials=2)
FINE = StagePlan(name="fine", budget=27, trials=0, promote=2, repeats=3)


def sweep_of(*stages: StagePlan, **plan: Any) -> ToldSweep:
    return ToldSweep(stages=stages, **{"slots": 9, **plan})


def result(sweep: ToldSweep, number: int, acc: float, ended: Exited | None = None) -> None:
    budget = sweep.trial(number).budget or 0
    sweep.report(number, budget, acc=acc - budget / 1000)
    sweep.end(number, ended)


def finals(**plan: Any) -> ToldSweep:
    """Two finalists, t0002 and t0001, with their repeats t0003 to t0006, all running."""
    sweep = sweep_of(COARSE, FINE, **plan)
    sweep.propose(2, budget=1)
    result(sweep, 1, 0.5)
    result(sweep, 2, 0.6)
    return sweep


def test_each_finalist_runs_with_as_many_seeds_as_the_stage_says() -> None:
    sweep = finals()
    made = [(t.origin, t.repeat_of, t.stage, t.budget) for t in sweep.state.trials.values()][2:]
    assert made == [
        ("repeat 2 of t0002", 2, "fine", 27),
        ("repeat 3 of t0002", 2, "fine", 27),
        ("repeat 2 of t0001", 1, "fine", 27),
        ("repeat 3 of t0001", 1, "fine", 27),
    ]
    assert sweep.trial(3).params == sweep.trial(2).params
    assert len({t.seed for t in sweep.state.trials.values()}) == 6
    assert sweep.state.counted == 2


def test_a_proposal_of_a_stage_with_repeats_gets_them_once_it_is_complete() -> None:
    sweep = sweep_of(StagePlan(name="only", budget=5, trials=2, repeats=2))
    sweep.propose(2, budget=5)
    result(sweep, 1, 0.5)
    result(sweep, 2, 0.5, Exited(code=1))
    assert [t.repeat_of for t in sweep.state.trials.values()] == [None, None, 1]
    assert sweep.view().state == "running"
    result(sweep, 3, 0.6)
    assert sweep.view().state == "finished"


def test_a_retried_finalist_does_not_get_its_repeats_twice() -> None:
    sweep = sweep_of(StagePlan(name="only", budget=5, trials=1, repeats=2))
    sweep.propose(1, budget=5)
    result(sweep, 1, 0.5)
    result(sweep, 2, 0.5, Exited(code=1))
    sweep.do(Retry(trials=(2,)))
    result(sweep, 2, 0.5)
    assert len(sweep.state.trials) == 2


def test_the_finalists_row_shows_mean_and_deviation_over_its_seeds() -> None:
    sweep = finals()
    for number, acc in ((2, 0.90), (3, 0.92), (4, 0.94)):
        result(sweep, number, acc)
    view = trial_view(sweep.trial(2))
    assert [view.mean, view.std] == pytest.approx([0.92, 0.02])
    assert view.repeats == 3
    assert trial_view(sweep.trial(3)).mean is None


def test_one_result_has_no_mean_yet() -> None:
    sweep = finals()
    result(sweep, 2, 0.9)
    view = trial_view(sweep.trial(2))
    assert (view.mean, view.std, view.repeats) == (None, None, 1)


def test_a_seed_that_failed_is_left_out() -> None:
    sweep = finals()
    result(sweep, 2, 0.90)
    result(sweep, 3, 0.92)
    result(sweep, 4, 0.10, Exited(code=1))
    assert trial_view(sweep.trial(2)).mean == pytest.approx(0.91)


def test_the_finalists_row_is_published_when_a_repeat_ends() -> None:
    sweep = finals()
    result(sweep, 2, 0.9)
    result(sweep, 3, 0.94)
    assert sweep.rows["t0002"].mean == pytest.approx(0.92)


def test_the_winner_is_told_with_what_the_noise_makes_of_its_lead() -> None:
    sweep = finals()
    assert sweep.view().winner is None
    for number, acc in ((2, 0.90), (3, 0.92), (4, 0.94), (1, 0.91), (5, 0.90), (6, 0.92)):
        result(sweep, number, acc)
    assert sweep.view().winner == (
        "t0002 0.920 ± 0.020 (3 seeds) leads t0001 0.910 ± 0.010: within the noise"
    )


def test_a_clear_lead_is_told_as_one() -> None:
    sweep = finals(goal=Goal.MINIMIZE)
    for number, acc in ((1, 0.300), (3, 0.301), (4, 0.299), (2, 0.900), (5, 0.901), (6, 0.899)):
        result(sweep, number, acc)
    winner = sweep.view().winner or ""
    assert winner.startswith("t0001 0.3000 ± 0.0010 (3 seeds) leads t0002")
    assert winner.endswith("beyond the noise")


def test_the_best_trial_tells_the_spread_of_its_group() -> None:
    sweep = finals()
    for number, acc in ((2, 0.90), (3, 0.94)):
        result(sweep, number, acc)
    best = sweep.view().best
    assert best is not None
    assert (best.trial, best.repeats) == ("t0003", 2)
    assert best.mean == pytest.approx(0.92)


def test_a_finalist_is_done_when_all_its_seeds_are() -> None:
    sweep = finals()
    result(sweep, 2, 0.9)
    result(sweep, 3, 0.9)
    fine = sweep.view().stages[1]
    assert (fine.done, fine.total, fine.promoted, fine.repeats) == (0, 2, 2, 3)
    result(sweep, 4, 0.9)
    assert sweep.view().stages[1].done == 1


def test_a_finalist_that_goes_on_leaves_its_old_repeats_behind() -> None:
    medium = StagePlan(name="medium", budget=5, trials=1, repeats=2)
    last = StagePlan(name="last", budget=9, trials=0, promote=1, repeats=2)
    sweep = sweep_of(medium, last)
    sweep.propose(1, budget=5)
    result(sweep, 1, 0.5)
    result(sweep, 2, 0.7)
    assert sweep.trial(1).spread is None
    assert sweep.trial(3).origin == "repeat 2 of t0001"
    assert sweep.trial(2).state != Waiting()
    result(sweep, 1, 0.8)
    result(sweep, 3, 0.9)
    assert trial_view(sweep.trial(1)).mean == pytest.approx(0.85)
    assert (sweep.view().winner or "").startswith("t0001 0.850")


@pytest.mark.parametrize(
    ("a", "b", "close"),
    [
        (Spread(n=3, mean=0.981, std=0.003), Spread(n=3, mean=0.979, std=0.004), True),
        (Spread(n=3, mean=0.981, std=0.0003), Spread(n=3, mean=0.979, std=0.0004), False),
        (Spread(n=2, mean=0.5, std=0.0), Spread(n=2, mean=0.5, std=0.0), True),
        (Spread(n=1, mean=0.5), Spread(n=3, mean=0.5, std=0.1), False),
    ],
)
def test_a_lead_below_two_standard_errors_is_within_the_noise(
    a: Spread, b: Spread, close: bool
) -> None:
    assert within_noise(a, b) is close
    assert within_noise(b, a) is close
