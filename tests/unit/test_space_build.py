"""Every way to write a parameter is understood; every mistake is told, all at once."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.space.build import Fault, build_space
from engine.space.describe import describe


def faults_of(parameters: Any, budget: str | None = None) -> list[Fault]:
    return build_space(parameters, budget)[1]


def test_the_example_of_the_readme_is_understood() -> None:
    space, faults = build_space(
        {
            "lr": {"min": 1.0e-6, "max": 10.0, "distribution": "log_uniform_values"},
            "weight_decay": {"min": 1e-7, "max": 1e-1, "scale": "log", "role": "nuisance"},
            "dropout": {"min": 0.0, "max": 0.7},
            "width": {"values": [32, 64, 128, 256]},
            "optimizer": {"values": ["sgd", "adam"], "role": "scientific"},
            "momentum": {"min": 0.8, "max": 0.99, "when": {"optimizer": "sgd"}},
            "seed_offset": {"value": 0},
        }
    )
    assert faults == []
    assert space.dimension == 6
    assert space.varying() == ["lr", "weight_decay", "dropout", "width", "optimizer", "momentum"]
    assert space.parameter("optimizer").role == "scientific"
    assert space.decode([0.5, 0.5, 0.5, 0.0, 0.0, 1.0]) == {
        "lr": pytest.approx(math.sqrt(1e-5)),
        "weight_decay": pytest.approx(1e-4),
        "dropout": 0.35,
        "width": 32,
        "optimizer": "sgd",
        "momentum": 0.99,
        "seed_offset": 0,
    }


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({"value": 3}, "fixed"),
        ({"value": None}, "fixed"),
        ({"distribution": "constant", "value": [1, {"a": 2}]}, "fixed"),
        ({"values": ["x"]}, "categorical"),
        ({"values": [1, 2], "probabilities": [0.5, 0.5]}, "categorical"),
        ({"distribution": "categorical", "values": [1, 2]}, "categorical"),
        ({"min": 1, "max": 8}, "int"),
        ({"min": 1, "max": 8, "scale": "log"}, "int"),
        ({"distribution": "int_uniform", "min": 1, "max": 100.0}, "int"),
        ({"min": 1, "max": 8.0}, "float"),
        ({"min": 1e-3, "max": 8, "scale": "log"}, "float"),
        ({"min": 0, "max": 8, "q": 2}, "quantised"),
        ({"min": 1, "max": 8, "q": 2, "scale": "log"}, "quantised"),
        ({"distribution": "q_log_normal"}, "quantised"),
        ({"distribution": "log_uniform_values", "min": 1, "max": 9, "scale": "log"}, "float"),
    ],
)
def test_the_kind_follows_from_what_is_written(written: dict[str, Any], kind: str) -> None:
    space, faults = build_space({"p": written})
    assert faults == []
    assert describe(space)[0]["kind"] == kind


def test_nested_parameters_get_dotted_names() -> None:
    space, faults = build_space(
        {
            "optimizer": {
                "parameters": {
                    "name": {"values": ["sgd", "adam"]},
                    "sgd": {
                        "parameters": {
                            "momentum": {"min": 0.0, "max": 0.9, "when": {"optimizer.name": "sgd"}}
                        }
                    },
                }
            }
        }
    )
    assert faults == []
    assert space.varying() == ["optimizer.name", "optimizer.sgd.momentum"]
    assert space.decode([0.9, 0.5]) == {"optimizer.name": "adam"}


@pytest.mark.parametrize(
    ("written", "path", "reason", "near"),
    [
        ({"min": 5, "max": 1}, ("min",), "min 5 is above max 1", None),
        ({"min": 2.5, "max": 2.5}, ("min",), "min equals max; use value: 2.5", None),
        (
            {"min": 0.0, "max": 1.0, "scale": "log"},
            ("min",),
            "min must be above 0 on a log scale, not 0.0",
            None,
        ),
        (
            {"min": 0, "max": 16, "scale": "log"},
            ("min",),
            "min must be above 0 on a log scale, not 0",
            None,
        ),
        ({"values": []}, ("values",), "values is empty", None),
        ({"values": "sgd"}, ("values",), "values must be a list, not the text 'sgd'", None),
        ({"values": [1, 2, 1]}, ("values", 2), "values lists 1 twice", None),
        (
            {"min": 0, "max": 1, "distributon": "uniform"},
            ("distributon",),
            "unknown key 'distributon'",
            "distribution",
        ),
        ({"min": 0, "max": 1, "step": 0.1}, ("step",), "unknown key 'step'", "q"),
        ({"low": 0}, ("low",), "unknown key 'low'", "min"),
        (
            {"distribution": "log-uniform", "min": 0, "max": 1},
            ("distribution",),
            "unknown distribution 'log-uniform'",
            "log_uniform",
        ),
        ({"min": 1.0}, (), "max is missing", None),
        ({}, (), "give value, values, min and max, or a distribution", None),
        ({"min": "no", "max": 2}, ("min",), "min must be a number, not the text 'no'", None),
        (
            {"min": True, "max": 2},
            ("min",),
            "min must be a number, not the truth value true",
            None,
        ),
        (
            {"min": math.nan, "max": 2.0},
            ("min",),
            "min must be a finite number, not nan",
            None,
        ),
        (
            {"min": 0.0, "max": math.inf},
            ("max",),
            "max must be a finite number, not inf",
            None,
        ),
        (
            {"values": [1, 2], "probabilities": [0.5, 0.6]},
            ("probabilities",),
            "probabilities must sum to 1, not 1.1",
            None,
        ),
        (
            {"values": [1, 2], "probabilities": [1.0]},
            ("probabilities",),
            "1 probabilities for 2 values",
            None,
        ),
        (
            {"values": [1, 2], "probabilities": [-0.5, 1.5]},
            ("probabilities", 0),
            "a probability is a number from 0 to 1",
            None,
        ),
        (
            {"distribution": "categorical_w_probabilities", "values": [1]},
            (),
            "probabilities is missing",
            None,
        ),
        ({"distribution": "normal", "sigma": 0}, ("sigma",), "sigma must be above 0, not 0", None),
        (
            {"distribution": "normal", "min": 0},
            ("min",),
            "min does not go with distribution normal",
            None,
        ),
        (
            {"value": 1, "max": 2},
            ("max",),
            "max does not go with distribution constant",
            None,
        ),
        (
            {"distribution": "uniform", "scale": "log", "min": 1, "max": 2},
            ("scale",),
            "scale log contradicts distribution uniform",
            None,
        ),
        (
            {"min": 1, "max": 2, "scale": "logg"},
            ("scale",),
            "scale must be one of linear, log, not the text 'logg'",
            "log",
        ),
        (
            {"min": 1, "max": 3, "q": 4},
            ("q",),
            "no multiple of q 4 lies between 1 and 3",
            None,
        ),
        (
            {"min": 1, "max": 7, "q": 4},
            ("q",),
            "q 4 leaves 4 alone between 1 and 7; use value: 4",
            None,
        ),
        ({"min": 1, "max": 7, "q": 0}, ("q",), "q must be above 0, not 0", None),
        ({"min": 1, "max": 7, "q": 1e-300}, ("q",), "q 1e-300 is too small for this range", None),
        (
            {"distribution": "log_uniform", "min": 1, "max": 1000},
            ("max",),
            "max is a power of e here, and e^1000 is no usable number; "
            "give values with log_uniform_values",
            None,
        ),
        (
            {"distribution": "int_uniform", "min": 0.5, "max": 2},
            ("min",),
            "min must be an integer here, not 0.5",
            None,
        ),
        (
            {"min": 0, "max": 10**30},
            ("max",),
            "max must lie within 2^53 of 0",
            None,
        ),
        ({"distribution": "beta", "a": 0}, ("a",), "a must lie between 0.0001 and 10000", None),
        (
            {"min": 0, "max": 1, "role": "fixed"},
            ("role",),
            "role fixed needs a single value",
            None,
        ),
        (
            {"value": 0, "role": "sientific"},
            ("role",),
            "role must be one of scientific, nuisance, fixed, not the text 'sientific'",
            "scientific",
        ),
        ({"value": math.nan}, ("value",), "value is not a finite number", None),
        (
            {"value": {1, 2}},
            ("value",),
            "value is neither text, number, list nor mapping but set",
            None,
        ),
        (
            {"values": [1, 2**80]},
            ("values", 1),
            "item 2 of values is an integer of more than 64 bits",
            None,
        ),
        (
            {"values": [1, 2], "when": {"p": 1}},
            ("when", "p"),
            "when names the parameter itself",
            None,
        ),
        (
            {"values": [1, 2], "when": 3},
            ("when",),
            "when must be a mapping of parameter to value, not 3",
            None,
        ),
        (3, (), "must be a mapping such as {value: ...}, not 3", None),
        ([1, 2], (), "must be a mapping such as {values: [...]}, not a list", None),
        (None, (), "must be a mapping such as {value: ...}, not nothing", None),
    ],
)
def test_a_mistake_is_told_where_it_is_and_what_was_meant(
    written: Any, path: tuple[str | int, ...], reason: str, near: str | None
) -> None:
    assert faults_of({"p": written}) == [Fault(("p", *path), reason, near)]


@pytest.mark.parametrize(
    ("when", "path", "reason", "near"),
    [
        (
            {"optimiser": "sgd"},
            "optimiser",
            "when names an unknown parameter 'optimiser'",
            "optimizer",
        ),
        (
            {"optimizer": "sgdd"},
            "optimizer",
            "when wants the text 'sgdd', which is none of the values of optimizer",
            "sgd",
        ),
        (
            {"optimizer": []},
            "optimizer",
            "when lists no value of optimizer",
            None,
        ),
        (
            {"lr": 0.5},
            "lr",
            "lr is continuous; a condition needs a parameter of countable values",
            None,
        ),
        ({"layers": 9}, "layers", "when wants 9, which is none of the values of layers", None),
        ({3: 9}, "3", "when names an unknown parameter 3", None),
    ],
)
def test_a_condition_that_cannot_be_met_is_told(
    when: Any, path: str, reason: str, near: str | None
) -> None:
    parameters = {
        "optimizer": {"values": ["sgd", "adam"]},
        "lr": {"min": 0.0, "max": 1.0},
        "layers": {"min": 1, "max": 4},
        "momentum": {"min": 0.0, "max": 1.0, "when": when},
    }
    assert faults_of(parameters) == [Fault(("momentum", "when", path), reason, near)]


def test_conditions_in_a_circle_are_told_once() -> None:
    parameters = {
        "a": {"values": [1, 2], "when": {"c": 1}},
        "b": {"values": [1, 2], "when": {"a": 1}},
        "c": {"values": [1, 2], "when": {"b": 1}},
        "d": {"values": [1, 2], "when": {"a": 1}},
    }
    reason = "conditions go in a circle: a -> c -> b -> a"
    assert faults_of(parameters) == [Fault(("a", "when"), reason)]


def test_a_condition_is_not_blamed_for_the_fault_of_its_parent() -> None:
    parameters = {
        "a": {"values": []},
        "b": {"values": [1, 2], "when": {"a": 1}},
    }
    assert faults_of(parameters) == [Fault(("a", "values"), "values is empty")]


def test_all_faults_are_told_at_once() -> None:
    parameters = {
        "a": {"min": 3, "max": "x", "scal": "log"},
        "b": {"parameters": {"c": {"values": [], "role": "odd"}}, "d": 1},
        "e": {"min": 1, "max": 0, "when": {"zz": 1}},
    }
    assert {fault.path for fault in faults_of(parameters)} == {
        ("a", "max"),
        ("a", "scal"),
        ("b", "d"),
        ("b", "parameters", "c", "values"),
        ("b", "parameters", "c", "role"),
        ("e", "min"),
        ("e", "when", "zz"),
    }


@pytest.mark.parametrize("raw", [None, 3, "lr", [], [{"lr": 1}], True])
def test_parameters_must_be_a_mapping(raw: Any) -> None:
    (fault,) = faults_of(raw)
    assert fault.path == ()
    assert fault.reason.startswith("parameters must be a mapping, not ")


def test_no_parameters_at_all_are_a_fault() -> None:
    assert faults_of({}) == [Fault((), "parameters is empty; name at least one")]


@pytest.mark.parametrize("name", [3, None, "", "a b", "a=b", "${x}", "a\x1b[31m", "x" * 300])
def test_odd_names_are_refused(name: Any) -> None:
    (fault,) = faults_of({name: {"value": 1}})
    assert fault.reason.startswith("a parameter's name")


def test_the_budget_cannot_be_a_parameter_as_well() -> None:
    (fault,) = faults_of({"epochs": {"value": 27}, "lr": {"value": 1}}, "epochs")
    assert fault.path == ("epochs",)
    assert "budget" in fault.reason


def test_one_name_written_two_ways_is_told() -> None:
    parameters = {"a": {"parameters": {"b": {"value": 1}}}, "a.b": {"value": 2}}
    assert faults_of(parameters) == [Fault(("a.b",), "a.b is written twice")]


def test_aliases_that_explode_are_cut_short() -> None:
    bomb: Any = {"value": 1}
    for _ in range(14):
        bomb = {"parameters": {f"k{i}": bomb for i in range(10)}}
    assert any("more than 1000 parameters" in f.reason for f in faults_of({"p": bomb}))


def test_a_value_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    (fault,) = faults_of({"p": {"value": endless}})
    assert "nested too deeply" in fault.reason
