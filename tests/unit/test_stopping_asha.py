"""Successive halving stops what is not among the best 1/reduction at a rung."""

from __future__ import annotations

import random
from math import inf, nan

import pytest

from engine.core.events import ReportsArrived
from engine.core.model import Complete, Goal, Pruned, Report, Waiting
from engine.stopping.asha import Asha
from engine.stopping.brackets import bracket_sizes, make_brackets
from engine.stopping.rungs import going_on, how_many, rungs_within
from tests.fakes.asha_reference import stops
from tests.fakes.told_curves import ToldCurves


def at_epoch(told: ToldCurves, step: int, *values: float) -> list[str | None]:
    """Let as many new trials come to an epoch, one after the other, with these values."""
    return [told.report(told.begin(), step, value) for value in values]


def test_the_first_of_three_to_be_worst_of_three_is_stopped() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    assert at_epoch(told, 1, 0.5, 0.4) == [None, None]
    assert at_epoch(told, 1, 0.3) == ["acc 0.3 at epoch 1 is 3rd of 3; the best goes on"]


def test_without_leniency_the_second_must_be_as_good_as_the_first() -> None:
    told = ToldCurves(Asha(reduction=3, min=1, lenient=False))
    assert at_epoch(told, 1, 0.5, 0.5, 0.6) == [None, None, None]
    told = ToldCurves(Asha(reduction=3, min=1, lenient=False))
    stopped = at_epoch(told, 1, 0.5, 0.4, 0.6)
    assert stopped == [None, "acc 0.4 at epoch 1 is 2nd of 2; the best goes on", None]


def test_without_leniency_what_diverged_first_goes_on_and_the_next_does_too() -> None:
    told = ToldCurves(Asha(reduction=3, min=1, lenient=False))
    assert at_epoch(told, 1, nan, 0.1) == [None, None]


def test_a_hand_worked_rung_of_nine_goes_as_the_paper_says() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    values = (0.1, 0.9, 0.5, 0.95, 0.92, 0.91, 0.90, 0.93, 0.2)
    #         n<3  n<3  2/3  1/4  2/5  3/6: best 2  5/7  2/8   8/9: best 3
    stopped = [sentence is not None for sentence in at_epoch(told, 1, *values)]
    assert stopped == [False, False, True, False, True, True, True, False, True]


def test_the_sentence_counts_those_that_have_come_to_the_rung_so_far() -> None:
    told = ToldCurves(Asha(reduction=3, min=3))
    values = (0.9, 0.8, 0.7, 0.75, 0.6, 0.65, 0.5, 0.55, 0.4, 0.3, 0.2, 0.25, 0.35)
    at_epoch(told, 3, *values)
    assert at_epoch(told, 3, 0.41) == ["acc 0.41 at epoch 3 is 9th of 14; the best 4 go on"]


def test_rungs_lie_at_powers_of_the_reduction_below_the_budget() -> None:
    assert rungs_within(1, 3, 0, 26) == [1, 3, 9]
    assert rungs_within(1, 3, 3, 27) == [9, 27]
    assert rungs_within(2, 4, 0, 100) == [2, 8, 32]
    assert rungs_within(5, 3, 0, 4) == []
    assert rungs_within(1, 1.5, 0, 12) == [1, 2, 3, 5, 7, 11]
    assert how_many(1, 3, 27) == 4
    assert how_many(5, 3, 4) == 1


def test_a_third_of_thirty_is_ten_whatever_the_last_digit_of_the_reduction() -> None:
    assert [going_on(n, 3.0) for n in (2, 3, 8, 9, 30)] == [0, 1, 2, 3, 10]
    assert going_on(11, 1.1) == 10
    assert rungs_within(1, 10 / 3, 0, 40) == [1, 3, 11, 37]


def test_between_rungs_nobody_is_judged() -> None:
    told = ToldCurves(Asha(reduction=3, min=3))
    for step in (1, 2):
        assert at_epoch(told, step, 0.9, 0.8, 0.7, 0.1) == [None] * 4
    assert at_epoch(told, 3, 0.9, 0.8, 0.7, 0.1)[3] is not None


