"""The border check: it names the edge that the best trials crowd, and a range that is wider."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.edits import Suggestion
from engine.space.build import build_space
from engine.space.keeper import Keeper, document_of


def check(written: dict[str, Any], values: list[Any]) -> list[Suggestion]:
    """Check a space of one parameter for the best trials, which have these values of it."""
    space, faults = build_space({"p": written, "other": {"values": [1, 2]}})
    assert not faults
    best = [{"p": value, "other": 1} if value is not None else {"other": 2} for value in values]
    found = Keeper().border(document_of(space), best)
    for wider in found:
        Keeper().edited(document_of(space), document_of(space), [wider.edit], [])
    return found


def test_four_of_five_at_an_edge_are_told_with_a_wider_range() -> None:
    lr = {"min": 1e-6, "max": 1e-2, "scale": "log"}
    (found,) = check(lr, [9e-3, 6e-3, 5e-3, 1e-2, 1e-4])
    assert found.sentence == (
        "p: 4 of the best 5 lie within a tenth of the upper edge (0.01); widen to 0.1?"
    )
    assert (found.edge, found.low, found.high) == ("upper", 1e-6, 0.1)


def test_three_of_five_are_not_enough() -> None:
    assert check({"min": 0.0, "max": 10.0}, [9.9, 9.8, 9.7, 5.0, 5.0]) == []


def test_near_is_a_tenth_on_the_parameters_scale() -> None:
    log = {"min": 1e-4, "max": 1.0, "scale": "log"}
    assert check(log, [0.3] * 5) == []
    assert check(log, [0.5] * 5) != []
    linear = {"min": 1e-4, "max": 100.0}
    assert check(linear, [80.0] * 5) == []
    assert check(linear, [2.0] * 5) != []


@pytest.mark.parametrize(
    ("written", "at", "wider"),
    [
        ({"min": 1e-6, "max": 1e-2, "scale": "log"}, 1e-6, (1e-7, 1e-2)),
        ({"min": 1e-4, "max": 1.0, "scale": "log"}, 1.0, (1e-4, 10.0)),
        ({"min": 1e-3, "max": 3e-3, "scale": "log"}, 3e-3, (1e-3, 1e-2)),
        ({"min": 2e-3, "max": 5e-3, "scale": "log"}, 2e-3, (5e-4, 5e-3)),
        ({"min": 100.0, "max": 120.0}, 120.0, (100.0, 125.0)),
        ({"min": 100.0, "max": 120.0}, 100.0, (95.0, 120.0)),
        ({"min": -1.0, "max": 1.0}, -1.0, (-1.5, 1.0)),
        ({"min": 5.0, "max": 105.0}, 5.0, (0.0, 105.0)),
        ({"min": 0.0, "max": 0.7}, 0.7, (0.0, 0.85)),
        ({"min": 0.8, "max": 0.99}, 0.99, (0.8, 0.995)),
        ({"min": 1, "max": 8}, 8, (1, 10)),
        ({"min": 16, "max": 512, "scale": "log"}, 512, (16, 2000)),
        ({"min": 16, "max": 512, "scale": "log"}, 16, (5, 512)),
        ({"min": 16, "max": 256, "q": 16}, 256, (16, 352)),
        ({"min": 0.0, "max": 2.0, "q": 0.5}, 2.0, (0.0, 2.5)),
        ({"min": 16, "max": 256, "q": 16, "scale": "log"}, 256, (16, 1008)),
    ],
)
def test_a_range_is_widened_by_a_quarter_at_least_to_a_round_number(
    written: dict[str, Any], at: float, wider: tuple[float, float]
) -> None:
    (found,) = check(written, [at] * 5)
    assert (found.low, found.high) == wider


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ({"min": 0.0, "max": 1.0}, 0.0),
        ({"min": 0.0, "max": 1.0}, 1.0),
        ({"min": 0.5, "max": 1.0}, 1.0),
        ({"min": 0.0, "max": 50.0}, 0.0),
        ({"min": 1, "max": 64}, 1),
        ({"min": 0, "max": 64}, 0),
    ],
)
def test_an_edge_that_is_there_by_nature_is_not_moved(written: dict[str, Any], at: float) -> None:
    assert check(written, [at] * 5) == []


def test_a_few_integers_have_no_edge_to_crowd() -> None:
    assert check({"min": 1, "max": 4}, [4] * 5) == []
    assert check({"min": 1, "max": 12}, [12] * 5) != []


@pytest.mark.parametrize(
    "written",
    [
        {"distribution": "normal", "mu": 0.0, "sigma": 1.0},
        {"distribution": "beta", "a": 2, "b": 2},
        {"values": [1, 2, 3]},
        {"value": 3},
    ],
)
def test_what_has_no_range_is_left_alone(written: dict[str, Any]) -> None:
    value = {"beta": 0.99}.get(written.get("distribution", ""), 3)
    assert check(written, [value] * 5) == []


def test_trials_outside_the_present_range_say_nothing_of_its_edge() -> None:
    assert check({"min": 0.0, "max": 10.0}, [15.0, 20.0, 12.0, 9.9, 9.9]) == []


def test_a_parameter_that_few_of_the_best_have_is_left_alone() -> None:
    assert check({"min": 0.0, "max": 10.0}, [9.9, 9.9, 9.9, None, None]) == []
    assert len(check({"min": 0.0, "max": 10.0}, [9.9, 9.9, 9.9, 9.9, None])) == 1


def test_a_range_at_the_end_of_numbers_is_not_widened() -> None:
    assert check({"min": 1.0, "max": 1e300}, [9.9e299] * 5) == []
    assert check({"min": 1e-300, "max": 1.0, "scale": "log"}, [1e-300] * 5) == []
