"""Who lives on after a round, and who may have children."""

from __future__ import annotations

from collections import Counter

from engine.core.evolution import Member
from engine.search.evolution import PopulationBasedTraining
from engine.search.evolution_options import options_of
from engine.space.build import build_space
from engine.space.keeper import document_of

SPACE, _ = build_space({"lr": {"min": 1e-4, "max": 1.0, "scale": "log"}})
DOCUMENT = document_of(SPACE)


def members(*losses: float | None) -> list[Member]:
    """Trials 1, 2, ... with these losses."""
    return [Member(number=n, params={"lr": 0.01}, loss=x) for n, x in enumerate(losses, start=1)]


def training(**options: object) -> PopulationBasedTraining:
    return PopulationBasedTraining(options_of(options))


def test_the_worst_quantile_makes_way_for_children_of_the_best() -> None:
    chosen = training(quantile=0.25).select(members(0.5, 0.1, 0.9, 0.3, 0.2, 0.8, 0.4, 0.6), 8)
    assert chosen.survivors == (2, 5, 4, 7, 1, 8)
    assert chosen.ended == (6, 3)
    assert chosen.parents == (2, 5)


def test_the_better_half_survives_with_the_preset_bml() -> None:
    chosen = training(preset="bml").select(members(0.5, 0.1, 0.9, 0.3, 0.2, 0.8, 0.4, 0.6), 8)
    assert chosen.survivors == chosen.parents == (2, 5, 4, 7)


def test_one_at_least_makes_way_and_half_at_most() -> None:
    assert len(training(quantile=0.01).select(members(1, 2, 3, 4), 4).ended) == 1
    assert len(training(quantile=0.5).select(members(1, 2, 3, 4, 5), 5).ended) == 2


def test_a_member_without_a_result_makes_way_first() -> None:
    chosen = training(quantile=0.25).select(members(0.4, None, 0.1, 0.2), 4)
    assert chosen.survivors == (3, 4, 1)
    assert chosen.ended == ()


def test_where_many_failed_all_with_a_result_survive() -> None:
    chosen = training(quantile=0.25).select(members(None, None, 0.1, None), 4)
    assert (chosen.survivors, chosen.parents, chosen.ended) == ((3,), (3,), ())


def test_one_too_many_makes_way_too() -> None:
    chosen = training(quantile=0.25).select(members(0.1, 0.2, 0.3, 0.4, 0.5), 4)
    assert (chosen.survivors, chosen.ended) == ((1, 2, 3), (4, 5))


def test_of_equals_the_older_one_is_better() -> None:
    assert training(quantile=0.5).select(members(0.5, 0.5, 0.5, 0.5), 4).survivors == (1, 2)


def test_parents_are_drawn_evenly() -> None:
    evolver, parents = training(quantile=0.5), members(0.1, 0.2)
    drawn = Counter(evolver.offspring(DOCUMENT, parents, seed).parent for seed in range(400))
    assert 150 < drawn[1] < 250
    assert drawn[1] + drawn[2] == 400


def test_without_parents_a_configuration_is_drawn_from_the_space() -> None:
    evolver = training()
    made = [evolver.offspring(DOCUMENT, [], seed) for seed in range(50)]
    assert all(SPACE.contains(one.params) and one.parent is None for one in made)
    assert len({one.params["lr"] for one in made}) == 50
