"""Each parameter maps the unit interval to values of its own type, and back."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.space.build import build_space
from engine.space.parameters import Parameter
from engine.space.space import Space

units = st.floats(0.0, 1.0)

SPELLINGS: dict[str, dict[str, Any]] = {
    "uniform": {"min": 0.0, "max": 0.7},
    "log": {"min": 1e-7, "max": 0.1, "scale": "log"},
    "uniform of ints": {"distribution": "uniform", "min": 1, "max": 3},
    "log_uniform": {"distribution": "log_uniform", "min": -9, "max": -2},
    "log_uniform_values": {"distribution": "log_uniform_values", "min": 1e-6, "max": 10.0},
    "inv_log_uniform": {"distribution": "inv_log_uniform", "min": 1, "max": 5},
    "inv_log_uniform_values": {"distribution": "inv_log_uniform_values", "min": 0.1, "max": 5},
    "int": {"min": -3, "max": 12},
    "int log": {"min": 16, "max": 1024, "scale": "log"},
    "int_uniform": {"distribution": "int_uniform", "min": 1, "max": 2},
    "q_uniform": {"distribution": "q_uniform", "min": 0, "max": 1, "q": 0.1},
    "q_uniform default": {"distribution": "q_uniform", "min": 1.5, "max": 9.5},
    "q without a name": {"min": 32, "max": 256, "q": 32},
    "q_log_uniform": {"distribution": "q_log_uniform", "min": 0, "max": 5.5451774, "q": 4},
    "q_log_uniform_values": {"distribution": "q_log_uniform_values", "min": 1, "max": 99, "q": 3},
    "normal": {"distribution": "normal"},
    "normal of two": {"distribution": "normal", "mu": 5, "sigma": 0.1},
    "q_normal": {"distribution": "q_normal", "mu": 10, "sigma": 2},
    "log_normal": {"distribution": "log_normal", "mu": -3, "sigma": 1},
    "q_log_normal": {"distribution": "q_log_normal", "sigma": 0.5, "q": 0.5},
    "beta": {"distribution": "beta", "a": 2, "b": 5},
    "q_beta": {"distribution": "q_beta", "a": 2, "b": 5, "q": 0.05},
    "categorical": {"values": ["sgd", "adam", None, True, 1, 2.5, [64, 64]]},
    "weighted": {"values": ["a", "b", "c"], "probabilities": [0.2, 0.0, 0.8]},
    "weighted alias": {
        "distribution": "categorical_w_probabilities",
        "values": [1, 2],
        "probabilities": [0.25, 0.75],
    },
}
INTEGERS = {"int", "int log", "int_uniform", "q_uniform default", "q without a name"}
INTEGERS |= {"q_log_uniform", "q_log_uniform_values", "q_normal"}


def parameter(written: dict[str, Any]) -> Parameter:
    space, faults = build_space({"p": written})
    assert faults == []
    return space.parameters[0]


def decode(written: dict[str, Any], u: float) -> Any:
    space, faults = build_space({"p": written})
    assert faults == []
    return space.decode([u])["p"]


@pytest.mark.parametrize("name", SPELLINGS)
@given(u=units)
def test_a_decoded_value_is_admitted_and_encodes_to_where_it_decodes_from(
    name: str, u: float
) -> None:
    p = parameter(SPELLINGS[name])
    value = p.decode(u)
    assert p.admit(value) == value
    if p.count is None:
        assert p.encode(value) == pytest.approx(u, abs=1e-9)
    else:
        again = p.decode(p.encode(value))
        assert again == value
        assert type(again) is type(value)


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("u", [-1.0, 0.0, 1.0, 2.0, math.nan, math.inf, -math.inf])
def test_the_ends_and_beyond_decode_to_values_of_the_space(name: str, u: float) -> None:
    p = parameter(SPELLINGS[name])
    value = p.decode(u)
    assert p.admit(value) == value


@pytest.mark.parametrize("name", [n for n, w in SPELLINGS.items() if "values" not in w])
@given(u=units)
def test_floats_stay_floats_and_ints_stay_ints(name: str, u: float) -> None:
    assert type(decode(SPELLINGS[name], u)) is (int if name in INTEGERS else float)


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_parameter_survives_its_storage(name: str) -> None:
    space, _ = build_space({"p": SPELLINGS[name]})
    stored = msgspec.json.decode(msgspec.json.encode(space), type=Space)
    assert stored == space
    assert [stored.decode([u / 7]) for u in range(8)] == [space.decode([u / 7]) for u in range(8)]


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_values_of_a_countable_parameter_are_those_it_decodes_to(name: str) -> None:
    p = parameter(SPELLINGS[name])
    if p.count is None or p.count > 60:
        return
    listed = [p.at(i) for i in range(p.count)]
    drawn = [p.decode(u / 20_000) for u in range(20_001)]
    assert all(v in listed for v in drawn)
    assert [p.index(v) for v in listed] == list(range(p.count))
    if name not in ("q_normal", "q_log_normal", "q_beta"):
        assert all(v in drawn for v in listed)


def test_categories_and_integers_have_cells_of_equal_width() -> None:
    for written in ({"values": ["a", "b", "c"]}, {"min": 4, "max": 6}):
        drawn = Counter(decode(written, (i + 0.5) / 300) for i in range(300))
        assert set(drawn.values()) == {100}


def test_probabilities_widen_the_cells_and_zero_is_never_drawn() -> None:
    written = {"values": ["a", "b", "c"], "probabilities": [0.25, 0.0, 0.75]}
    drawn = Counter(decode(written, (i + 0.5) / 400) for i in range(400))
    assert drawn == {"a": 100, "c": 300}
    assert parameter(written).admit("b") == "b"


def test_quantised_ranges_round_to_multiples_as_wandb_does() -> None:
    written = {"distribution": "q_uniform", "min": 0, "max": 1, "q": 0.25}
    drawn = Counter(decode(written, (i + 0.5) / 800) for i in range(800))
    assert drawn == {0.0: 100, 0.25: 200, 0.5: 200, 0.75: 200, 1.0: 100}


def test_multiples_print_as_a_person_writes_them() -> None:
    p = parameter({"distribution": "q_uniform", "min": 0.1, "max": 0.7, "q": 0.1})
    assert [p.at(i) for i in range(p.count or 0)] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]


def test_log_uniform_takes_exponents_and_its_sibling_takes_values() -> None:
    exponents = {"distribution": "log_uniform", "min": math.log(1e-4), "max": math.log(1e-2)}
    values = {"distribution": "log_uniform_values", "min": 1e-4, "max": 1e-2}
    assert decode(exponents, 0.5) == pytest.approx(1e-3)
    assert decode(values, 0.5) == pytest.approx(1e-3)


def test_inverse_log_uniform_spreads_the_logarithm_of_the_reciprocal() -> None:
    written = {"distribution": "inv_log_uniform", "min": math.log(10), "max": math.log(1000)}
    assert decode(written, 0.0) == pytest.approx(1e-3)
    assert decode(written, 0.5) == pytest.approx(1e-2)
    assert decode(written, 1.0) == pytest.approx(1e-1)


def test_a_log_scale_of_ints_gives_each_factor_of_two_about_the_same_share() -> None:
    written = {"min": 16, "max": 1024, "scale": "log"}
    below_128 = sum(decode(written, (i + 0.5) / 1000) < 128 for i in range(1000))
    assert 480 <= below_128 <= 520


def test_category_values_stay_what_the_user_wrote() -> None:
    values = [1, 1.5, True, "1", None, [1, 2]]
    p = parameter({"values": values})
    assert [p.at(i) for i in range(len(values))] == values
    assert [type(p.at(i)) for i in range(len(values))] == [type(v) for v in values]
    assert p.admit(1.0) == 1
    assert p.encode(True) != p.encode(1)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"min": 0.0, "max": 1.0}, 1.5),
        ({"min": 0.0, "max": 1.0}, "0.5"),
        ({"min": 0.0, "max": 1.0}, True),
        ({"min": 0.0, "max": 1.0}, math.nan),
        ({"min": 0.0, "max": 1.0}, 10**400),
        ({"min": 0, "max": 9}, 2.5),
        ({"min": 0, "max": 9}, 10),
        ({"min": 0, "max": 9, "q": 3}, 4),
        ({"min": 0, "max": 9, "q": 0.5}, 1e308),
        ({"values": ["a", "b"]}, "c"),
        ({"value": 3}, 4),
        ({"value": 3}, True),
    ],
)
def test_what_lies_outside_is_not_admitted(written: dict[str, Any], value: Any) -> None:
    with pytest.raises(ValueError, match="p"):
        parameter(written).admit(value)
