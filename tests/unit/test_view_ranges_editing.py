"""Editing a space, one key at a time; what comes out is what the engine takes."""

from __future__ import annotations

import pytest

from engine.core.edits import Fix, Free, ParameterChange, SetChoices, SetRange, SetScale
from tests.unit.test_view_ranges import accepted, named, parameters
from tui_tuner.view.range_axis import axis_over
from tui_tuner.view.range_editing import Editing

NAMES = [p.name for p in parameters()]


def on(name: str, *edits: object) -> Editing:
    """An editing with the cursor on a parameter."""
    return Editing(parameters=parameters(*edits)).moved(NAMES.index(name))


def test_brackets_land_on_round_values_of_the_scale():
    editing = on("lr")
    lows = []
    for _ in range(4):
        editing = editing.nudged(1, 0)
        lows.append(editing.shape(editing.parameter).low)
    assert lows == [1.25e-6, 1.6e-6, 2e-6, 2.5e-6]
    assert editing.nudged(1, 1).shape(editing.parameter).low == 5e-6
    assert editing.nudged(1, 2).shape(editing.parameter).low == 1e-5


def test_linear_brackets_move_in_round_steps():
    editing = on("dropout").other_side().nudged(-1, 0)
    assert editing.edits() == (SetRange(parameter="dropout", high=0.68),)
    assert editing.nudged(-1, 2).edits() == (SetRange(parameter="dropout", high=0.5),)


def test_there_is_always_room_to_widen_and_the_axis_grows():
    editing = on("lr").other_side()
    before = editing.axis(editing.parameter)
    for _ in range(3):
        editing = editing.nudged(1, 2)
    assert editing.edits() == (SetRange(parameter="lr", high=1e4),)
    after = editing.axis(editing.parameter)
    assert after.high > before.high
    assert after.share(1e4) < 1
    back = editing.nudged(-1, 2)
    assert back.axis(back.parameter) == after, "the picture does not jump on the way back"


def test_a_bracket_stops_at_the_ends_the_range_has_and_had():
    editing = on("lr", SetRange(parameter="lr", low=3.7e-5))
    down = editing.nudged(-1, 2)
    assert down.shape(down.parameter).low == 1e-5
    up = down.nudged(1, 2)
    assert up.shape(up.parameter).low == 3.7e-5
    assert up.edits() == ()


def test_brackets_never_cross():
    editing = on("layers")
    for _ in range(20):
        editing = editing.nudged(1, 2)
    shape = editing.shape(editing.parameter)
    assert shape.low < shape.high == 6


def test_integers_and_steps_stay_what_they_are():
    layers = on("layers").nudged(1, 0)
    assert layers.edits() == (SetRange(parameter="layers", low=2),)
    batch = on("batch").nudged(1, 0)
    assert batch.shape(batch.parameter).low == 32
    accepted(layers)
    accepted(batch)


def test_a_typed_number_is_the_active_bracket():
    editing = on("lr").typed("3e-4").other_side().typed(".03")
    assert editing.edits() == (SetRange(parameter="lr", low=3e-4, high=0.03),)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("lr", "abc", "no number"),
        ("lr", "nan", "finite"),
        ("lr", "-1", "above 0"),
        ("lr", "100", "must lie below 10"),
        ("layers", "2.5", "must be a whole number"),
    ],
)
def test_a_bad_number_says_what_is_wrong(name, text, said):
    with pytest.raises(ValueError, match=said):
        on(name).typed(text)


def test_choices_are_taken_and_left_but_never_all():
    editing = on("width").toggled()
    assert editing.edits() == (SetChoices(parameter="width", values=(64, 128)),)
    assert editing.toggled().edits() == ()
    with pytest.raises(ValueError, match="at least must stay"):
        editing.chosen(1).toggled().chosen(1).toggled()


