"""A sweep that learns is the same each time, wherever its engine was lost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from engine.config.plan import to_plan
from engine.config.schema import Config, Metric
from engine.core.edits import SpaceVersion
from engine.core.model import Goal, Source, Trial
from engine.core.observing import Observation
from engine.core.plan import Limits
from engine.core.seeds import seed_for
from engine.proposing import ConfiguredProposals
from engine.search.base import LearningMethod, Made, Proposal
from engine.search.registry import METHODS
from engine.simulate import Line, Run, Simulation
from engine.space.build import build_space
from engine.space.keeper import Keeper, document_of
from engine.store.memory import MemoryStore

SPACE, _ = build_space(
    {"lr": {"min": 1e-4, "max": 1.0, "scale": "log"}, "opt": {"values": ["sgd", "adam"]}}
)


class Nearby(LearningMethod):
    """Draws near the best so far: all that a learning method is, without a library."""

    name = "nearby"

    def propose(self, index: int) -> Proposal:
        """Take a step from the best result, whose length and way the index decides."""
        done = [one for one in self.known.values() if one.values]
        best = max(done, key=lambda one: (one.values[-1], -one.number), default=None)
        chance = random.Random(seed_for(self.seed, index))
        unit = [chance.random() for _ in range(self.space.dimension)]
        if best is not None:
            there = self.space.encode(best.params)
            unit = [
                min(1.0, max(0.0, a + 0.1 * (b - 0.5))) for a, b in zip(there, unit, strict=True)
            ]
        source = Source(method=self.name, observations=len(done))
        return Proposal(params=self.space.decode(unit), origin=f"near #{index}", source=source)


@pytest.fixture(autouse=True)
def _nearby_is_a_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "nearby", Nearby)


class Rebuilt:
    """The sweep's source of proposals, made anew where its engine was lost."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.rebuild()

    def rebuild(self) -> None:
        self._source = ConfiguredProposals(self._config, 7)

    def propose(
        self, index: int, versions: Sequence[SpaceVersion], news: Sequence[Observation]
    ) -> Made:
        return self._source.propose(index, versions, news)


def curve(trial: Trial, attempt: int) -> Run:
    """Three epochs, of a length that the trial decides, so that ends come in any order."""
    end = -abs(trial.params["lr"] - 0.01)
    seconds = 1.0 + random.Random(trial.seed).random()
    return Run([Line(seconds, step, {"acc": end / step}) for step in (1, 2, 3)])


def sweep_of(method: str, trials: int, **search: Any) -> tuple[Simulation, Rebuilt]:
    config = Config(
        name="s",
        path="",
        folder="",
        metric=Metric(name="acc", goal=Goal.MAXIMIZE),
        space=SPACE,
        method=method,
        search={"startup_trials": 4, **search},
        limits=Limits(trials=trials),
    )
    source = Rebuilt(config)
    simulation = Simulation(
        to_plan(config, 3),
        source,
        curve,
        space=document_of(SPACE),
        ranges=Keeper(),
        store=MemoryStore(),
    )
    return simulation, source


def proposed(simulation: Simulation) -> list[tuple[Any, ...]]:
    trials = simulation.state.trials.values()
    return [(t.number, t.params, t.origin, t.seed) for t in trials]


@pytest.mark.parametrize(("method", "trials"), [("nearby", 40), ("tpe", 20), ("gp", 7)])
def test_a_sweep_that_learns_proposes_the_same_after_restarts_at_any_moment(
    method: str, trials: int
) -> None:
    calm, _ = sweep_of(method, trials)
    calm.run()
    simulation, source = sweep_of(method, trials)
    moments = random.Random(3)
    restarts = 0
    while simulation.step():
        if moments.random() < 0.1:
            simulation.restart()
            source.rebuild()
            restarts += 1
    assert restarts > 3
    assert proposed(simulation) == proposed(calm)
    assert len(calm.state.trials) == trials


def test_nothing_is_proposed_before_a_slot_wants_it() -> None:
    simulation, _ = sweep_of("nearby", 30)
    while simulation.step():
        assert not simulation.state.waiting
    observations = [t.origin for t in simulation.state.trials.values()]
    assert len(observations) == 30


def test_no_more_trials_are_in_flight_than_asked_for() -> None:
    simulation, _ = sweep_of("nearby", 12, max_in_flight=2)
    most = 0
    while simulation.step():
        most = max(most, len(simulation.state.running) + len(simulation.state.waiting))
    assert most == 2
    assert simulation.state.counts["complete"] == 12
