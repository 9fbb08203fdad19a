"""GP: which trials are modelled, and what outliers and conditions become."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.model import Goal
from engine.core.observing import Observation
from engine.search.gp import MOST, Gp
from engine.search.registry import create
from engine.space.build import build_space
from engine.space.space import Space

LINE = build_space({"x": {"min": 0.0, "max": 1.0}})[0]


def gp(space: Space, known: list[Observation], **options: Any) -> Gp:
    found = create("gp", space, 3, options, Goal.MINIMIZE)
    assert isinstance(found, Gp)
    found.observe(known)
    return found


def seen(number: int, x: float, loss: float | None, status: Any = "complete") -> Observation:
    return Observation(
        number=number,
        params={"x": x},
        space_version=1,
        status=status,
        steps=() if loss is None else (1,),
        values=() if loss is None else (loss,),
    )


def shown(method: Gp) -> list[Any]:
    return method._trials(method.training())


def test_past_500_trials_it_models_the_best_and_the_newest() -> None:
    known = [seen(n, n / 1000, abs(n - 100.0)) for n in range(1, 1001)]
    trials = shown(gp(LINE, known))
    numbers = {round(t.params["x"] * 1000) for t in trials}
    assert len(trials) == MOST
    assert numbers == {*range(1, 251), *range(751, 1001)}


def test_one_loss_beyond_all_others_leaves_them_apart() -> None:
    known = [seen(n, n / 30, 0.1 + n / 100) for n in range(1, 21)]
    trials = shown(gp(LINE, [*known, seen(21, 0.9, 1e30), seen(22, 0.95, None, "infeasible")]))
    worst = max(t.value for t in trials)
    assert worst < 1.0
    assert [t.value for t in trials[-2:]] == [worst, worst]


@pytest.mark.parametrize(
    ("in_flight", "loss"), [("joint", None), ("worst", 0.4), ("mean", 0.25), ("ignore", "none")]
)
def test_trials_in_flight_are_what_the_option_says(in_flight: str, loss: Any) -> None:
    known = [seen(n, n / 10, n / 10) for n in range(1, 5)]
    trials = shown(gp(LINE, [*known, seen(-1, 0.7, None, "open")], in_flight=in_flight))
    assert [t.value for t in trials if t.params["x"] == 0.7] == ([loss] if loss != "none" else [])


def test_it_looks_where_the_expected_improvement_is() -> None:
    known = [seen(n, n / 12, (n / 12 - 0.37) ** 2) for n in range(12)]
    assert gp(LINE, known).propose(12).params["x"] == pytest.approx(0.37, abs=0.02)


def test_candidates_in_flight_are_stepped_around() -> None:
    known = [seen(n, n / 12, (n / 12 - 0.37) ** 2) for n in range(12)]
    method = gp(LINE, known)
    first = method.propose(12).params["x"]
    method.observe([seen(-1, first, None, "open")])
    assert abs(method.propose(13).params["x"] - first) > 1e-4


def test_a_conditional_parameter_lies_in_the_middle_where_it_does_not_apply() -> None:
    space = build_space(
        {
            "optimizer": {"values": ["sgd", "adam"]},
            "momentum": {"min": 0.0, "max": 1.0, "when": {"optimizer": "sgd"}},
        }
    )[0]
    known = [
        Observation(
            number=n,
            params={"optimizer": "adam"},
            space_version=1,
            status="complete",
            steps=(1,),
            values=(n / 10,),
        )
        for n in (1, 2)
    ]
    assert [t.params for t in shown(gp(space, known))] == [{"optimizer": 1, "momentum": 0.5}] * 2


def test_the_ends_of_a_normal_distribution_are_left_out() -> None:
    space = build_space({"x": {"distribution": "normal", "sigma": 1.0}})[0]
    known = [seen(n, n / 4 - 2, -float(n)) for n in range(1, 13)]
    proposal = gp(space, known).propose(12).params["x"]
    assert 1.0 < proposal < 3.5


def test_numbers_to_choose_from_lie_on_an_axis_in_their_order() -> None:
    listed = {"batch": {"values": [64, 16, 256]}, "name": {"values": ["a", "b", "c"]}}
    space = build_space(listed)[0]
    known = [
        Observation(
            number=n,
            params={"batch": batch, "name": name},
            space_version=1,
            status="complete",
            steps=(1,),
            values=(float(n),),
        )
        for n, (batch, name) in enumerate([(16, "c"), (64, "b"), (256, "a")], start=1)
    ]
    method = gp(space, known, startup_trials=2)
    assert [t.params for t in shown(method)] == [
        {"batch": 0, "name": 2},
        {"batch": 1, "name": 1},
        {"batch": 2, "name": 0},
    ]
    assert method.suggest(method.training(), 7)["batch"] in (16, 64, 256)


def test_a_choice_of_numbers_is_learnt_from_its_neighbours() -> None:
    space = build_space({"width": {"values": [2**n for n in range(16)]}})[0]
    known = [
        Observation(
            number=n,
            params={"width": 2**at},
            space_version=1,
            status="complete",
            steps=(1,),
            values=((at - 6) ** 2 / 100,),
        )
        for n, at in enumerate((0, 3, 9, 15), start=1)
    ]
    method = gp(space, known, startup_trials=2)
    asked = [method.suggest(method.training(), index)["width"] for index in range(3)]
    assert set(asked) <= {2**at for at in (4, 5, 6, 7, 8)}
