"""The first rung is a floor until full-length trials tell where rankings begin to hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import pi, sin

import pytest
from scipy.stats import kendalltau

from engine.core.events import EngineStarted
from engine.core.model import Goal
from engine.stopping.agreement import CERTAINTY, agreement, widening
from engine.stopping.asha import Asha
from engine.stopping.first_rung import FEWEST, FirstRung, first_rung, floor_of, rung_in_force
from tests.fakes.told_curves import ToldCurves


def curve(draw: random.Random, end: float, settled: int, epochs: int = 27) -> list[float]:
    """A curve whose epochs tell nothing of its end before `settled`, and nearly all from then on.

    What it shows at first stays below every end.
    """
    blind = [draw.random() - 2 for _ in range(settled - 1)]
    return blind + [end + draw.gauss(0, 0.02) for _ in range(settled, epochs + 1)]


def told_of(trials: int, settled: int, seed: int = 0, **plan: object) -> ToldCurves:
    """So many trials that ran to their end, none of them stopped."""
    draw = random.Random(seed)
    told = ToldCurves(**plan)
    for _ in range(trials):
        told.run(curve(draw, draw.random(), settled, told.plan.budget or 27))
    return told


def rung(told: ToldCurves) -> FirstRung:
    return first_rung(told.peers, 0)


def test_the_floor_is_a_ninth_of_the_budget_rounded_up() -> None:
    assert [floor_of(budget) for budget in (1, 9, 10, 27, 52, 100)] == [1, 1, 2, 3, 6, 12]
    assert floor_of(None) == 3


def test_until_five_trials_ran_to_their_end_the_floor_holds() -> None:
    for trials in (0, FEWEST - 1):
        found = rung(told_of(trials, settled=1))
        assert found.step == 3
        assert found.provisional
        assert found.sentence == (
            "first rung: epoch 3, a ninth of the budget, until 5 trials have run to the end"
        )


def test_where_rankings_hold_from_the_first_epoch_the_first_rung_moves_down_to_it() -> None:
    found = rung(told_of(12, settled=1))
    assert found.step == 1
    assert not found.provisional
    assert found.sentence.startswith("first rung: epoch 1 (rank correlation ")
    assert found.sentence.endswith(", over 12 trials)")
    assert " with what came later, at least " in found.sentence


def test_where_they_hold_from_the_second_epoch_the_first_is_not_believed() -> None:
    for seed in range(20):
        assert rung(told_of(20, settled=2, seed=seed)).step == 2


def test_where_the_floor_itself_tells_nothing_the_first_rung_moves_up() -> None:
    found = Counter(rung(told_of(40, settled=8, seed=seed)).step for seed in range(20))
    assert found[8] >= 18
    assert set(found) <= {3, 8}


def test_where_nothing_ever_tells_the_first_rung_is_half_the_budget() -> None:
    draw = random.Random(1)
    told = ToldCurves()
    for _ in range(60):
        told.run([draw.random() - 2 for _ in range(26)] + [draw.random()])
    assert rung(told).step == 13


def test_where_too_little_is_known_the_floor_stands_and_says_so() -> None:
    draw = random.Random(3)
    told = ToldCurves()
    for _ in range(8):
        end = draw.random()
        told.run([end + draw.gauss(0, 0.25) for _ in range(26)] + [end + 2])
    found = rung(told)
    assert found.step == 3
    assert found.sentence.startswith("first rung: epoch 3, a ninth of the budget (rank correlation")
    assert found.sentence.endswith(" with the end over 8 full-length trials)")


def test_scripts_that_end_before_the_floor_tell_nothing() -> None:
    told = ToldCurves()
    for value in range(10):
        told.run([value / 10] * 2)
    assert rung(told).step == 3


def test_trials_that_came_from_an_earlier_class_tell_nothing_of_their_first_epochs() -> None:
    told = told_of(8, settled=1)
    for number in range(1, 9):
        told.machine.state.rerank(told.trial(number), 1)
        told.restart(number)
        told.report(number, 28, number / 10)
        told.end(number)
    assert len(told.peers.full_length(1)) == 8
    assert first_rung(told.peers, 1).provisional


def test_objectives_all_alike_tell_nothing() -> None:
    told = ToldCurves()
    for _ in range(10):
        told.run([0.5] * 27)
    assert rung(told).step == 3


def test_trials_that_diverged_or_were_stopped_are_not_learnt_from() -> None:
    told = told_of(4, settled=1)
    for _ in range(20):
        told.report(told.begin(), 1, float("nan"))
        told.run([0.1] * 3, budget=3)
    assert rung(told).provisional


def test_survivors_of_a_rung_do_not_make_it_look_worse_than_it_is() -> None:
    for seed in range(8):
        draw = random.Random(seed)
        told = ToldCurves(Asha())
        for _ in range(250):
            end = draw.gauss(0, 1)
            told.run([end + draw.gauss(0, 0.6) for _ in range(26)] + [end + 9])
        assert len(told.peers.full_length()) < 80
        assert rung_in_force(told.peers, 0).step <= 3


def test_once_it_has_moved_down_its_own_survivors_do_not_keep_it_there() -> None:
    # The first epoch tells the end for the first trials, and nothing from then on.
    draw = random.Random(4)
    told = ToldCurves(Asha())
    for _ in range(30):
        told.run(curve(draw, draw.random(), 1))
    assert rung_in_force(told.peers, 0).step == 1
    for _ in range(400):
        told.run(curve(draw, draw.random() + 2, 2))
    assert rung_in_force(told.peers, 0).step >= 2


def test_the_first_rung_in_force_is_that_of_the_last_judgement() -> None:
    told = told_of(12, settled=1)
    assert rung_in_force(told.peers, 0).provisional
    assert rung(told) == rung_in_force(told.peers, 0)


def test_it_is_worked_out_anew_only_as_full_length_trials_grow_by_a_tenth() -> None:
    draw = random.Random(0)
    told = told_of(40, settled=1)
    before = rung(told)
    told.run(curve(draw, 0.5, 1))
    assert rung(told) is before
    for _ in range(6):
        told.run(curve(draw, 0.5, 1))
    assert rung(told) is not before


def test_without_a_budget_the_end_is_where_scripts_end() -> None:
    assert rung(told_of(20, settled=2, budget=None)).step == 2


def test_curves_reported_every_fifth_epoch_have_their_first_rung_at_one_they_report() -> None:
    draw = random.Random(0)
    told = ToldCurves(budget=100)
    for _ in range(20):
        trial, end = told.begin(), draw.random()
        for step in range(5, 101, 5):
            told.report(trial, step, end + draw.gauss(0, 0.02))
        told.end(trial)
    assert rung(told).step == 5


def test_long_curves_are_looked_at_in_geometric_progression() -> None:
    draw = random.Random(0)
    told = ToldCurves(budget=2000, goal=Goal.MINIMIZE)
    for _ in range(10):
        end = draw.random()
        told.run([end] * 2000)
    assert rung(told).step == 1


def test_a_replay_finds_the_same_first_rung_whatever_viewers_asked() -> None:
    def sweep(asked: bool) -> tuple[str, list[tuple[int, str]]]:
        draw = random.Random(5)
        told = ToldCurves(Asha())
        for _ in range(60):
            told.run(curve(draw, draw.random(), 2))
            if asked:
                told.machine.rules()
        told.tell(EngineStarted, pid=2, resumed=True)
        return told.machine.rules()[0], [(n, v.sentence) for n, v in told.stopped.items()]

    assert sweep(asked=True) == sweep(asked=False)


def compared(losses: Sequence[float]) -> list[int]:
    return [(a > b) - (a < b) for a, b in combinations(losses, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_the_estimate_has_kendalls_tau(seed: int) -> None:
    draw = random.Random(seed)
    early = [round(draw.random(), 1) for _ in range(20)]
    final = [value + draw.gauss(0, 0.3) for value in early]
    known = agreement(early, compared(final))
    assert known.estimate == pytest.approx(sin(pi / 2 * kendalltau(early, final).statistic))
    assert known.low < known.estimate < known.high


def test_the_bounds_hold_as_often_as_they_promise() -> None:
    below = above = 0
    for seed in range(600):
        draw = random.Random(seed)
        early = [draw.gauss(0, 1) for _ in range(15)]
        known = agreement(early, compared([0.7 * x + draw.gauss(0, 0.714) for x in early]))
        below, above = below + (known.low <= 0.7), above + (known.high >= 0.7)
    assert min(below, above) / 600 > CERTAINTY - 0.04


def test_survivors_tell_of_all_trials_once_corrected_for_their_selection() -> None:
    draw = random.Random(2)
    early = [draw.gauss(0, 1) for _ in range(900)]
    final = [0.8 * x + draw.gauss(0, 0.6) for x in early]
    best = sorted(zip(early, final, strict=True))[:300]
    survivors = [x for x, _ in best]
    known = agreement(survivors, compared([y for _, y in best]))
    assert known.estimate < 0.7
    corrected = known.among_all(widening(survivors, early))
    assert corrected.estimate == pytest.approx(0.8, abs=0.07)


def test_few_trials_or_a_constant_say_nothing() -> None:
    assert agreement([1, 2, 3], compared([1, 2, 3])).low == -1.0
    constant = agreement([1] * 9, compared(range(9)))
    assert (constant.low, constant.high) == (-1.0, 1.0)
