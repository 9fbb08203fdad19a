"""Every search method keeps the contract of engine.search.base, and is never slow."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

from engine.errors import UsageError
from engine.search.base import Exhausted, LearningMethod, Proposal, SearchMethod
from engine.search.distinct import DistinctProposer
from engine.search.registry import METHODS, create
from engine.space.build import build_space
from engine.space.space import Space

PROPOSING = sorted(METHODS.keys() - {"manual"})


def space_of(parameters: dict[str, Any]) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


def countable() -> Space:
    """1,200 configurations of every countable kind, some of them conditional."""
    return space_of(
        {
            "width": {"min": 16, "max": 25, "scale": "log"},
            "dropout": {"min": 0.0, "max": 0.9, "q": 0.1},
            "optimizer": {"values": ["sgd", "adam", "lion"]},
            "momentum": {"values": [0.8, 0.9], "when": {"optimizer": "sgd"}},
            "nesterov": {"values": [True, False], "when": {"optimizer": ["sgd"]}},
            "layers": {"values": [[64], [64, 64]]},
            "seed": {"value": 0},
        }
    )


def mixed() -> Space:
    """A space of every kind, continuous ones among them."""
    return space_of(
        {
            "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
            "dropout": {"min": 0.0, "max": 0.7},
            "noise": {"distribution": "normal", "sigma": 0.1},
            "mix": {"distribution": "beta", "a": 2, "b": 2},
            "width": {"min": 16, "max": 1024, "scale": "log"},
            "batch": {"distribution": "q_log_uniform_values", "min": 16, "max": 256, "q": 16},
            "optimizer": {"values": ["sgd", "adam"], "probabilities": [0.7, 0.3]},
            "momentum": {"min": 0.8, "max": 0.99, "when": {"optimizer": "sgd"}},
            "seed": {"value": 0},
        }
    )


def numbers() -> Space:
    """Ranges of numbers alone, none of which depends on another."""
    return space_of(
        {
            "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
            "dropout": {"min": 0.0, "max": 0.7},
            "width": {"min": 16, "max": 1024, "scale": "log"},
            "seed": {"value": 0},
        }
    )


SPACES: dict[str, Callable[[], Space]] = {
    "countable": countable,
    "mixed": mixed,
    "numbers": numbers,
}


def searching(space: Space) -> list[str]:
    """The methods that can search a space; one whose extra is not installed can search none."""

    def can_search(method: str) -> bool:
        try:
            create(method, space)
        except UsageError:
            return False
        return True

    return [method for method in PROPOSING if can_search(method)]


CASES = [(m, s) for s, made in SPACES.items() for m in searching(made())]
cases = pytest.mark.parametrize(("method", "kind"), CASES)


def proposal(method: SearchMethod, index: int) -> Proposal:
    found = method.propose(index)
    assert isinstance(found, Proposal)
    return found


def test_every_method_of_the_interface_is_known() -> None:
    names = "manual random grid halton tpe gp cmaes evolution smac"
    assert set(METHODS) == set(names.split())


@cases
def test_proposals_lie_in_the_space_and_have_its_types(method: str, kind: str) -> None:
    space = SPACES[kind]()
    made = create(method, space, seed=3)
    for index in range(300):
        params = proposal(made, index).params
        assert space.contains(params)
        for name, value in params.items():
            admitted = space.parameter(name).admit(value)
            assert type(value) is type(admitted)
        assert ("momentum" in params) == (params.get("optimizer") == "sgd")
        assert params["seed"] == 0


@cases
def test_a_proposal_depends_on_its_index_and_not_on_when_it_is_asked_for(
    method: str, kind: str
) -> None:
    space = SPACES[kind]()
    made = create(method, space, seed=3)
    in_order = [proposal(made, i) for i in range(200)]
    for index in (150, 0, 199, 64, 63, 65, 1):
        assert proposal(made, index) == in_order[index]
        assert proposal(create(method, space, seed=3), index) == in_order[index]


@cases
def test_a_stored_space_and_the_same_seed_go_on_as_before(method: str, kind: str) -> None:
    before = create(method, SPACES[kind](), seed=5)
    after = create(method, SPACES[kind](), seed=5)
    for index in range(70):
        proposal(before, index)
    assert [proposal(before, i) for i in range(70, 140)] == [
        proposal(after, i) for i in range(70, 140)
    ]


@pytest.mark.parametrize("method", searching(numbers()))
def test_another_seed_gives_other_proposals(method: str) -> None:
    a, b = create(method, numbers(), seed=1), create(method, numbers(), seed=2)
    assert all(proposal(a, i).params != proposal(b, i).params for i in range(20))


@cases
def test_an_origin_says_in_a_few_words_where_a_proposal_comes_from(method: str, kind: str) -> None:
    made = create(method, SPACES[kind]())
    origin = proposal(made, 17).origin
    if isinstance(made, LearningMethod):
        assert origin == f"{made.stand_in} #17, start-up of {method}"
    else:
        assert origin.startswith(f"{method} #17")


@cases
def test_no_configuration_comes_twice(method: str, kind: str) -> None:
    space = SPACES[kind]()
    proposer = DistinctProposer(create(method, space, seed=1), space)
    keys, index = set(), 0
    for _ in range(400):
        found, index = proposer.propose(index)
        assert isinstance(found, Proposal)
        keys.add(space.key(found.params))
    assert len(keys) == 400


@pytest.mark.parametrize("method", searching(countable()))
def test_a_countable_space_is_gone_through_to_its_end(method: str) -> None:
    space = countable()
    size = space.grid_size()
    assert size == 10 * 10 * 6 * 2
    proposer = DistinctProposer(create(method, space, seed=1), space)
    keys, index = set(), 0
    for _ in range(size):
        found, index = proposer.propose(index)
        assert isinstance(found, Proposal)
        keys.add(space.key(found.params))
    assert len(keys) == size
    following, _ = proposer.propose(index)
    assert isinstance(following, Exhausted) == (method == "grid")


@cases
def test_a_thousand_proposals_take_less_than_a_second(method: str, kind: str) -> None:
    space = SPACES[kind]()
    proposer = DistinctProposer(create(method, space, seed=1), space)
    index = proposer.propose(0)[1]
    started = perf_counter()
    for _ in range(1000):
        index = proposer.propose(index)[1]
    assert perf_counter() - started < 1.0


@pytest.mark.parametrize("method", searching(space_of({"a": {"value": 1}})))
def test_a_space_without_anything_to_search_has_one_configuration(method: str) -> None:
    space = space_of({"a": {"value": 1}})
    assert proposal(create(method, space), 0).params == {"a": 1}


def test_the_manual_method_leaves_it_to_the_person() -> None:
    found = create("manual", mixed()).propose(0)
    assert isinstance(found, Exhausted)
    assert "add" in found.reason
