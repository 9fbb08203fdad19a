"""A space turns points of the unit cube into configurations, with conditions respected."""

from __future__ import annotations

from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.space.build import build_space
from engine.space.describe import describe
from engine.space.space import Space


def space_of(parameters: dict[str, Any]) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


CONDITIONAL = {
    "momentum": {"min": 0.8, "max": 0.99, "when": {"optimizer": "sgd"}},
    "nesterov": {"values": [True, False], "when": {"momentum_kind": "plain"}},
    "optimizer": {"values": ["sgd", "adam"]},
    "momentum_kind": {"values": ["plain", "heavy"], "when": {"optimizer": "sgd"}},
    "seed": {"value": 0},
}


def test_a_conditional_parameter_is_there_exactly_while_its_condition_holds() -> None:
    space = space_of(CONDITIONAL)
    assert space.decode([0.5, 0.1, 0.9, 0.1]) == {"optimizer": "adam", "seed": 0}
    assert list(space.decode([0.0, 0.1, 0.1, 0.1])) == [
        "momentum",
        "nesterov",
        "optimizer",
        "momentum_kind",
        "seed",
    ]
    assert "nesterov" not in space.decode([0.0, 0.1, 0.1, 0.9])


@given(unit=st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_encoding_what_was_decoded_decodes_to_the_same(unit: list[float]) -> None:
    space = space_of(CONDITIONAL)
    params = space.decode(unit)
    again = space.decode(space.encode(params))
    assert space.contains(params)
    assert again == {
        **params,
        **({"momentum": pytest.approx(params["momentum"])} if "momentum" in params else {}),
    }


def test_a_point_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 axes in a space of 4"):
        space_of(CONDITIONAL).decode([0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"optimizer": "adam", "momentum": 0.9}, "momentum does not apply: optimizer = sgd"),
        ({"optimizer": "sgd", "momentum": 0.9}, "momentum_kind has no value"),
        ({"optimizer": "lion"}, "'lion' is none of the values of optimizer"),
        ({"optimizer": "adam", "lr": 1.0}, "lr is no parameter of this sweep"),
        ({"optimizer": "adam", "seed": 1}, "seed is fixed at 0"),
        ({}, "optimizer has no value"),
    ],
)
def test_a_configuration_outside_is_refused_in_a_sentence(
    params: dict[str, Any], reason: str
) -> None:
    space = space_of(CONDITIONAL)
    assert not space.contains(params)
    with pytest.raises(ValueError, match=reason):
        space.admit(params)


def test_a_configuration_of_a_person_is_spelt_as_the_space_does() -> None:
    space = space_of({"lr": {"min": 0.5, "max": 4.0}, "n": {"min": 1, "max": 9}, "s": {"value": 7}})
    admitted = space.admit({"n": 3.0, "lr": 2})
    assert admitted == {"lr": 2.0, "n": 3, "s": 7}
    assert [type(v) for v in admitted.values()] == [float, int, int]


def test_one_configuration_has_one_key_however_it_is_written() -> None:
    space = space_of({"lr": {"min": 0.5, "max": 4.0}, "n": {"values": [1, True, "1"]}})
    assert space.key({"n": 1, "lr": 2}) == space.key({"lr": 2.0, "n": 1.0})
    assert len({space.key({"lr": 2.0, "n": n}) for n in (1, True, "1")}) == 3
    assert space.key({"lr": 99.0, "odd": [1]}) == space.key({"odd": [1], "lr": 99.0})


def test_a_space_of_fixed_parameters_has_one_configuration() -> None:
    space = space_of({"a": {"value": 1}, "b": {"value": "x"}})
    assert space.dimension == 0
    assert space.decode([]) == {"a": 1, "b": "x"}
    assert space.cardinality() == 1
    assert space.grid(0) == {"a": 1, "b": "x"}
    assert space.grid(1) is None


def test_the_grid_goes_through_the_product_last_parameter_fastest() -> None:
    space = space_of(
        {
            "a": {"values": ["x", "y"]},
            "n": {"min": 1, "max": 3},
            "q": {"min": 0.0, "max": 0.2, "q": 0.1},
        }
    )
    expected = [dict(zip("anq", v, strict=True)) for v in product("xy", (1, 2, 3), (0.0, 0.1, 0.2))]
    assert [space.grid(i) for i in range(space.grid_size())] == expected
    assert space.grid(18) is None
    assert space.grid(-1) is None


def test_conditional_parameters_are_counted_only_where_they_apply() -> None:
    space = space_of(
        {
            "opt": {"values": ["sgd", "adam", "lion"]},
            "width": {"min": 1, "max": 4},
            "momentum": {"values": [0.8, 0.9], "when": {"opt": "sgd"}},
            "depth": {"min": 1, "max": 3, "when": {"opt": ["sgd", "lion"], "width": [2, 4]}},
        }
    )
    grid = [space.grid(i) or {} for i in range(space.grid_size())]
    # sgd: 2 momenta x (2 narrow widths + 2 wide x 3 depths); adam: 4; lion: 2 + 2 x 3
    assert len(grid) == 2 * 8 + 4 + 8
    assert len({space.key(p) for p in grid}) == len(grid)
    assert all(space.contains(p) for p in grid)