def test_a_trial_judged_at_a_rung_is_judged_again_only_at_the_next() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    slow = told.begin()
    assert told.report(slow, 1, 0.1) is None
    at_epoch(told, 1, *[0.9] * 10)
    assert told.report(slow, 2, 0.1) is None
    at_epoch(told, 3, *[0.9] * 10)
    assert told.report(slow, 3, 0.1) == "acc 0.1 at epoch 3 is 11th of 11; the best 3 go on"


def test_equals_share_a_place_so_nobody_is_stopped_where_all_are_alike() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    assert at_epoch(told, 1, *[0.5] * 9) == [None] * 9


def test_what_is_no_number_comes_last() -> None:
    told = ToldCurves(Asha(reduction=2, min=1))
    assert at_epoch(told, 1, nan, 0.1) == [None, None]
    assert at_epoch(told, 1, inf) == ["acc inf at epoch 1 is 2nd of 3; the best goes on"]
    minimized = ToldCurves(Asha(reduction=2, min=1), goal=Goal.MINIMIZE)
    assert at_epoch(minimized, 1, nan, 0.1, 0.05) == [None, None, None]
    assert at_epoch(minimized, 1, -inf)[0] is not None


def test_a_report_that_passes_a_rung_counts_there() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    at_epoch(told, 5, 0.9, 0.8)
    assert at_epoch(told, 5, 0.1) == ["acc 0.1 at epoch 5 is 3rd of 3; the best goes on"]


def test_a_trial_at_its_own_end_is_complete_and_not_stopped() -> None:
    told = ToldCurves(Asha(reduction=3, min=3))
    for value in (0.9, 0.8, 0.1):
        number = told.run([value] * 3, budget=3)
        assert isinstance(told.trial(number).state, Complete)
    assert at_epoch(told, 3, 0.2) == ["acc 0.2 at epoch 3 is 3rd of 4; the best goes on"]


def test_nobody_is_judged_at_or_beyond_max() -> None:
    told = ToldCurves(Asha(reduction=3, min=1, max=9))
    assert at_epoch(told, 9, *[0.9] * 5) == [None] * 5
    late = told.begin()
    for step in (1, 3):
        told.report(late, step, 1.0)
    assert [told.report(late, step, 0.0) for step in (9, 26)] == [None, None]


def test_without_a_budget_the_rungs_go_on_without_end() -> None:
    told = ToldCurves(Asha(reduction=3, min=1), budget=None)
    ahead = told.begin(3)
    for trial in range(1, ahead + 1):
        for step in range(1, 81):
            assert told.report(trial, step, 0.5) is None
    for trial in range(1, ahead + 1):
        value = 0.5 - trial / 10
        sentence = told.report(trial, 81, value)
    assert sentence == "acc 0.2 at epoch 81 is 3rd of 3; the best goes on"
    assert "epochs 1, 3, 9, and so on" in told.machine.rules()[0]


def test_a_trial_that_a_person_revives_is_not_stopped_again_where_it_was_stopped() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    at_epoch(told, 3, 0.9, 0.8)
    loser = told.begin()
    assert told.report(loser, 3, 0.1) is not None
    assert isinstance(told.trial(loser).state, Pruned)
    told.machine.state.set_state(told.trial(loser), Waiting())
    told.restart(loser)
    assert [told.report(loser, step, 0.1) for step in range(1, 9)] == [None] * 8
    at_epoch(told, 9, 0.9, 0.8)
    assert told.report(loser, 9, 0.1) == "acc 0.1 at epoch 9 is 3rd of 3; the best goes on"


def test_repeats_of_a_finalist_neither_compare_nor_are_stopped() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    at_epoch(told, 1, 0.9, 0.8)
    repeat = told.begin()
    told.trial(repeat).repeat_of = 1
    assert told.report(repeat, 1, 0.1) is None
    assert len(told.peers.at(1)) == 2


