"""The range editor's parameters, and the edits that lead from one shape to another."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.core.edits import Fix, Free, SetChoices, SetRange, SetScale
from engine.core.model import Params
from engine.space.build import build_space
from engine.space.describe import describe
from engine.space.keeper import Keeper, document_of
from tui_tuner.view.range_editing import Editing
from tui_tuner.view.ranges import Parameter, edits_to, read_parameters, shape_text, spelled

CONFIG: dict[str, Any] = {
    "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
    "dropout": {"min": 0.0, "max": 0.7},
    "layers": {"min": 1, "max": 6},
    "batch": {"min": 16, "max": 512, "q": 16, "distribution": "q_uniform"},
    "width": {"values": [32, 64, 128]},
    "seed_offset": {"value": 0},
}


def parameters(*edits: Any, best: list[Params] | None = None) -> tuple[Parameter, ...]:
    """The parameters of CONFIG after some edits by the engine itself."""
    space, faults = build_space(CONFIG)
    assert not faults
    keeper, first = Keeper(), document_of(space)
    now = keeper.edited(first, first, edits, best or []).document if edits else first
    return read_parameters(describe(keeper.space(now), space))


def named(name: str, *edits: Any) -> Parameter:
    return next(p for p in parameters(*edits) if p.name == name)


def accepted(editing: Editing) -> tuple[Parameter, ...]:
    """What the engine makes of an editing."""
    return parameters(*editing.edits())


def test_nothing_edited_makes_no_edits():
    assert Editing(parameters=parameters()).edits() == ()
    assert Editing(parameters=parameters()).act() is None


def test_only_the_end_that_moved_is_sent():
    lr = named("lr")
    assert edits_to(lr, replace(lr.now, high=0.1)) == [SetRange(parameter="lr", high=0.1)]


def test_back_to_the_start_is_a_free():
    narrowed = named("lr", SetRange(parameter="lr", low=1e-4, high=0.1))
    assert narrowed.changed
    assert edits_to(narrowed, narrowed.first) == [Free(parameter="lr")]


def test_a_log_scale_gets_its_lower_end_first():
    dropout = named("dropout")
    wanted = replace(dropout.now, low=0.01, scale="log")
    edits = edits_to(dropout, wanted)
    assert edits == [
        SetRange(parameter="dropout", low=0.01),
        SetScale(parameter="dropout", scale="log"),
    ]
    assert named("dropout", *edits).now == wanted


def test_a_linear_scale_comes_before_an_end_below_zero():
    lr = named("lr")
    edits = edits_to(lr, replace(lr.now, low=-1.0, scale="linear"))
    assert [type(edit) for edit in edits] == [SetScale, SetRange]
    assert named("lr", *edits).now.low == -1.0


def test_a_fixed_parameter_is_freed_before_its_range_is_set():
    fixed = named("lr", Fix(parameter="lr", value=0.01))
    assert fixed.now.fixed
    assert fixed.kind == "float"
    wanted = replace(fixed.first, low=1e-3)
    assert edits_to(fixed, wanted) == [Free(parameter="lr"), SetRange(parameter="lr", low=1e-3)]


def test_choices_are_sent_as_they_will_be():
    width = named("width")
    wanted = replace(width.now, values=(32, 256))
    assert edits_to(width, wanted) == [SetChoices(parameter="width", values=(32, 256))]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-6, "1e-6"), (10.0, "10"), (0.0325, "0.0325"), (0.1 + 0.2, "0.3"), (64, "64"), (2.0, "2")],
)
def test_bounds_are_written_as_short_as_they_are_exact(value, text):
    assert spelled(value) == text


def test_shapes_are_written_for_people():
    assert shape_text(named("lr").now) == "1e-6 … 10"
    assert shape_text(named("width").now) == "32, 64, 128"
    assert shape_text(named("seed_offset").now) == "= 0"


def test_true_is_another_choice_than_one():
    switch = read_parameters(
        [{"name": "amp", "kind": "categorical", "values": [True, False], "when": None}]
    )[0]
    wanted = replace(switch.now, values=(1, 0))
    assert edits_to(switch, wanted) == [SetChoices(parameter="amp", values=(1, 0))]


def test_a_fixed_parameter_remembers_its_steps():
    fixed = named("batch", Fix(parameter="batch", value=32))
    assert (fixed.kind, fixed.q) == ("quantised", 16)
