"""Every method that learns keeps the contract of engine.search.base.LearningMethod."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from math import inf, log10, nan
from typing import Any

import pytest

from engine.core.model import Goal, Params
from engine.core.observing import Observation
from engine.search.base import Exhausted, LearningMethod, Proposal
from engine.search.distinct import DistinctProposer
from engine.search.registry import METHODS, create
from engine.space.build import build_space
from engine.space.space import Space

LEARNING = sorted(name for name, found in METHODS.items() if found and found.learns)
if find_spec("smac") is None:
    LEARNING.remove("smac")
MIXING = [name for name in LEARNING if name != "cmaes"]
"""cmaes refuses categories and conditions."""
learning = pytest.mark.parametrize("method", LEARNING)
mixing = pytest.mark.parametrize("method", MIXING)


def space_of(**parameters: dict[str, Any]) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


NUMBERS = space_of(
    lr={"min": 1e-5, "max": 10.0, "scale": "log"},
    dropout={"min": 0.0, "max": 0.7},
    width={"min": 16, "max": 512, "scale": "log"},
)
MIXED = space_of(
    lr={"min": 1e-5, "max": 10.0, "scale": "log"},
    layers={"min": 1, "max": 5},
    batch={"distribution": "q_uniform", "min": 16, "max": 256, "q": 16},
    momentum={"min": 0.5, "max": 0.99, "when": {"optimizer": "sgd"}},
    optimizer={"values": ["sgd", "adam", "lion"]},
    seed={"value": 0},
)


def made(method: str, space: Space, seed: int = 3, **options: Any) -> LearningMethod:
    found = create(method, space, seed, options, Goal.MINIMIZE)
    assert isinstance(found, LearningMethod)
    return found


def proposed(method: LearningMethod, index: int) -> Proposal:
    found = method.propose(index)
    assert isinstance(found, Proposal)
    return found


def seen(number: int, params: Params, *values: float, status: Any = "complete") -> Observation:
    return Observation(
        number=number,
        params=params,
        space_version=1,
        status=status,
        steps=tuple(range(1, len(values) + 1)),
        values=values,
        budget=len(values) or None,
    )


def loss(params: Params) -> float:
    """Least at a learning rate of 1e-2."""
    return (log10(params["lr"]) + 2.0) ** 2


def history(space: Space, count: int, value: Callable[[Params], float]) -> list[Observation]:
    draws = create("random", space, seed=1)
    drawn = [draws.propose(n) for n in range(count)]
    return [
        seen(n, one.params, value(one.params))
        for n, one in enumerate(drawn, start=1)
        if isinstance(one, Proposal)
    ]


def taught(method: str, space: Space, known: Iterable[Observation], **options: Any) -> Any:
    found = made(method, space, **options)
    found.observe(tuple(known))
    return found


@learning
def test_it_draws_until_it_knows_enough_and_says_so(method: str) -> None:
    known = history(NUMBERS, 6, loss)
    found = taught(method, NUMBERS, known[:5], startup_trials=6)
    first = proposed(found, 5)
    assert first.origin == f"halton #5, start-up of {method}"
    assert first.source is not None
    assert (first.source.startup, first.source.observations) == (True, 5)
    found.observe(known[5:])
    second = proposed(found, 5)
    assert second.origin == f"{method}, 6 observations, space v1"
    assert second.source is not None
    assert (second.source.startup, second.source.method) == (False, method)


@learning
def test_most_of_its_proposals_are_better_than_the_best_quarter_of_random_ones(method: str) -> None:
    known = history(NUMBERS, 20, loss)
    found = taught(method, NUMBERS, known, startup_trials=5)
    losses = []
    for number in range(21, 26):
        params = proposed(found, number).params
        losses.append(loss(params))
        found.observe([seen(number, params, losses[-1])])
    assert sorted(losses)[2] < sorted(loss(one.params) for one in known)[5]


@mixing
def test_it_searches_conditions_and_categories(method: str) -> None:
    found = taught(method, MIXED, history(MIXED, 14, loss))
    made_of = [proposed(found, index).params for index in range(3)]
    assert all(MIXED.contains(params) for params in made_of)
    assert all(("momentum" in one) == (one["optimizer"] == "sgd") for one in made_of)


@learning
def test_a_rebuilt_one_proposes_the_same_whatever_the_order_it_was_told_in(method: str) -> None:
    known = history(NUMBERS, 12, loss)
    found = made(method, NUMBERS)
    for one in known:
        found.observe([one])
    proposed(found, 11)
    rebuilt = taught(method, NUMBERS, reversed(known))
    assert proposed(rebuilt, 20) == proposed(found, 20)
    assert proposed(rebuilt, 20) == proposed(found, 20)


@learning
def test_the_goal_says_which_way_is_better(method: str) -> None:
    known = history(NUMBERS, 15, lambda params: -loss(params))
    up = create(method, NUMBERS, 3, None, Goal.MAXIMIZE)
    assert isinstance(up, LearningMethod)
    up.observe(known)
    down = taught(method, NUMBERS, history(NUMBERS, 15, loss))
    assert proposed(up, 15).params == proposed(down, 15).params


@learning
@pytest.mark.parametrize("in_flight", ["worst", "mean", "ignore"])
def test_candidates_in_flight_are_taken_back_without_a_trace(method: str, in_flight: str) -> None:
    known = history(NUMBERS, 12, loss)
    found = taught(method, NUMBERS, known, in_flight=in_flight)
    before = proposed(found, 12)
    candidate = seen(-1, before.params, status="open")
    found.observe([candidate])
    beside = proposed(found, 12)
    assert NUMBERS.contains(beside.params)
    found.forget([-1])
    assert proposed(found, 12) == before
    other = seen(-1, known[0].params, status="open")
    found.observe([other])
    assert proposed(found, 12) == proposed(
        taught(method, NUMBERS, [*known, other], in_flight=in_flight), 12
    )


HISTORIES: dict[str, Callable[[int], tuple[Any, tuple[float, ...]]]] = {
    "all infeasible": lambda n: ("infeasible", ()),
    "all constant": lambda n: ("complete", (0.5,)),
    "all without a number": lambda n: ("complete", (nan,)),
    "all but two without a number": lambda n: ("complete", (0.1 * n if n < 3 else inf,)),
    "all failed": lambda n: ("failed", (0.5,)),
    "some without the metric": lambda n: ("complete", (1.0 / n,) if n % 2 else ()),
    "some infeasible": lambda n: ("infeasible" if n % 3 else "complete", (1.0 / n,)),
    "huge": lambda n: ("complete", (1e99 * (-1) ** n * n,)),
    "beyond all numbers": lambda n: ("complete", (1e300 * (-1) ** n,)),
    "all open": lambda n: ("open", ()),
    "all stopped early": lambda n: ("stopped", (0.9, 1.0 / n)[: 1 + n % 2]),
}


@learning
@pytest.mark.parametrize("kind", HISTORIES)
def test_the_search_goes_on_whatever_the_history(method: str, kind: str) -> None:
    known = []
    for one in history(NUMBERS, 16, loss):
        status, values = HISTORIES[kind](one.number)
        known.append(seen(one.number, one.params, *values, status=status))
    found = taught(method, NUMBERS, known)
    made_of = [proposed(found, index).params for index in (16, 17)]
    assert all(NUMBERS.contains(params) for params in made_of)
    assert made_of[0] != made_of[1]


@mixing
def test_a_small_space_is_gone_through_to_its_end_and_then_again(method: str) -> None:
    space = space_of(a={"values": ["x", "y"]}, n={"min": 1, "max": 6}, one={"values": [3]})
    found = made(method, space, startup_trials=4)
    keys: set[str] = set()
    index = 0
    for number in range(1, 15):
        one, index = DistinctProposer(found, space, keys).propose(index)
        assert not isinstance(one, Exhausted)
        keys.add(space.key(one.params))
        found.observe([seen(number, one.params, float(one.params["n"]))])
        assert len(keys) == min(number, 12)


@learning
def test_what_lies_outside_the_space_teaches_nothing(method: str) -> None:
    narrow = space_of(
        lr={"min": 1e-3, "max": 1.0, "scale": "log"},
        dropout={"min": 0.0, "max": 0.7},
        width={"min": 16, "max": 512, "scale": "log"},
    )
    known = history(NUMBERS, 40, loss)
    inside = [one for one in known if narrow.contains(one.params)]
    assert 10 <= len(inside) < 40
    assert proposed(taught(method, narrow, known), 40) == proposed(
        taught(method, narrow, inside), 40
    )


@mixing
def test_a_space_without_a_choice_has_one_configuration(method: str) -> None:
    space = space_of(a={"value": 1}, n={"values": [4]})
    known = [seen(n, {"a": 1, "n": 4}, 0.5) for n in range(1, 13)]
    assert proposed(taught(method, space, known), 12).params == {"a": 1, "n": 4}
