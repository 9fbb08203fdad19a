"""The form for a configuration, one key at a time."""

from __future__ import annotations

import math

import pytest

from tests.unit.test_view_ranges import parameters
from tui_tuner.view.change import Form, form_of
from tui_tuner.view.ranges import Parameter, Shape

SOURCE = {"lr": 0.01, "dropout": 0.25, "layers": 3, "batch": 64, "width": 64, "seed_offset": 0}


def conditional() -> tuple[Parameter, ...]:
    """An optimizer, and a momentum that only sgd has; another that hangs on the momentum."""
    choice = Shape(values=("sgd", "adam", "adamw"))
    optimizer = Parameter(name="optimizer", kind="categorical", now=choice, first=choice)
    span = Shape(low=0.8, high=0.99)
    momentum = Parameter(
        name="momentum", kind="float", now=span, first=span, when={"optimizer": ["sgd"]}
    )
    return momentum, optimizer


def typed(form: Form, text: str) -> Form:
    for char in text:
        form = form.typed(char)
    return form


def test_a_form_begins_as_the_trial_was():
    form = form_of(parameters(), SOURCE)
    assert form.changes() == {}
    assert [f.shown for f in form.visible] == ["0.01", "0.25", "3", "64", "64", "0"]


def test_typing_takes_the_place_of_the_value():
    form = typed(form_of(parameters(), SOURCE), "3e-4")
    assert form.changes() == {"lr": 3e-4}
    assert form.reset().changes() == {}


def test_erasing_goes_on_from_the_value():
    form = typed(form_of(parameters(), SOURCE).moved(1).erased(), "9")
    assert form.changes() == {"dropout": 0.29}


def test_a_value_outside_is_told_as_it_is_typed():
    form = typed(form_of(parameters(), SOURCE), "100")
    assert form.error == "lr: goes from 1e-6 to 10"
    assert typed(form_of(parameters(), SOURCE), "fast").error.startswith("lr: 'fast' is no number")
    assert (
        typed(form_of(parameters(), SOURCE).moved(2), "2.5").error
        == "layers: must be a whole number"
    )
    assert typed(form_of(parameters(), SOURCE).moved(3), "65").error.endswith("steps of 16")


def test_choices_are_found_by_text_beginning_or_number():
    form = form_of(conditional(), {"optimizer": "adam"})
    assert typed(form, "s").changes()["optimizer"] == "sgd"
    assert typed(form, "1").changes()["optimizer"] == "sgd"
    assert typed(form, "adamw").changes() == {"optimizer": "adamw"}
    assert typed(form, "x").error == "optimizer: one of sgd, adam, adamw"
    width = form_of(parameters(), SOURCE).moved(4)
    assert typed(width, "128").changes() == {"width": 128}


def test_arrows_go_round_choices_and_over_round_numbers():
    width = form_of(parameters(), SOURCE).moved(4)
    assert width.cycled(1).changes() == {"width": 128}
    assert width.cycled(1).cycled(1).changes() == {"width": 32}
    assert form_of(parameters(), SOURCE).cycled(1).changes() == {"lr": 0.0125}


@pytest.mark.parametrize("odd", [math.nan, math.inf, -0.0, -1e300, 10**400], ids=repr)
def test_arrows_lead_from_a_value_that_no_range_has_into_the_range(odd):
    for field in range(3):
        for by in (1, -1):
            form = form_of(parameters(), {**SOURCE, "lr": odd, "dropout": odd, "layers": odd})
            moved = form.moved(field).cycled(by)
            assert not moved.visible[field].error
            assert math.isfinite(next(iter(moved.changes().values()), 0))


def test_a_conditional_parameter_comes_and_goes_with_its_condition():
    form = form_of(conditional(), {"optimizer": "adam"})
    assert [f.name for f in form.visible] == ["optimizer"]
    form = typed(form, "sgd")
    assert [f.name for f in form.visible] == ["momentum", "optimizer"]
    assert form.current.name == "optimizer", "the cursor stays with what is typed"
    assert form.changes() == {"momentum": 0.895, "optimizer": "sgd"}
    assert form.reset().changes() == {}


def test_what_is_fixed_is_shown_and_passed_over():
    form = form_of(parameters(), SOURCE).moved(4).moved(1)
    assert form.current is None, "past the last open field comes the reason"
    assert typed(form, "to see").why == "to see"
    assert "seed_offset" not in form.values()


def test_a_new_trial_gives_every_value_it_may_give():
    narrowed = form_of(parameters(), SOURCE | {"lr": 100.0})
    assert narrowed.values() == {"dropout": 0.25, "layers": 3, "batch": 64, "width": 64}
    assert narrowed.error == "", "what was taken over need not lie inside"


def test_without_a_trial_the_middle_of_each_range_is_offered():
    form = form_of(parameters(), {})
    assert form.changes() == {
        "lr": 0.00316,
        "dropout": 0.35,
        "layers": 4,
        "batch": 256,
        "width": 32,
    }
