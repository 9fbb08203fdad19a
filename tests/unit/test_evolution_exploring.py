"""A child's values: its parent's, changed a little, and inside the space as it is now."""

from __future__ import annotations

from random import Random
from typing import Any

from engine.search.evolution_options import EvolutionOptions
from engine.search.exploring import explore
from engine.space.build import build_space
from engine.space.space import Space

STEADY = EvolutionOptions(resample=0.0)
AFRESH = EvolutionOptions(resample=1.0)


def space_of(parameters: dict[str, Any]) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


MIXED = {
    "lr": {"min": 1e-4, "max": 1.0, "scale": "log"},
    "shift": {"min": -1.0, "max": 1.0},
    "layers": {"min": 1, "max": 8},
    "batch": {"distribution": "q_log_uniform_values", "min": 16, "max": 256, "q": 16},
    "optimizer": {"values": ["sgd", "adam", "lion"]},
    "momentum": {"min": 0.8, "max": 0.99, "when": {"optimizer": "sgd"}},
    "nest": {"values": [[64], [64, 64]]},
    "seed": {"value": 0},
}
PARENT = {
    "lr": 0.01,
    "shift": 0.5,
    "layers": 2,
    "batch": 32,
    "optimizer": "sgd",
    "momentum": 0.9,
    "nest": [64],
    "seed": 0,
}


def children(
    parameters: dict[str, Any], parent: dict[str, Any], options: EvolutionOptions, count: int = 200
) -> list[tuple[dict[str, Any], str]]:
    space = space_of(parameters)
    return [explore(space, parent, options, Random(seed)) for seed in range(count)]


def test_every_child_lies_in_the_space_and_has_its_types() -> None:
    space = space_of(MIXED)
    for options in (STEADY, AFRESH, EvolutionOptions(ratio=0.9, resample=0.5)):
        for params, _ in children(MIXED, PARENT, options):
            assert space.contains(params)
            assert list(params) == [p.name for p in space.parameters if p.name in params]


def test_a_number_is_multiplied_by_one_of_the_factors() -> None:
    made = children({"lr": MIXED["lr"]}, {"lr": 0.01}, STEADY)
    assert {params["lr"] for params, _ in made} == {0.01 * 0.8, 0.01 * 1.2}
    assert {words for _, words in made} == {"lr x0.8", "lr x1.2"}


def test_a_ratio_draws_the_factor_evenly_around_one() -> None:
    options = EvolutionOptions(ratio=0.5, resample=0.0)
    made = [
        params["lr"] / 0.01 for params, _ in children({"lr": MIXED["lr"]}, {"lr": 0.01}, options)
    ]
    assert 0.5 <= min(made) < 0.6
    assert 1.4 < max(made) <= 1.5


def test_a_number_stops_at_the_end_of_its_range() -> None:
    made = children({"lr": MIXED["lr"]}, {"lr": 1.0}, STEADY)
    assert {params["lr"] for params, _ in made} == {0.8, 1.0}
    assert {words for _, words in made} == {"lr x0.8", "unchanged"}


def test_a_small_integer_moves_by_one_at_least() -> None:
    made = children({"layers": MIXED["layers"]}, {"layers": 2}, STEADY)
    assert {params["layers"] for params, _ in made} == {1, 3}
    assert {words for _, words in made} == {"layers 2 to 1", "layers 2 to 3"}


def test_a_value_in_steps_stays_on_them() -> None:
    made = children({"batch": MIXED["batch"]}, {"batch": 64}, STEADY)
    assert {params["batch"] for params, _ in made} == {48, 80}


def test_a_choice_moves_to_a_neighbour() -> None:
    made = children({"optimizer": MIXED["optimizer"]}, {"optimizer": "adam"}, STEADY)
    assert {params["optimizer"] for params, _ in made} == {"sgd", "lion"}
    at_the_end = children({"optimizer": MIXED["optimizer"]}, {"optimizer": "sgd"}, STEADY)
    assert {params["optimizer"] for params, _ in at_the_end} == {"sgd", "adam"}


def test_zero_cannot_be_scaled_and_is_drawn() -> None:
    made = children({"shift": MIXED["shift"]}, {"shift": 0.0}, STEADY)
    assert len({params["shift"] for params, _ in made}) == len(made)


def test_a_conditional_value_comes_and_goes_with_its_condition() -> None:
    made = [params for params, _ in children(MIXED, PARENT, STEADY)]
    assert {("momentum" in params, params["optimizer"]) for params in made} == {
        (True, "sgd"),
        (False, "adam"),
    }
    without = {name: value for name, value in PARENT.items() if name != "momentum"}
    back = [
        params
        for params, _ in children(MIXED, {**without, "optimizer": "adam"}, STEADY)
        if params["optimizer"] == "sgd"
    ]
    assert len({params["momentum"] for params in back}) == len(back) > 50


def test_now_and_then_a_value_is_drawn_afresh() -> None:
    options = EvolutionOptions(resample=0.25)
    made = children({"lr": MIXED["lr"]}, {"lr": 0.01}, options, 400)
    drawn = [params["lr"] for params, words in made if words.endswith("drawn")]
    assert 70 < len(drawn) < 130
    assert min(drawn) < 1e-3 < 0.1 < max(drawn)


def test_only_what_is_named_is_perturbed() -> None:
    options = EvolutionOptions(resample=0.5, perturb=("lr",))
    for params, _ in children(MIXED, PARENT, options):
        assert {**params, "lr": 0.01} == PARENT


def test_a_value_outside_an_edited_range_goes_to_its_nearest_end() -> None:
    narrow = {
        "lr": {"min": 0.1, "max": 1.0, "scale": "log"},
        "layers": {"min": 4, "max": 8},
        "optimizer": {"values": ["adam", "lion"]},
        "shift": {"value": 0.25},
    }
    kept = EvolutionOptions(resample=0.0, perturb=("layers",))
    made = [params for params, _ in children(narrow, PARENT, kept)]
    assert {params["lr"] for params in made} == {0.1}
    assert {params["optimizer"] for params in made} == {"adam", "lion"}
    assert {params["shift"] for params in made} == {0.25}
    assert {params["layers"] for params in made} == {4, 5}


def test_the_same_seed_makes_the_same_child() -> None:
    space = space_of(MIXED)
    first, second = (explore(space, PARENT, EvolutionOptions(), Random(7)) for _ in range(2))
    assert first == second
