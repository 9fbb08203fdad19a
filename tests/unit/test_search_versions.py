"""The search after an edit: nothing outside, and what was added is really searched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.config.schema import Config, Metric
from engine.core.edits import SpaceVersion
from engine.core.model import Params
from engine.core.observing import Observation
from engine.proposing import ConfiguredProposals
from engine.search.base import Exhausted
from engine.search.registry import METHODS
from engine.space.build import build_space
from engine.space.keeper import document_of
from engine.space.space import Space


def space_of(**parameters: dict[str, Any]) -> Space:
    return build_space(parameters)[0]


WIDE = space_of(
    lr={"min": 1e-3, "max": 1.0, "scale": "log", "q": 1e-3},
    width={"values": [1, 2, 3, 4]},
    layers={"min": 1, "max": 40},
)
NARROW = space_of(
    lr={"min": 1e-2, "max": 0.5, "scale": "log", "q": 1e-3},
    width={"values": [2, 3]},
    layers={"min": 4, "max": 16},
)
WIDE_NUMBERS = space_of(lr={"min": 1e-4, "max": 1.0, "scale": "log"}, layers={"min": 1, "max": 40})
NARROW_NUMBERS = space_of(
    lr={"min": 1e-2, "max": 0.5, "scale": "log"}, layers={"min": 4, "max": 16}
)
edited = pytest.mark.parametrize(
    ("method", "wide", "narrow"),
    [
        *(
            (method, WIDE, NARROW)
            for method in sorted(METHODS.keys() - {"manual", "cmaes", "smac"})
        ),
        ("cmaes", WIDE_NUMBERS, NARROW_NUMBERS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)


class Sweep:
    """A sweep's proposals over several versions of its space."""

    def __init__(self, method: str, seed: int, space: Space) -> None:
        config = Config(
            name="s", path="", folder="", metric=Metric(name="acc"), space=space, method=method
        )
        self.proposals = ConfiguredProposals(config, seed)
        self.tried: list[Observation] = []
        self.versions = [SpaceVersion(version=1, at=0.0, document=document_of(space))]
        self.index = 0
        self.known = 0

    def edit(self, space: Space) -> None:
        now = self.versions[-1]
        self.versions.append(
            SpaceVersion(
                version=now.version + 1,
                at=0.0,
                document=document_of(space),
                before=now.document,
                first_index=self.index,
            )
        )
        self.known = 0

    def propose(self, count: int) -> list[Params]:
        made = []
        for _ in range(count):
            news, self.known = self.tried[self.known :], len(self.tried)
            found, self.index = self.proposals.propose(self.index, self.versions, news)
            if isinstance(found, Exhausted):
                break
            self.tried.append(
                Observation(
                    number=len(self.tried) + 1,
                    params=found.params,
                    space_version=self.versions[-1].version,
                    status="complete",
                )
            )
            made.append(found.params)
        return made


@edited
def test_after_narrowing_every_proposal_lies_inside(
    method: str, wide: Space, narrow: Space
) -> None:
    sweep = Sweep(method, 0, wide)
    sweep.propose(30)
    sweep.edit(narrow)
    made = sweep.propose(500)
    assert len(made) == 500
    assert all(narrow.contains(params) for params in made)


def test_a_grid_goes_through_all_of_a_new_version_but_what_was_tried() -> None:
    small = space_of(a={"values": [1, 2]}, b={"values": [1, 2, 3]})
    large = space_of(a={"values": [1, 2, 3]}, b={"values": [1, 2, 3]})
    sweep = Sweep("grid", 0, small)
    assert len(sweep.propose(10)) == 6
    sweep.edit(large)
    assert sorted((p["a"], p["b"]) for p in sweep.propose(10)) == [(3, 1), (3, 2), (3, 3)]


