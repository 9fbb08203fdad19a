"""Standings stay right whatever happens to the curves they are made of."""

from __future__ import annotations

import random
from math import inf, nan

from engine.core.curve import add_point
from engine.core.model import Complete, Goal, Pruned, Running, Trial
from engine.core.peers import Peers
from engine.core.plan import Plan
from engine.core.standing import by_class
from tests.fakes.told_curves import ToldCurves


def test_the_standing_at_a_step_orders_losses_from_the_best() -> None:
    told = ToldCurves()
    for value in (0.2, 0.9, 0.5, nan):
        told.report(told.begin(), 3, value)
    standing = told.peers.at(3)
    assert standing.losses == [-0.9, -0.5, -0.2, inf]
    assert [standing.better_than(standing.by_trial[n]) for n in (1, 2, 3, 4)] == [2, 0, 1, 3]


def test_an_objective_at_a_step_is_that_of_the_first_point_at_or_beyond_it() -> None:
    told = ToldCurves()
    trial = told.begin()
    told.report(trial, 5, 0.5)
    told.report(trial, 10, 0.7)
    assert told.peers.at(1).losses == [-0.5]
    assert told.peers.at(6).losses == [-0.7]
    assert told.peers.at(11).losses == []


def test_a_later_attempt_that_goes_back_takes_its_later_points_out() -> None:
    told = ToldCurves()
    trial = told.begin()
    steps = (1, 3, 9)
    for step in range(1, 10):
        told.report(trial, step, step / 10)
        assert [len(told.peers.at(s)) for s in steps] == [step >= s for s in steps]
    told.end(trial)
    told.restart(trial)
    told.report(trial, 3, 0.99)
    assert [told.peers.at(s).losses for s in steps] == [[-0.1], [-0.99], []]


def test_repeats_stand_nowhere() -> None:
    told = ToldCurves()
    trial = told.begin()
    told.trial(trial).repeat_of = 7
    told.report(trial, 1, 0.5)
    assert len(told.peers.at(1)) == 0


def test_in_a_new_class_only_what_is_reported_from_then_on_counts() -> None:
    told = ToldCurves()
    trial = told.run([0.1, 0.2, 0.3])
    assert list(told.peers.full_length(0)) == [trial]
    assert told.peers.full_length_at(2).losses == [-0.2]
    told.machine.state.rerank(told.trial(trial), 1)
    assert len(told.peers.full_length(0)) == 0
    assert [len(told.peers.at(step)) for step in (1, 2, 3)] == [0, 0, 0]
    told.restart(trial)
    told.report(trial, 4, 0.4)
    assert [told.peers.at(step, 1).losses for step in (2, 3, 4)] == [[], [], [-0.4]]


def test_full_length_are_those_that_ran_to_the_end_of_the_whole_budget() -> None:
    told = ToldCurves()
    complete = told.run([0.5] * 27)
    coarse = told.run([0.9] * 3, budget=3)
    nameless = told.run([nan] * 27)
    stopped, converged = told.begin(2) - 1, told.machine.state.next_number - 1
    for trial in (stopped, converged):
        told.report(trial, 1, 0.6)
    state = told.machine.state
    state.set_state(told.trial(stopped), Pruned(at=0.0, reason=""))
    state.set_state(told.trial(converged), Pruned(at=0.0, reason="", converged=True))
    assert list(told.peers.full_length()) == [complete, converged]
    assert {coarse, nameless, stopped}.isdisjoint(told.peers.full_length())
    assert told.peers.full_length_at(1).losses == [-0.6, -0.5]


def test_a_trial_that_goes_on_is_not_full_length_until_it_ends_again() -> None:
    told = ToldCurves()
    trial = told.run([0.5] * 27)
    assert told.peers.full_length_at(27).losses == [-0.5]
    told.restart(trial)
    assert len(told.peers.full_length()) == 0
    assert told.peers.full_length_at(27).losses == []
    told.report(trial, 28, 0.8)
    told.end(trial)
    assert told.peers.full_length_at(28).losses == [-0.8]


def test_a_step_is_called_by_what_the_budget_counts() -> None:
    named = {"epochs": "epoch", "iterations": "iteration", "n": "step", "s": "step", None: "step"}
    for parameter, unit in named.items():
        assert ToldCurves(budget_parameter=parameter).peers.unit == unit


def test_standings_kept_up_to_date_equal_standings_made_afresh() -> None:
    for seed in range(60):
        draw = random.Random(seed)
        plan = Plan(name="s", metric="m", goal=draw.choice([*Goal]), slots=1, budget=12)
        trials: dict[int, Trial] = {}
        kept = Peers(trials, lambda plan=plan: plan)  # type: ignore[misc]
        for _ in range(120):
            _change_something(draw, trials, kept, plan)
            step = draw.randrange(1, 15)
            kept.at(step), kept.full_length_at(step)
        fresh = Peers(trials, lambda plan=plan: plan)  # type: ignore[misc]
        for trial in trials.values():
            fresh.settle(trial)
        for step in range(1, 15):
            for rank_class in (0, 1):
                assert _told(kept, step, rank_class) == _told(fresh, step, rank_class)


def _told(peers: Peers, step: int, rank_class: int) -> tuple[object, ...]:
    everyone = peers.among(by_class).at(step, rank_class)
    full_length = peers.full_length_at(step, rank_class)
    assert everyone.losses == sorted(everyone.by_trial.values())
    return everyone.by_trial, everyone.losses, full_length.by_trial, full_length.losses


def _change_something(
    draw: random.Random, trials: dict[int, Trial], peers: Peers, plan: Plan
) -> None:
    if not trials or draw.random() < 0.1:
        trials[len(trials) + 1] = _trial(len(trials) + 1, draw)
    trial = draw.choice([*trials.values()])
    what = draw.random()
    if what < 0.03:
        peers.rerank(trial)
        trial.rank_class = 1 - trial.rank_class
        trial.ranked_after, trial.best = trial.steps[-1] if trial.steps else 0, None
    elif what < 0.15:
        trial.state = draw.choice([Complete(at=0.0), Running(attempt=1, slot=0)])
        peers.settle(trial)
    else:
        attempt = trial.curve_attempt + (draw.random() < 0.1)
        step = draw.choice([draw.randrange(1, 13), trial.steps[-1] + 1 if trial.steps else 1])
        add_point(trial, attempt, step, draw.choice([draw.random(), nan]), plan.goal)
        peers.note(trial, step)


def _trial(number: int, draw: random.Random) -> Trial:
    return Trial(
        number=number,
        params={},
        origin="random",
        seed=number,
        stage="main",
        space_version=1,
        proposed_at=0.0,
        budget=draw.choice([3, 12, 12, None]),
        repeat_of=draw.choice([None, None, None, 1]),
    )
