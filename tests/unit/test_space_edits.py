"""Edits of a space: what each makes of it, and what is refused in a sentence that helps."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from engine.core.edits import (
    Edit,
    Fix,
    Free,
    ParameterChange,
    SetChoices,
    SetRange,
    SetScale,
    TopRange,
    UseVersion,
)
from engine.core.model import Params
from engine.space.bounds import ends
from engine.space.build import build_space
from engine.space.describe import describe
from engine.space.keeper import Keeper, document_of
from engine.space.parameters import FloatParameter, IntParameter, QuantisedParameter
from engine.space.space import Space

WRITTEN = {
    "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
    "dropout": {"min": 0.0, "max": 0.7},
    "noise": {"distribution": "normal", "mu": 0.0, "sigma": 1.0},
    "size": {"distribution": "log_normal", "mu": 0.0, "sigma": 0.5},
    "mix": {"distribution": "beta", "a": 2, "b": 2},
    "layers": {"min": 1, "max": 8},
    "units": {"min": 16, "max": 1024, "scale": "log"},
    "batch": {"min": 16, "max": 256, "q": 16},
    "width": {"values": [32, 64, 128, 256]},
    "optimizer": {"values": ["sgd", "adam", "lion"], "probabilities": [0.5, 0.3, 0.2]},
    "momentum": {"min": 0.8, "max": 0.99, "when": {"optimizer": "sgd"}},
    "beta2": {"min": 0.9, "max": 0.999, "when": {"optimizer": ["adam", "lion"]}},
    "seed": {"value": 0},
}
SPACE, FAULTS = build_space(WRITTEN)
assert not FAULTS
FIRST = document_of(SPACE)
KEEPER = Keeper()


def edited(*edits: Edit, best: list[Params] | None = None, document: Any = FIRST) -> Space:
    return KEEPER.space(KEEPER.edited(document, FIRST, edits, best or []).document)


def changes(*edits: Edit, best: list[Params] | None = None) -> list[ParameterChange]:
    return list(KEEPER.edited(FIRST, FIRST, edits, best or []).changes)


def between(space: Space, name: str) -> tuple[float, float]:
    parameter = space.parameter(name)
    assert isinstance(parameter, FloatParameter | IntParameter | QuantisedParameter)
    return ends(parameter)


def refusal(*edits: Edit, best: list[Params] | None = None, document: Any = FIRST) -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        KEEPER.edited(document, FIRST, edits, best or [])
    return str(refused.value)


def test_a_range_is_set_in_the_parameters_own_scale_and_is_the_next_version() -> None:
    space = edited(SetRange(parameter="lr", low=1e-4, high=1e-1))
    assert between(space, "lr") == (1e-4, 1e-1)
    assert space.version == 2
    middle = space.decode([0.5] * space.dimension)
    assert middle["lr"] == pytest.approx(10**-2.5)


def test_one_end_alone_can_be_moved() -> None:
    assert between(edited(SetRange(parameter="lr", low=1e-3)), "lr") == (1e-3, 10.0)
    assert between(edited(SetRange(parameter="dropout", high=0.9)), "dropout") == (0.0, 0.9)


def test_an_integer_range_takes_the_integers_within() -> None:
    assert between(edited(SetRange(parameter="layers", low=1.5, high=6.2)), "layers") == (2, 6)
    assert between(edited(SetRange(parameter="units", low=8, high=64)), "units") == (8, 64)


def test_a_quantised_range_keeps_its_steps() -> None:
    space = edited(SetRange(parameter="batch", low=30, high=100))
    assert between(space, "batch") == (32, 96)
    drawn = {space.parameter("batch").decode(i / 99) for i in range(100)}  # type: ignore[union-attr]
    assert drawn == {32, 48, 64, 80, 96}


@pytest.mark.parametrize(
    ("name", "low", "high", "text"),
    [
        ("noise", -1.0, 2.0, "-1..2, evenly instead of normal"),
        ("size", 0.5, 2.0, "0.5..2 (log), evenly instead of log-normal"),
        ("mix", 0.2, 0.8, "0.2..0.8, evenly instead of beta"),
    ],
)
def test_a_distribution_without_ends_becomes_even_and_says_so(
    name: str, low: float, high: float, text: str
) -> None:
    (change,) = changes(SetRange(parameter=name, low=low, high=high))
    assert change.new == text
    space = edited(SetRange(parameter=name, low=low, high=high))
    assert between(space, name) == (low, high)


def test_a_change_is_told_before_and_after_in_short_numbers() -> None:
    (change,) = changes(SetRange(parameter="lr", low=3.2e-4, high=0.032))
    assert (change.old, change.new) == ("1e-6..10 (log)", "3.2e-4..0.032 (log)")
    assert (change.verb, change.low, change.high, change.scale) == ("narrow", 3.2e-4, 0.032, "log")


@pytest.mark.parametrize(
    ("edit", "verb", "new"),
    [
        (SetRange(parameter="lr", low=1e-8), "widen", "1e-8..10 (log)"),
        (SetRange(parameter="layers", low=4, high=12), "change", "4..12"),
        (SetChoices(parameter="width", values=(64, 128)), "narrow", "64, 128"),
        (SetChoices(parameter="width", values=(32, 64, 128, 256, 512)), "widen", None),
        (SetChoices(parameter="width", values=(256, 512)), "change", "256, 512"),
        (Fix(parameter="width", value=64), "fix", "fixed at 64"),
        (SetScale(parameter="units", scale="linear"), "change", "16..1024"),
    ],
)
def test_an_edit_is_called_by_what_it_does(edit: Edit, verb: str, new: str | None) -> None:
    (change,) = changes(edit)
    assert change.verb == verb
    assert new is None or change.new == new


def test_choices_are_dropped_and_added_and_keep_their_proportions() -> None:
    space = edited(SetChoices(parameter="optimizer", values=("sgd", "lion", "adagrad")))
    (described,) = [p for p in describe(space) if p["name"] == "optimizer"]
    assert described["values"] == ["sgd", "lion", "adagrad"]
    assert described["probabilities"] == pytest.approx([0.5 / 1.05, 0.2 / 1.05, 0.35 / 1.05])


def test_choices_come_back_spelt_as_the_space_spells_them() -> None:
    space = edited(SetChoices(parameter="width", values=(64.0, 512)))
    (described,) = [p for p in describe(space) if p["name"] == "width"]
    assert [type(v) for v in described["values"]] == [int, int]


def test_dropping_a_choice_says_which_parameters_never_apply_any_more() -> None:
    told = {c.parameter: c for c in changes(SetChoices(parameter="optimizer", values=("adam",)))}
    assert told["momentum"].old == "0.8..0.99"
    assert told["momentum"].new == "never applies without optimizer = sgd"
    assert "beta2" not in told
    space = edited(SetChoices(parameter="optimizer", values=("adam",)))
    assert all("momentum" not in space.decode([u] * space.dimension) for u in (0.1, 0.5, 0.9))


def test_a_parameter_that_applies_again_is_told() -> None:
    without = KEEPER.edited(FIRST, FIRST, [SetChoices(parameter="optimizer", values=("adam",))], [])
    back = KEEPER.edited(without.document, FIRST, [Free(parameter="optimizer")], [])
    told = {c.parameter: c for c in back.changes}
    assert (told["momentum"].old, told["momentum"].new) == ("never applied", "0.8..0.99")
    assert KEEPER.space(back.document).parameters == SPACE.parameters


def test_fixing_a_parent_lets_its_children_apply_or_not() -> None:
    space = edited(Fix(parameter="optimizer", value="sgd"))
    params = space.decode([0.5] * space.dimension)
    assert params["optimizer"] == "sgd"
    assert "momentum" in params
    assert "beta2" not in params
    assert space.dimension == SPACE.dimension - 1


@pytest.mark.parametrize(
    ("name", "value", "spelt"),
    [
        ("lr", 20, 20.0),
        ("layers", 12.0, 12),
        ("batch", 512, 512),
        ("width", 128.0, 128),
        ("seed", 7, 7),
        ("mix", 1, 1.0),
    ],
)
def test_a_parameter_is_fixed_at_any_value_of_its_kind(name: str, value: Any, spelt: Any) -> None:
    fixed = edited(Fix(parameter=name, value=value)).parameter(name)
    assert fixed.at(0) == spelt
    assert type(fixed.at(0)) is type(spelt)


def test_a_fixed_parameter_is_freed_to_what_it_was_at_first() -> None:
    fixed = KEEPER.edited(FIRST, FIRST, [Fix(parameter="lr", value=0.1)], [])
    free = KEEPER.edited(fixed.document, FIRST, [Free(parameter="lr")], [])
    assert free.changes[0].verb == "free"
    assert KEEPER.space(free.document).parameters == SPACE.parameters


def test_a_range_frees_what_an_edit_fixed() -> None:
    fixed = KEEPER.edited(FIRST, FIRST, [Fix(parameter="lr", value=0.1)], [])
    assert between(edited(SetRange(parameter="lr", low=0.01), document=fixed.document), "lr") == (
        0.01,
        10.0,
    )


def test_the_scale_of_a_range_can_be_changed_there_and_back() -> None:
    linear = KEEPER.edited(FIRST, FIRST, [SetScale(parameter="lr", scale="linear")], [])
    space = KEEPER.space(linear.document)
    assert space.decode([0.5] * space.dimension)["lr"] == pytest.approx(5.0, rel=1e-6)
    back = KEEPER.edited(linear.document, FIRST, [SetScale(parameter="lr", scale="log")], [])
    assert KEEPER.space(back.document).parameters == SPACE.parameters


def test_several_edits_make_one_version() -> None:
    edits = (SetRange(parameter="lr", low=1e-3), Fix(parameter="width", value=64))
    space = edited(*edits)
    assert space.version == 2
    assert [c.parameter for c in changes(*edits)] == ["lr", "width"]


# The box of the best ---------------------------------------------------------------------


def trials(**values: list[Any]) -> list[Params]:
    return [
        {name: value for name, value in zip(values, row, strict=True) if value is not None}
        for row in zip(*values.values(), strict=True)
    ]


def test_a_box_has_a_tenth_of_its_width_as_margin_in_the_parameters_scale() -> None:
    best = trials(lr=[1e-3, 1e-2, 1e-1, 10.0])
    low, high = between(edited(TopRange(parameter="lr", count=3), best=best), "lr")
    assert low == pytest.approx(10**-3.2, rel=0.01)
    assert high == pytest.approx(10**-0.8, rel=0.01)
    best = trials(dropout=[0.2, 0.3, 0.4])
    space = edited(TopRange(parameter="dropout", count=3), best=best)
    assert between(space, "dropout") == (0.18, 0.42)


def test_a_box_never_reaches_beyond_the_current_range() -> None:
    best = trials(dropout=[0.0, 0.35])
    space = edited(TopRange(parameter="dropout", count=2), best=best)
    assert between(space, "dropout") == (0.0, 0.385)


def test_best_trials_of_one_value_get_a_twentieth_of_the_range_a_side() -> None:
    best = trials(dropout=[0.35, 0.35, 0.35])
    space = edited(TopRange(parameter="dropout", count=3), best=best)
    assert between(space, "dropout") == (0.315, 0.385)


def test_a_box_of_integers_of_one_value_keeps_its_neighbours() -> None:
    best = trials(layers=[5, 5, 5])
    space = edited(TopRange(parameter="layers", count=3), best=best)
    assert between(space, "layers") == (4, 6)
    best = trials(batch=[64, 64])
    assert between(edited(TopRange(parameter="batch", count=2), best=best), "batch") == (48, 80)


def test_the_ends_of_a_box_are_round_but_never_coarser_than_the_box() -> None:
    near, faults = build_space({"t": {"min": 1000.0, "max": 2000.0}})
    assert not faults
    first = document_of(near)
    best = trials(t=[1000.512345, 1000.537891])
    after = KEEPER.edited(first, first, [TopRange(parameter="t", count=2)], best)
    low, high = between(KEEPER.space(after.document), "t")
    assert 1000.5 < low <= 1000.5098
    assert 1000.5404 <= high < 1000.55


def test_a_box_looks_only_at_trials_that_have_the_parameter() -> None:
    best = trials(lr=[0.1, 0.2, 0.3, 0.4], momentum=[None, 0.9, None, 0.94])
    space = edited(TopRange(parameter="momentum", count=2), best=best)
    assert between(space, "momentum") == (0.896, 0.944)


def test_a_box_of_everything_leaves_choices_and_what_too_few_have() -> None:
    best = trials(lr=[0.1, 0.2], width=[64, 64], momentum=[0.9, None], layers=[3, 4])
    told = changes(TopRange(count=2), best=best)
    assert {c.parameter for c in told} == {"lr", "layers"}


# What is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (SetRange(parameter="lrr", low=1), "'lrr' is no parameter of this sweep; did you mean lr?"),
        (SetRange(parameter="width", low=1), "width lists values: change its choices instead"),
        (SetRange(parameter="seed", low=1), "seed is fixed in the config: it was never searched"),
        (SetRange(parameter="lr", low=1, high=0.1), "lr: the lower end 1 must lie below the upper"),
        (SetRange(parameter="lr", low=1, high=1), "lr: from 1 to 1 is a single value; fix it"),
        (SetRange(parameter="lr", low=nan), "lr: nan cannot be the end of a range"),
        (SetRange(parameter="dropout", high=inf), "dropout: inf cannot be the end of a range"),
        (SetRange(parameter="dropout", low=-1e301), "dropout: -1e+301 cannot be the end"),
        (SetRange(parameter="lr", low=0), "lr is searched on a log scale: its lower end must be"),
        (SetRange(parameter="units", low=-1), "units is searched on a log scale"),
        (SetRange(parameter="layers", low=2.2, high=2.8), "layers: no integer lies from 2.2 to"),
        (SetRange(parameter="layers", low=2.2, high=3.8), "layers: only 3 lies from 2.2 to 3.8;"),
        (SetRange(parameter="layers", high=2**60), "layers: an integer must lie within 2^53 of 0"),
        (SetRange(parameter="batch", low=17, high=31), "batch: no multiple of 16 lies from 17 to"),
        (SetRange(parameter="batch", low=17, high=33), "batch: only 32 lies from 17 to 33; fix it"),
        (SetRange(parameter="batch", high=1e20), "batch: steps of 16 are too small for 16 to"),
        (SetRange(parameter="lr"), "lr is searched that way already"),
        (SetRange(parameter="lr", low=1e-6, high=10), "lr is searched that way already"),
        (SetChoices(parameter="lr", values=(1,)), "lr is a number: give it a range instead"),
        (SetChoices(parameter="width", values=()), "width needs at least one choice"),
        (SetChoices(parameter="width", values=(32, 32.0)), "width lists 32 twice"),
        (SetChoices(parameter="width", values=(nan,)), "a choice of width is not a finite number"),
        (SetChoices(parameter="width", values=(32, 64, 128, 256)), "width is searched that way"),
        (SetChoices(parameter="seed", values=(1, 2)), "seed is fixed in the config"),
        (Fix(parameter="lr", value="high"), "lr is a number, which 'high' is not"),
        (Fix(parameter="lr", value=True), "lr is a number, which 'true' is not"),
        (Fix(parameter="lr", value=nan), "lr is a number, which 'nan' is not"),
        (Fix(parameter="lr", value=0.0), "lr is searched on a log scale: its value must be above"),
        (Fix(parameter="layers", value=2.5), "layers is an integer, which 2.5 is not"),
        (Fix(parameter="batch", value=17), "batch goes in steps of 16, and 17 is no multiple"),
        (Fix(parameter="width", value=48), "48 is none of the choices of width: 32, 64, 128, 256"),
        (Fix(parameter="seed", value=0), "seed is searched that way already"),
        (Free(parameter="seed"), "seed is fixed in the config: it was never searched"),
        (Free(parameter="lr"), "lr is searched that way already"),
        (SetScale(parameter="width", scale="log"), "width lists values"),
        (SetScale(parameter="seed", scale="log"), "seed is fixed at 0: free it first"),
        (SetScale(parameter="dropout", scale="log"), "dropout goes down to 0: a log scale needs"),
        (SetScale(parameter="lr", scale="log"), "lr is searched that way already"),
        (UseVersion(version=1), "another version of the space is made current by itself"),
        (TopRange(parameter="lr", count=1), "a box takes the best 2 trials at least, not 1"),
        (TopRange(parameter="lr", count=3), "lr: no trial has a value yet; a box takes 2"),
        (TopRange(parameter="width", count=3), "width lists values"),
        (TopRange(count=3), "lr: no trial has a value yet; a box takes 2"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(edit: Edit, sentence: str) -> None:
    assert refusal(edit).startswith(sentence)


def test_a_box_of_a_single_trial_or_of_everything_is_refused() -> None:
    one = trials(lr=[0.1])
    assert refusal(TopRange(parameter="lr", count=3), best=one) == (
        "lr: only 1 trial has a value yet; a box takes 2"
    )
    whole = trials(dropout=[0.0, 0.7])
    assert refusal(TopRange(parameter="dropout", count=2), best=whole) == (
        "dropout: the box of the 2 best trials is the whole range already"
    )


def test_choices_that_are_never_drawn_are_refused() -> None:
    space, faults = build_space({"o": {"values": ["a", "b"], "probabilities": [1.0, 0.0]}})
    assert not faults
    first = document_of(space)
    with pytest.raises(ValueError, match="all of these have probability 0"):
        KEEPER.edited(first, first, [SetChoices(parameter="o", values=("b",))], [])


# What the machine asks of a space -----------------------------------------------------------


def test_a_configuration_lies_inside_by_every_value_it_has() -> None:
    space = edited(
        SetRange(parameter="lr", low=1e-3, high=1e-1),
        SetChoices(parameter="width", values=(64,)),
        Fix(parameter="optimizer", value="adam"),
    )
    is_inside = KEEPER.inside(document_of(space))
    inside = {"lr": 1e-2, "width": 64, "optimizer": "adam", "layers": 3, "seed": 0}
    assert is_inside(inside)
    assert is_inside({**inside, "lr": 1e-3})
    for other in ({"lr": 1.0}, {"lr": 9e-4}, {"width": 32}, {"optimizer": "sgd"}, {"layers": 3.5}):
        assert not is_inside({**inside, **other})


def test_a_choice_is_told_from_those_that_only_look_like_it() -> None:
    space, faults = build_space({"c": {"values": [1, "x", [1, 2], None]}})
    assert not faults
    is_inside = KEEPER.inside(document_of(space))
    assert all(is_inside({"c": value}) for value in (1, 1.0, "x", [1, 2], None))
    assert not any(is_inside({"c": value}) for value in (True, "1", [1, 3], False, {"a": 1}))


def test_a_configuration_by_hand_takes_over_what_is_not_given() -> None:
    base = SPACE.decode([0.5] * SPACE.dimension)
    made = KEEPER.admit(FIRST, base, {"lr": 1, "optimizer": "sgd", "momentum": 0.9})
    assert (made["lr"], made["optimizer"], made["momentum"]) == (1.0, "sgd", 0.9)
    assert made["dropout"] == base["dropout"]
    with pytest.raises(ValueError, match="'momentun' is no parameter of this sweep; did you mean"):
        KEEPER.admit(FIRST, base, {"momentun": 0.9})
