"""W&B's early_terminate: the brackets of its documentation, the decisions of its sweep engine."""

from __future__ import annotations

import random
from math import inf, isfinite, nan

import pytest

from engine.core.model import Goal, Report
from engine.stopping.hyperband import Hyperband
from engine.stopping.registry import make_rule
from engine.stopping.wandb_hyperband import WandbHyperband
from tests.fakes.judged import JudgedTrials


def test_min_iter_gives_the_documented_brackets() -> None:
    assert WandbHyperband(min_iter=3).brackets[:5] == (3, 9, 27, 81, 243)


def test_max_iter_and_s_give_the_documented_brackets() -> None:
    assert WandbHyperband(max_iter=27, s=2, eta=3).brackets == (3, 9)


@pytest.mark.parametrize(
    ("options", "brackets"),
    [
        ({"max_iter": 81, "s": 3}, (3, 9, 27)),
        ({"max_iter": 18, "s": 2}, (2, 6)),
        ({"max_iter": 5, "s": 2, "eta": 2}, (1, 2)),
        ({"max_iter": 27, "s": 9}, (1, 3, 9)),
        ({"max_iter": 2, "s": 2}, ()),
        ({"max_iter": 27, "s": 2, "min_iter": 5}, (3, 9)),
    ],
)
def test_brackets_are_whole_numbers_of_at_least_one(
    options: dict[str, int], brackets: tuple[int, ...]
) -> None:
    assert WandbHyperband(**options).brackets == brackets


def test_a_fractional_eta_rounds_its_brackets_down() -> None:
    assert WandbHyperband(min_iter=30, eta=1.5).brackets[:3] == (30, 45, 67)
    assert max(WandbHyperband(min_iter=3, eta=1e9).brackets) < 2**63


@pytest.mark.parametrize(
    ("options", "budget", "counts"),
    [
        ({"min_iter": 3}, 30, "3, 9, 27"),
        ({"min_iter": 3}, 27, "3, 9"),
        ({"min_iter": 2, "eta": 2}, None, "2, 4, 8, 16, 32, ..."),
        ({"max_iter": 27, "s": 2}, 81, "3, 9"),
    ],
)
def test_it_names_the_brackets_that_a_trial_comes_to(
    options: dict[str, int], budget: int | None, counts: str
) -> None:
    told = WandbHyperband(**options).describe(JudgedTrials(budget=budget).peers) or ""
    assert told.endswith(f" go on at brackets {counts}")


def test_it_has_nothing_to_say_where_no_trial_comes_to_a_bracket() -> None:
    assert WandbHyperband(min_iter=9).describe(JudgedTrials(budget=9).peers) is None


def five_runs(goal: Goal = Goal.MINIMIZE, sign: float = 1.0) -> JudgedTrials:
    trials = JudgedTrials(goal, metric="loss")
    histories = ([10, 9], [10, 10], [10, 8, 8, 3], [10, 7, 7, 4], [10, 6, 6, 6])
    for number, values in enumerate(histories, 1):
        for step, value in enumerate(values, 1):
            trials.report(number, step, sign * value)
    return trials


def stopped(trials: JudgedTrials, rule: WandbHyperband) -> list[int]:
    """The trials that would be stopped now, after their newest reports."""
    found = []
    for number, trial in trials.trials.items():
        report = Report(trial.steps[-1], 0.0, {"loss": trial.values[-1]})
        if rule.judge(trial, report, trials.peers) is not None:
            found.append(number)
    return found


@pytest.mark.parametrize(("goal", "sign"), [(Goal.MINIMIZE, 1.0), (Goal.MAXIMIZE, -1.0)])
def test_only_the_last_bracket_a_trial_has_come_to_counts(goal: Goal, sign: float) -> None:
    """At bracket 2 the middle one of five is 8; at bracket 4 the middle one of three is 4.

    With eta 3, bracket 2 asks for the second best, 7, and the next bracket is 6.
    """
    trials = five_runs(goal, sign)
    assert stopped(trials, WandbHyperband(min_iter=2, eta=2)) == [1, 2, 5]
    assert stopped(trials, WandbHyperband(min_iter=2, eta=3)) == [1, 2]
    assert stopped(trials, WandbHyperband(min_iter=2, eta=3, strict=True)) == [1, 2, 3]


