"""Models after an edit of the space: built anew, and made to look at what was added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from engine.config.schema import Config, Metric
from engine.core.edits import SpaceVersion
from engine.core.model import Goal, Params
from engine.core.observing import Observation
from engine.proposing import ConfiguredProposals
from engine.search.base import Proposal
from engine.space.build import build_space
from engine.space.keeper import document_of
from engine.space.space import Space

METRIC = Metric(name="loss", goal=Goal.MINIMIZE)


def space_of(low: float, high: float) -> Space:
    return build_space({"x": {"min": low, "max": high}, "y": {"min": 0.0, "max": 1.0}})[0]


class Sweep:
    """A sweep of a learning method, one trial at a time, over several versions of its space."""

    def __init__(self, loss: Callable[[Params], float], space: Space, method: str = "tpe") -> None:
        self.config = Config(
            name="s", path="", folder="", metric=METRIC, space=space, method=method
        )
        self.loss = loss
        self.proposals = ConfiguredProposals(self.config, 0)
        self.versions = [SpaceVersion(version=1, at=0.0, document=document_of(space))]
        self.known: list[Observation] = []
        self.told = 0
        self.index = 0

    def edit(self, space: Space) -> None:
        before = self.versions[-1]
        space = replace(space, version=before.version + 1)
        self.versions.append(
            SpaceVersion(
                version=space.version,
                at=0.0,
                document=document_of(space),
                before=before.document,
                first_index=self.index,
            )
        )

    def restart(self) -> None:
        self.proposals = ConfiguredProposals(self.config, 0)
        self.told = 0

    def run(self, count: int) -> list[Proposal]:
        made = []
        for _ in range(count):
            news, self.told = self.known[self.told :], len(self.known)
            found, self.index = self.proposals.propose(self.index, self.versions, news)
            assert isinstance(found, Proposal)
            made.append(found)
            self.known.append(
                Observation(
                    number=len(self.known) + 1,
                    params=found.params,
                    space_version=self.versions[-1].version,
                    status="complete",
                    steps=(1,),
                    values=(self.loss(found.params),),
                )
            )
        return made


def at(place: float) -> Callable[[Params], float]:
    return lambda params: abs(params["x"] - place)


def test_what_was_added_is_looked_at_though_the_best_lies_elsewhere() -> None:
    sweep = Sweep(at(0.2), space_of(0.0, 0.6))
    sweep.run(40)
    sweep.edit(space_of(0.0, 1.0))
    first = sweep.run(20)
    added = [one for one in first if one.params["x"] > 0.6]
    assert 8 <= len(added) <= 14
    drawn = [one.origin for one in added if one.source and one.source.startup]
    assert len(drawn) >= 8
    assert all("in what was added" in origin for origin in drawn)
    later = sweep.run(30)
    assert all(one.source and not one.source.startup for one in later)
    assert sum(abs(one.params["x"] - 0.2) < 0.2 for one in later) > 20


def test_the_optimum_is_found_where_a_widening_uncovers_it() -> None:
    sweep = Sweep(at(0.9), space_of(0.0, 0.6))
    sweep.run(40)
    sweep.edit(space_of(0.0, 1.0))
    made = sweep.run(40)
    assert min(sweep.loss(one.params) for one in made) < 0.02
    assert made[-1].origin == "tpe, 79 observations, space v2"


def test_after_narrowing_it_learns_from_what_lies_inside() -> None:
    sweep = Sweep(at(0.5), space_of(0.0, 1.0))
    sweep.run(40)
    narrow = space_of(0.4, 0.7)
    inside = sum(0.4 <= one.params["x"] <= 0.7 for one in sweep.known)
    sweep.edit(narrow)
    (first,) = sweep.run(1)
    assert first.origin == f"tpe, {inside} observations, space v2"
    assert all(narrow.contains(one.params) for one in sweep.run(20))


def test_where_too_little_lies_inside_it_draws_again() -> None:
    sweep = Sweep(at(0.1), space_of(0.0, 1.0))
    sweep.run(30)
    sweep.edit(space_of(0.9, 1.0))
    (first,) = sweep.run(1)
    assert first.origin == "halton #30, start-up of tpe"


@pytest.mark.parametrize("method", ["tpe", "gp"])
def test_a_restart_in_any_version_changes_nothing(method: str) -> None:
    def sweep(cuts: tuple[int, ...]) -> list[Any]:
        made = Sweep(at(0.3), space_of(0.0, 0.6), method)
        proposals: list[Proposal] = []
        for count in range(14):
            if count in cuts:
                made.restart()
            if count == 12:
                made.edit(space_of(0.0, 0.9))
            proposals += made.run(1)
        return proposals

    assert sweep((5, 11, 12, 13)) == sweep(())