def test_a_further_choice_can_be_written():
    editing = on("width").typed("512")
    assert editing.edits() == (SetChoices(parameter="width", values=(32, 64, 128, 512)),)
    assert editing.choices(editing.parameter)[editing.choice] == 512
    assert accepted(editing)[4].now.values == (32, 64, 128, 512)
    left = editing.toggled()
    assert left.edits() == ()
    assert 512 in left.choices(left.parameter), "it stays on offer"
    with pytest.raises(ValueError, match="no number"):
        on("width").typed("wide")


def test_fix_takes_the_best_value_and_f_frees_it_again():
    editing = on("lr").fixed_or_freed(0.012)
    assert editing.edits() == (Fix(parameter="lr", value=0.012),)
    assert editing.fixed_or_freed(0.5).edits() == ()
    moved = editing.nudged(1, 0)
    assert moved.edits() == (Fix(parameter="lr", value=0.0125),)


def test_fix_without_a_trial_takes_the_middle_of_the_scale():
    assert on("lr").fixed_or_freed(None).edits() == (Fix(parameter="lr", value=0.00316),)
    assert on("layers").fixed_or_freed(None).edits() == (Fix(parameter="layers", value=4),)


def test_a_choice_is_fixed_at_the_one_under_the_cursor():
    editing = on("width").chosen(1).fixed_or_freed(32)
    assert editing.edits() == (Fix(parameter="width", value=64),)


def test_what_was_never_searched_takes_another_value_but_is_not_freed():
    with pytest.raises(ValueError, match="never searched"):
        on("seed_offset").fixed_or_freed(None)
    editing = on("seed_offset").typed("7")
    assert editing.edits() == (Fix(parameter="seed_offset", value=7),)
    accepted(editing)


def test_o_goes_back_to_the_start_and_u_to_now():
    edit = SetRange(parameter="lr", low=1e-3)
    editing = on("lr", edit).original()
    assert editing.edits() == (Free(parameter="lr"),)
    assert editing.put_back().edits() == ()


def test_the_scale_changes_and_brings_its_end_above_zero():
    editing = on("dropout").rescaled()
    assert editing.edits() == (
        SetRange(parameter="dropout", low=0.0007),
        SetScale(parameter="dropout", scale="log"),
    )
    assert accepted(editing)[1].now.scale == "log"
    assert editing.rescaled().edits()[0] == SetRange(parameter="dropout", low=0.0007)


def test_what_the_engine_proposes_becomes_the_brackets():
    change = ParameterChange(parameter="lr", old="", new="", low=3e-4, high=0.03, scale="log")
    editing = on("dropout").proposed([change])
    assert editing.edits() == (SetRange(parameter="lr", low=3e-4, high=0.03),)


def test_several_parameters_go_into_one_act():
    editing = on("lr").typed("1e-4").moved(1).other_side().typed("0.5")
    assert editing.act().edits == (
        SetRange(parameter="lr", low=1e-4),
        SetRange(parameter="dropout", high=0.5),
    )
    assert editing.deciding("prune").act().outside == "prune"


def test_a_version_made_elsewhere_keeps_the_edits_it_does_not_touch():
    editing = on("lr").typed("1e-4").moved(1).other_side().typed("0.5")
    elsewhere = parameters(SetRange(parameter="lr", low=1e-2))
    reloaded = editing.loaded(elsewhere)
    assert reloaded.edits() == (SetRange(parameter="dropout", high=0.5),)
    assert reloaded.parameter.name == "dropout"


def test_the_axis_has_half_a_decade_or_a_tenth_beyond_the_range():
    lr, dropout = named("lr").now, named("dropout").now
    log = axis_over((lr,), log=True)
    assert (log.low, log.high) == pytest.approx((-6.5, 1.5))
    linear = axis_over((dropout,), log=False)
    assert (linear.low, linear.high) == pytest.approx((-0.07, 0.77))
    assert log.ticks(9) == [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]
    assert linear.ticks(8) == [0.0, 0.2, 0.4, 0.6]