def test_a_continuous_parameter_makes_the_space_uncountable() -> None:
    space = space_of(CONDITIONAL)
    assert space.cardinality() is None
    assert space.continuous() == ["momentum"]
    with pytest.raises(ValueError, match="momentum"):
        space.grid_size()


def test_a_value_of_probability_zero_is_not_in_the_grid() -> None:
    space = space_of(
        {
            "a": {"values": [1, 2, 3], "probabilities": [0.5, 0.0, 0.5]},
            "b": {"values": [7, 8], "when": {"a": [2, 3]}},
        }
    )
    assert [space.grid(i) for i in range(space.grid_size())] == [
        {"a": 1},
        {"a": 3, "b": 7},
        {"a": 3, "b": 8},
    ]


def test_huge_spaces_are_counted_at_once() -> None:
    wide: dict[str, Any] = {f"p{i}": {"min": 0, "max": 2**50} for i in range(200)}
    wide["root"] = {"values": [1, 2]}
    for i in range(40):
        wide[f"branch{i}"] = {"values": [1, 2, 3], "when": {"root": 1}}
        wide[f"leaf{i}"] = {"min": 1, "max": 10, "when": {f"branch{i}": [2, 3]}}
    space = space_of(wide)
    assert space.cardinality() == (2**50 + 1) ** 200 * (21**40 + 1)
    last = space.grid(space.grid_size() - 1)
    assert last is not None
    assert space.contains(last)


countable = st.sampled_from(
    [{"values": ["a", "b", "c"]}, {"min": 1, "max": 3}, {"min": 0, "max": 4, "q": 2}, {"value": 5}]
)


@st.composite
def conditional_spaces(draw: st.DrawFn) -> Space:
    """Up to five countable parameters, each of which may depend on earlier ones."""
    written: dict[str, Any] = {}
    for i in range(draw(st.integers(1, 5))):
        entry = dict(draw(countable))
        when = {}
        for parent in (
            draw(st.sets(st.sampled_from(sorted(written)), max_size=2)) if written else ()
        ):
            space, _ = build_space(
                {parent: {k: v for k, v in written[parent].items() if k != "when"}}
            )
            p = space.parameters[0]
            when[parent] = draw(
                st.lists(st.integers(0, (p.count or 1) - 1).map(p.at), min_size=1, max_size=2)
            )
        written[f"p{i}"] = {**entry, "when": when} if when else entry
    order = draw(st.permutations(sorted(written)))
    return space_of({name: written[name] for name in order})


@settings(max_examples=80, deadline=None)
@given(space=conditional_spaces())
def test_the_grid_is_exactly_what_the_cube_decodes_to(space: Space) -> None:
    steps = [0.1, 0.5, 0.9]
    decoded = {space.key(space.decode(u)) for u in product(steps, repeat=space.dimension)}
    grid = [space.key(space.grid(i) or {}) for i in range(space.grid_size())]
    assert len(grid) == len(set(grid))
    assert set(grid) == decoded


def test_a_space_survives_its_storage_with_its_behaviour() -> None:
    space = space_of(CONDITIONAL)
    stored = msgspec.json.decode(msgspec.json.encode(space), type=Space)
    assert stored == space
    assert stored.version == 1
    assert stored.decode([0.3, 0.3, 0.3, 0.3]) == space.decode([0.3, 0.3, 0.3, 0.3])


def test_a_space_is_described_as_plain_data() -> None:
    space = space_of(
        {
            "lr": {"min": 1e-4, "max": 1e-1, "scale": "log"},
            "n": {"min": 1, "max": 8, "when": {"kind": "mlp"}},
            "kind": {"values": ["mlp", "cnn"], "probabilities": [0.25, 0.75]},
            "width": {"min": 32, "max": 128, "q": 32},
            "seed": {"value": 3},
        }
    )
    described = {d["name"]: d for d in describe(space)}
    assert msgspec.json.decode(msgspec.json.encode(described)) == described
    assert described["lr"] == {
        "name": "lr",
        "kind": "float",
        "role": "nuisance",
        "min": 1e-4,
        "max": 1e-1,
        "scale": "log",
        "distribution": "log_uniform",
        "q": None,
        "values": None,
        "probabilities": None,
        "value": None,
        "when": None,
        "original": None,
    }
    assert described["n"]["when"] == {"kind": ["mlp"]}
    assert described["kind"]["probabilities"] == [0.25, 0.75]
    assert (described["width"]["min"], described["width"]["q"]) == (32, 32)
    assert described["seed"]["value"] == 3


def test_a_described_parameter_says_how_the_sweep_began_with_it() -> None:
    first = space_of({"lr": {"min": 1e-4, "max": 1e-1, "scale": "log"}, "w": {"values": [1, 2]}})
    now = space_of({"lr": {"value": 0.01}, "w": {"values": [2]}})
    lr, width = describe(now, first)
    assert lr["kind"] == "fixed"
    assert lr["original"] == {
        "kind": "float",
        "min": 1e-4,
        "max": 1e-1,
        "scale": "log",
        "q": None,
        "values": None,
        "value": None,
    }
    assert width["original"]["values"] == [1, 2]
