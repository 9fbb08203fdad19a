"""What is said to matter does; what does not is told from chance."""

from __future__ import annotations

import random

import pytest

from engine.core.views import TrialView
from tui_tuner.view.importance import FEWEST, _by_size, influence, ranks
from tui_tuner.view.insight import insight
from tui_tuner.view.ranges import Parameter, Shape

SPACE = (
    Parameter(name="noise", kind="float", now=Shape(low=0, high=1), first=Shape(low=0, high=1)),
    Parameter(name="seed", kind="fixed", now=Shape(fixed=True), first=Shape(fixed=True)),
    Parameter(name="lr", kind="float", now=Shape(low=-3, high=3), first=Shape(low=-3, high=3)),
    Parameter(
        name="act",
        kind="categorical",
        now=Shape(values=("relu", "tanh")),
        first=Shape(values=("relu", "tanh")),
    ),
)


def row(number: int, value: float | None, params, state="complete", **fields) -> TrialView:
    return TrialView(
        id=f"t{number:04d}",
        state=state,
        params=params,
        stage="main",
        budget=9,
        origin="",
        parent=None,
        space_version=1,
        seed=0,
        step=fields.pop("step", 9),
        best=value,
        **fields,
    )


def sweep(count: int, score, seed: int = 0) -> dict[str, TrialView]:
    rng = random.Random(seed)
    rows = {}
    for number in range(1, count + 1):
        params = {"lr": rng.uniform(-3, 3), "noise": rng.random(), "seed": 0}
        params["act"] = rng.choice(["relu", "tanh"])
        rows[f"t{number:04d}"] = row(number, score(params) + rng.gauss(0, 0.05), params)
    return rows


def of(rows, name: str, *, numeric: bool = True, maximize: bool = True):
    return influence(rows, ranks(rows.values(), maximize), name, numeric=numeric)


def test_a_best_value_in_the_middle_counts_although_no_rank_correlation_sees_it():
    found = of(sweep(100, lambda p: -(p["lr"] ** 2)), "lr")
    assert found.told
    assert found.share > 0.8
    assert found.trend == "middle"


@pytest.mark.parametrize(
    ("score", "maximize", "trend"),
    [
        (lambda p: p["lr"], True, "more"),
        (lambda p: p["lr"], False, "less"),
        (lambda p: p["lr"] ** 2, True, "ends"),
        (lambda p: 10.0 ** p["lr"], True, "more"),
    ],
)
def test_it_says_which_way_whatever_the_scale_and_the_goal(score, maximize, trend):
    assert of(sweep(100, score), "lr", maximize=maximize).trend == trend


def test_what_does_not_matter_hardly_ever_seems_to():
    told = [of(sweep(60, lambda p: p["lr"], seed), "noise").told for seed in range(200)]
    assert sum(told) <= 10


def test_a_choice_counts_by_its_values():
    rows = sweep(60, lambda p: 1.0 if p["act"] == "relu" else 0.0)
    found = of(rows, "act", numeric=False)
    assert found.told
    assert found.share > 0.6
    assert found.trend == ""


def test_a_trial_that_was_stopped_ranks_behind_those_that_came_further():
    rows = [
        row(1, 0.5, {}),
        row(2, 0.9, {}, "pruned", step=2),
        row(3, 0.8, {}, "pruned", step=4, converged=True),
        row(4, None, {}, "failed", failure="diverged"),
        row(5, 0.99, {}, "failed", failure="error"),
        row(6, 0.99, {}, "running"),
        row(7, 0.7, {}, "pruned", step=9, infeasible=True),
    ]
    assert ranks(rows, True) == {"t0003": 1, "t0001": 2, "t0002": 3, "t0007": 4.5, "t0004": 4.5}


def test_nothing_is_said_on_too_few_trials_or_of_values_that_do_not_differ():
    assert of(sweep(FEWEST - 1, lambda p: p["lr"]), "lr").share is None
    assert of(sweep(40, lambda p: p["lr"]), "seed").share is None
    assert of(sweep(40, lambda p: p["lr"]), "absent").trials == 0


def test_odd_values_break_nothing():
    odd = [None, True, float("nan"), float("inf"), "x", [1, 2], 3, 4.5] * 3
    rows = {f"t{n:04d}": row(n, float(n), {"x": value}) for n, value in enumerate(odd, 1)}
    for numeric in (True, False):
        assert of(rows, "x", numeric=numeric).trials == len(odd)
    insight(rows, SPACE, maximize=True)


def test_what_matters_most_comes_first_and_what_is_never_searched_not_at_all():
    rows = sweep(100, lambda p: -(p["lr"] ** 2) + 2 * (p["act"] == "relu"))
    found = insight(rows, SPACE, maximize=True)
    assert [one.parameter.name for one in found.learnt] == ["lr", "act", "noise"]
    assert found.trials == 100
    assert len(found.best) == 10


def test_the_best_have_a_box_or_a_count_a_choice():
    rows = sweep(100, lambda p: -(p["lr"] ** 2) + 9 * (p["act"] == "relu"))
    learnt = {one.parameter.name: one for one in insight(rows, SPACE, maximize=True).learnt}
    low, high = learnt["lr"].box
    assert -1 < low < high < 1
    assert learnt["act"].choices == (("relu", 10),)
    assert learnt["act"].box is None


def test_a_sweep_of_ten_thousand_is_compared_by_its_newest():
    rows = {f"t{n:04d}": row(n, 0.1, {"lr": n}) for n in range(1, 10_001)}
    assert insight(rows, SPACE, maximize=True).trials == 2000


@pytest.mark.parametrize("counts", [(5, 4, 3), (7, 8, 3), (6, 6, 6, 2), (10, 1)])
def test_a_small_last_group_goes_to_the_one_before_and_no_trial_is_lost(counts):
    values = [place for place, count in enumerate(counts) for _ in range(count)]
    rows = {
        f"t{n:04d}": row(n, float(n == len(values) - 1), {"width": value})
        for n, value in enumerate(values)
    }
    found = of(rows, "width")
    assert found.trials == len(values)
    assert found.share is None or 0 <= found.share <= 1


def test_the_groups_hold_every_trial_once():
    ordered = [(float(n // 6), float(n)) for n in range(21)]
    groups = _by_size(ordered)
    assert [rank for group in groups for rank in group] == [rank for _, rank in ordered]
    assert [len(group) for group in groups] == [6, 6, 9]
