"""Hyperband's brackets share trials out, and each is a successive halving of its own."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.core.model import Running
from engine.stopping.asha import Asha
from engine.stopping.brackets import bracket_sizes, make_brackets
from engine.stopping.hyperband import Hyperband
from tests.fakes.told_curves import ToldCurves


@pytest.mark.parametrize(
    ("count", "eta", "sizes"),
    [(5, 3, [81, 34, 15, 8, 5]), (4, 3, [27, 12, 6, 4]), (3, 2, [4, 3, 3]), (1, 3, [1])],
)
def test_brackets_are_as_big_as_in_the_hyperband_paper(
    count: int, eta: float, sizes: list[int]
) -> None:
    assert bracket_sizes(count, eta) == sizes


def test_trials_are_shared_out_by_size_and_evenly_from_the_first_on() -> None:
    brackets = make_brackets([27, 12, 6, 4])
    for many in (49, 490, 4900):
        counts = Counter(brackets.of(number) for number in range(1, many + 1))
        for bracket, size in enumerate((27, 12, 6, 4)):
            assert abs(counts[bracket] - size * many / 49) <= 2
    assert {brackets.of(number) for number in range(1, 20)} == {0, 1, 2, 3}


def test_a_trial_of_the_last_bracket_runs_to_its_end_however_bad() -> None:
    told = ToldCurves(Hyperband(min=1))
    brackets = make_brackets(bracket_sizes(4, 3))
    told.begin(40)
    for step in (1, 3, 9, 26):
        for number in range(1, 41):
            told.report(number, step, 1 - number / 100)
    running = [n for n in range(1, 41) if isinstance(told.trial(n).state, Running)]
    last = [n for n in range(1, 41) if brackets.of(n) == 3]
    assert set(last) <= set(running)
    first = [n for n in range(1, 41) if brackets.of(n) == 0]
    assert [n for n in running if n in first] == first[:2]


def test_the_first_bracket_is_asha_among_its_own_trials() -> None:
    brackets = make_brackets(bracket_sizes(4, 3))
    own = [n for n in range(1, 60) if brackets.of(n) == 0]
    values = {n: (n * 37 % 61) / 61 for n in range(1, 60)}
    hyperband, asha = ToldCurves(Hyperband(min=1)), ToldCurves(Asha(min=1))
    hyperband.begin(59)
    asha.begin(len(own))
    for step in (1, 3, 9):
        for number in range(1, 60):
            hyperband.report(number, step, values[number])
        for place, number in enumerate(own, start=1):
            asha.report(place, step, values[number])
    expected = {own[place - 1]: v.sentence for place, v in asha.stopped.items()}
    stopped = {n: v.sentence for n, v in hyperband.stopped.items() if n in own}
    assert stopped == expected
    assert len(stopped) > len(own) / 2


def test_the_rule_says_how_many_brackets_it_has() -> None:
    told = ToldCurves(Hyperband(), Hyperband(min=1, max=9), Hyperband(min=27))
    assert told.machine.rules() == [
        "hyperband: the best 1/3 go on at epochs 3, 9, in 3 brackets; first rung: epoch 3, a ninth "
        "of the budget, until 5 trials have run to the end",
        "hyperband: the best 1/3 go on at epochs 1, 3, in 3 brackets",
        "hyperband: no rung lies below epoch 27, so nothing is stopped",
    ]


def test_without_a_budget_there_are_three_brackets() -> None:
    told = ToldCurves(Hyperband(min=1), budget=None)
    assert "in 3 brackets" in told.machine.rules()[0]
    told.begin(30)
    for number in range(1, 31):
        told.report(number, 1, 1 - number / 100)
    brackets = make_brackets(bracket_sizes(3, 3))
    assert {brackets.of(n) for n in told.stopped} == {0}
