"""No configuration twice until the space is exhausted, restarts included."""

from __future__ import annotations

from typing import Any

import pytest

from engine.search.base import Exhausted, Proposal
from engine.search.distinct import DistinctProposer
from engine.search.registry import create
from engine.space.build import build_space
from engine.space.space import Space

SMALL = {"a": {"values": ["x", "y", "z"]}, "n": {"min": 1, "max": 4}}


def space_of(parameters: dict[str, Any]) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


def ask(proposer: DistinctProposer, index: int, count: int) -> tuple[list[Proposal], int]:
    found = []
    for _ in range(count):
        proposal, index = proposer.propose(index)
        assert isinstance(proposal, Proposal)
        found.append(proposal)
    return found, index


@pytest.mark.parametrize("method", ["random", "halton", "grid"])
def test_a_restart_at_any_point_goes_on_as_if_nothing_had_happened(method: str) -> None:
    space = space_of(SMALL)
    whole, _ = ask(DistinctProposer(create(method, space, 7), space), 0, 12)
    for cut in range(12):
        first, index = ask(DistinctProposer(create(method, space, 7), space), 0, cut)
        seen = [space.key(p.params) for p in first]
        rest, _ = ask(DistinctProposer(create(method, space, 7), space, seen), index, 12 - cut)
        assert first + rest == whole


@pytest.mark.parametrize("method", ["random", "halton"])
def test_an_exhausted_space_lets_random_methods_repeat(method: str) -> None:
    space = space_of(SMALL)
    proposer = DistinctProposer(create(method, space, 7), space)
    _, index = ask(proposer, 0, 12)
    again, following = ask(proposer, index, 30)
    assert following > index
    assert all(space.contains(p.params) for p in again)


def test_an_exhausted_grid_ends_and_says_so() -> None:
    space = space_of(SMALL)
    proposer = DistinctProposer(create("grid", space), space)
    _, index = ask(proposer, 0, 12)
    found, _ = proposer.propose(index)
    assert found == Exhausted(reason="the grid's 12 configurations have all been proposed")


@pytest.mark.parametrize("method", ["random", "halton", "grid"])
def test_what_a_person_added_is_not_proposed_again(method: str) -> None:
    space = space_of(SMALL)
    proposer = DistinctProposer(create(method, space, 7), space)
    proposer.add({"n": 2, "a": "y"})
    found, _ = ask(proposer, 0, 11)
    assert {"a": "y", "n": 2} not in [p.params for p in found]


def test_a_rare_value_is_reached_without_waiting_for_its_draw() -> None:
    space = space_of({"a": {"values": ["often", "rare"], "probabilities": [1 - 1e-7, 1e-7]}})
    found, _ = ask(DistinctProposer(create("random", space), space), 0, 2)
    assert [p.params["a"] for p in found] == ["often", "rare"]
    assert found[1].origin == "random, of the few left"


def test_a_space_mostly_discrete_but_for_a_rare_branch_repeats_rather_than_hangs() -> None:
    space = space_of(
        {
            "a": {"values": ["often", "rare"], "probabilities": [1 - 1e-9, 1e-9]},
            "lr": {"min": 0.0, "max": 1.0, "when": {"a": "rare"}},
        }
    )
    found, _ = ask(DistinctProposer(create("random", space), space), 0, 3)
    assert [p.params for p in found] == [{"a": "often"}] * 3


def test_configurations_seen_outside_the_space_do_not_end_it_early() -> None:
    space = space_of(SMALL)
    strangers = [space.key({"a": "w", "n": i}) for i in range(50)]
    found, _ = ask(DistinctProposer(create("random", space), space, strangers), 0, 12)
    assert len({space.key(p.params) for p in found}) == 12


@pytest.mark.parametrize("start", [0, 2])
def test_the_last_configurations_of_a_large_space_are_found_quickly(start: int) -> None:
    space = space_of({"n": {"min": 1, "max": 5000}, "m": {"value": 1}})
    seen = [space.key({"n": n, "m": 1}) for n in range(1, 4999)]
    found, _ = ask(DistinctProposer(create("random", space), space, seen), start, 2)
    assert {p.params["n"] for p in found} == {4999, 5000}