WIDENINGS: dict[str, tuple[dict[str, Any], dict[str, Any], Callable[[Any], bool]]] = {
    "down on a log scale": (
        {"min": 1e-3, "max": 1.0, "scale": "log"},
        {"min": 1e-4, "max": 1.0, "scale": "log"},
        lambda v: v < 1e-3,
    ),
    "up on a linear scale": ({"min": 0.0, "max": 0.6}, {"min": 0.0, "max": 0.8}, lambda v: v > 0.6),
    "both ways": ({"min": 1.0, "max": 7.0}, {"min": 0.0, "max": 8.0}, lambda v: not 1 <= v <= 7),
    "steps": (
        {"min": 0.0, "max": 0.8, "q": 0.1},
        {"min": 0.0, "max": 1.1, "q": 0.1},
        lambda v: v > 0.85,
    ),
    "integers": ({"min": 1, "max": 9}, {"min": 1, "max": 12}, lambda v: v > 9),
    "choices": ({"values": [1, 2, 3]}, {"values": [1, 2, 3, 4]}, lambda v: v == 4),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("method", ["random", "halton"])
@pytest.mark.parametrize("name", WIDENINGS)
def test_after_widening_by_a_quarter_a_quarter_lies_in_what_was_added(
    name: str, method: str, seed: int
) -> None:
    before, after, is_added = WIDENINGS[name]
    other = {"min": 0.0, "max": 1.0}
    sweep = Sweep(method, seed, space_of(x=before, y=other))
    sweep.propose(40)
    sweep.edit(space_of(x=after, y=other))
    made = sweep.propose(200)
    added = sum(is_added(params["x"]) for params in made)
    assert 50 <= added <= 80
    assert 60 <= sum(params["y"] < 0.5 for params in made) <= 140


@pytest.mark.parametrize("method", ["random", "halton"])
def test_nothing_is_proposed_outside_a_widened_space(method: str) -> None:
    sweep = Sweep(method, 1, NARROW)
    sweep.propose(25)
    sweep.edit(WIDE)
    assert all(WIDE.contains(params) for params in sweep.propose(300))


@pytest.mark.parametrize("method", ["random", "halton"])
def test_the_added_part_is_caught_up_on_and_then_gets_its_share(method: str) -> None:
    sweep = Sweep(method, 0, space_of(x={"min": 0.0, "max": 0.75}))
    sweep.propose(60)
    sweep.edit(space_of(x={"min": 0.0, "max": 1.0}))
    first = sweep.propose(60)
    everything = [tried.params["x"] for tried in sweep.tried]
    assert sum(params["x"] > 0.75 for params in first) == 30
    assert sum(x > 0.75 for x in everything) == len(everything) / 4
    assert sum(params["x"] > 0.75 for params in sweep.propose(400)) == 100


def test_the_axes_that_were_not_widened_are_drawn_as_ever() -> None:
    other = {"min": 0.0, "max": 1.0}
    sweep = Sweep("halton", 0, space_of(x={"min": 0.0, "max": 0.75}, y=other))
    sweep.propose(10)
    sweep.edit(space_of(x={"min": 0.0, "max": 1.0}, y=other))
    made = sweep.propose(400)
    for wanted in (True, False):
        ys = [params["y"] for params in made if (params["x"] > 0.75) is wanted]
        for third in range(3):
            share = sum(third / 3 <= y < (third + 1) / 3 for y in ys) / len(ys)
            assert 0.23 <= share <= 0.43


@pytest.mark.parametrize("seed", range(3))
def test_another_edit_does_not_end_the_catching_up(seed: int) -> None:
    other = {"min": 0.0, "max": 1.0}
    sweep = Sweep("random", seed, space_of(x={"min": 0.0, "max": 0.75}, y=other))
    sweep.propose(40)
    sweep.edit(space_of(x={"min": 0.0, "max": 1.0}, y=other))
    sweep.propose(3)
    sweep.edit(space_of(x={"min": 0.0, "max": 1.0}, y={"min": 0.5, "max": 1.0}))
    made = sweep.propose(200)
    assert all(params["y"] >= 0.5 for params in made)
    assert sum(params["x"] > 0.75 for params in made) > 50


def test_what_is_proposed_is_never_what_was_tried_in_an_earlier_version() -> None:
    sweep = Sweep("random", 0, space_of(n={"min": 1, "max": 10}))
    first = sweep.propose(6)
    sweep.edit(space_of(n={"min": 1, "max": 12}))
    second = sweep.propose(6)
    assert sorted(p["n"] for p in first + second) == list(range(1, 13))


def test_what_was_searched_before_is_not_caught_up_again() -> None:
    wide, narrow = space_of(x={"min": 0.0, "max": 1.0}), space_of(x={"min": 0.0, "max": 0.75})
    sweep = Sweep("random", 0, wide)
    sweep.propose(200)
    sweep.edit(narrow)
    sweep.propose(10)
    sweep.edit(wide)
    assert 50 <= sum(params["x"] > 0.75 for params in sweep.propose(200)) <= 80


@edited
def test_a_restart_goes_on_with_the_same_proposals(method: str, wide: Space, narrow: Space) -> None:
    straight, restarted = (Sweep(method, 3, narrow) for _ in range(2))
    for sweep in (straight, restarted):
        sweep.propose(10)
        sweep.edit(wide)
        sweep.propose(7)
    again = Sweep(method, 3, narrow)
    again.tried, again.versions, again.index = restarted.tried, restarted.versions, restarted.index
    assert again.propose(20) == straight.propose(20)