def test_reports_without_the_objective_are_not_judged() -> None:
    told = ToldCurves(Asha(reduction=3, min=1))
    at_epoch(told, 1, 0.9, 0.8, 0.85)
    trial = told.begin()
    made = (Report(1, 0.0, {"loss": 3.0}),)
    told.tell(ReportsArrived, trial=trial, attempt=1, reports=made)
    assert trial not in told.stopped


def test_the_promoting_form_judges_nobody() -> None:
    told = ToldCurves(Asha(mode="promote", min=1))
    assert at_epoch(told, 1, 0.9, 0.8, 0.7, 0.1) == [None] * 4
    assert told.machine.rules() == []


def test_brackets_begin_a_rung_later_each_and_compare_among_themselves() -> None:
    told = ToldCurves(Asha(reduction=3, min=1, brackets=2))
    told.begin(12)
    stopped_at_1 = [told.report(n, 1, 1 - n / 100) is not None for n in range(1, 13)]
    stopped_at_3 = [told.report(n, 3, 1 - n / 100) is not None for n in range(1, 13)]
    brackets = make_brackets(bracket_sizes(2, 3))
    first = [n for n in range(1, 13) if brackets.of(n) == 0]
    second = [n for n in range(1, 13) if brackets.of(n) == 1]
    assert len(first) > len(second) > 2
    assert [n for n in range(1, 13) if stopped_at_1[n - 1]] == first[2:]
    assert [n for n in range(1, 13) if stopped_at_3[n - 1] and n in second] == second[2:]
    assert len(told.peers.among(brackets).at(3, (0, 1))) == len(second)


def test_the_rule_says_where_its_rungs_lie() -> None:
    told = ToldCurves(
        Asha(reduction=3, min=1), Asha(min=20, reduction=2.5, lenient=False), Asha(min=30)
    )
    assert told.machine.rules() == [
        "asha: the best 1/3 go on at epochs 1, 3, 9",
        "asha: the best 1/2.5 go on at epoch 20 (of fewer than 3 the best alone)",
        "asha: no rung lies below epoch 27, so nothing is stopped",
    ]


def history(draw: random.Random) -> list[tuple[int, int, float]]:
    """Some trials' curves, interleaved: ties, numbers that are none, and epochs left out."""
    every = draw.choice((1, 1, 1, 2, 5))
    trials = draw.randrange(1, 25)
    lengths = {trial: draw.randrange(1, 28) for trial in range(1, trials + 1)}
    at = dict.fromkeys(lengths, 0)
    told = []
    while open_ := [t for t in lengths if at[t] + every <= lengths[t]]:
        trial = draw.choice(open_[:6])
        at[trial] += every
        value = draw.choice((draw.random(), round(draw.random(), 1), round(draw.random(), 1), nan))
        told.append((trial, at[trial], value))
    return told


@pytest.mark.parametrize("lenient", [True, False])
@pytest.mark.parametrize("block", range(10))
def test_decisions_are_those_of_an_independent_reference(block: int, lenient: bool) -> None:
    for seed in range(block * 100, block * 100 + 100):
        draw = random.Random(seed)
        eta, first = draw.choice((2, 3, 4)), draw.choice((1, 2, 3))
        goal = draw.choice((Goal.MINIMIZE, Goal.MAXIMIZE))
        sign = -1.0 if goal is Goal.MAXIMIZE else 1.0
        reports = history(draw)
        told = ToldCurves(Asha(reduction=eta, min=first, lenient=lenient), goal=goal)
        told.begin(max(trial for trial, _, _ in reports) if reports else 1)
        for trial, step, loss in reports:
            told.report(trial, step, sign * loss)
        ended = {trial: told.trial(trial).last_step for trial in told.stopped}
        assert ended == stops(reports, first, eta, 27, lenient=lenient), f"history {seed}"