def test_a_trial_alone_at_its_bracket_passes() -> None:
    trials = JudgedTrials(Goal.MINIMIZE)
    assert trials.judge(WandbHyperband(min_iter=1), [5.0, 6.0, 7.0, 8.0]) is None


def test_a_trial_is_judged_by_its_best_unless_the_rule_is_strict() -> None:
    ahead_once = [0.5, 9.0, 9.0]
    for strict, epoch in [(False, None), (True, 3)]:
        trials = JudgedTrials(Goal.MINIMIZE)
        trials.complete(1, [1.0, 1.0, 1.0])
        found = trials.judge(WandbHyperband(min_iter=3, strict=strict), ahead_once, number=2)
        assert (found[0] if found else None) == epoch


def test_the_sentence_tells_the_threshold() -> None:
    trials = JudgedTrials()
    trials.complete(1, [0.1, 0.2, 0.7])
    found = trials.judge(WandbHyperband(min_iter=3), [0.1, 0.2, 0.61], number=2)
    assert found is not None
    assert found[1].sentence == (
        "acc 0.61 at its best is worse than the 0.7 that bracket 3 asks of 2 trials"
    )


def test_logged_values_count_and_neither_steps_nor_what_is_no_number() -> None:
    trials = JudgedTrials()
    trials.complete(1, [0.9, 0.9, 0.9])
    rule = WandbHyperband(min_iter=3, strict=True)
    found = trials.judge(rule, [0.1, nan, 0.2, nan, 0.3], number=2, every=10)
    assert found is not None
    assert found[0] == 50


def test_a_repeat_of_a_finalist_is_neither_judged_nor_compared_with() -> None:
    trials = JudgedTrials()
    trials.complete(1, [0.5] * 3)
    trials.trial(2).repeat_of = 1
    assert trials.judge(WandbHyperband(min_iter=3), [0.1] * 4, number=2) is None
    assert len(trials.peers.logged.at(3)) == 1


def test_any_of_wandbs_options_makes_the_rule_wandbs() -> None:
    assert isinstance(make_rule("hyperband", {"min_iter": 3}), WandbHyperband)
    assert isinstance(make_rule("hyperband", {"max_iter": 9, "s": 1, "eta": 3}), WandbHyperband)
    assert type(make_rule("hyperband", {"reduction": 3})) is Hyperband


@pytest.mark.parametrize("seed", range(60))
def test_its_decisions_are_those_of_a_reference_over_random_histories(seed: int) -> None:
    """Trials that report in turns, lose points to restarts, and report what is no number."""
    draw = random.Random(seed)
    goal = draw.choice(list(Goal))
    trials = JudgedTrials(goal, metric="loss")
    options = draw.choice([{"min_iter": 2}, {"max_iter": 20, "s": 3}, {"min_iter": 3, "eta": 1.5}])
    rule = WandbHyperband(**options, strict=draw.random() < 0.5)
    if seed % 2:
        assert trials.peers.logged.at(2).losses == []
    at, attempts = dict.fromkeys(range(1, 8), 0), dict.fromkeys(range(1, 8), 1)
    for _ in range(150):
        number = draw.randint(1, 7)
        if draw.random() < 0.05:
            at[number] = draw.randint(0, at[number])
            attempts[number] += 1
        at[number] += draw.randint(1, 2)
        value = draw.choice([nan, inf, *[draw.gauss(0, 1) for _ in range(18)]])
        report = trials.report(number, at[number], value, attempts[number])
        verdict = rule.judge(trials.trial(number), report, trials.peers)
        assert (verdict is not None) == _stops(trials, number, rule)


def _stops(trials: JudgedTrials, number: int, rule: WandbHyperband) -> bool:
    """The rule over plain lists, as W&B's documentation and engine describe it."""
    sign = -1 if trials.plan.goal is Goal.MAXIMIZE else 1
    logged = {n: [sign * v for v in t.values if isfinite(v)] for n, t in trials.trials.items()}
    mine = logged[number]
    reached = [b for b in rule.brackets if b <= len(mine)]
    if not reached:
        return False
    there = sorted(
        values[reached[-1] - 1] for values in logged.values() if len(values) >= reached[-1]
    )
    threshold = there[int((1.0 / rule.eta) * len(there))]
    return (mine[reached[-1] - 1] if rule.strict else min(mine)) > threshold
