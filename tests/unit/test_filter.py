"""EXPR selects trials by parameters, state and values."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.views import TrialView
from engine.errors import UsageError
from engine.protocol.filter import compile_filter
from tests.fakes.fake_source import FakeSource


def row(**fields: object) -> TrialView:
    source = FakeSource(Path("unused"))
    params = fields.pop("params", {"lr": 1e-3, "width": 64, "optimizer": "SGD", "opt.beta": 0.9})
    number = source.propose(params)  # type: ignore[arg-type]
    source.change(number, **({"state": "running", "step": 3, "value": 0.5} | fields))
    return source.trial(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "lr>=1e-3",
        "lr=0.001 width<=64",
        "lr==1e-3 AND state=running",
        "state=RUNNING",
        "optimizer=sgd",
        "optimizer='sgd'",
        'optimizer="s\\gd"',
        "optimizer~G",
        "opt.beta<1",
        "params.lr<1",
        "val_acc=0.5 value=.5 last=5e-1",
        "epoch>2 step>2",
        "time>=0 elapsed>=0",
        "NOT state=failed",
        "not state=failed or lr>1",
        "state=failed OR (lr>1 OR width=64)",
        "NOT (state=failed OR lr>1)",
        "failure=none failure!=oom",
        "id=t0001 id=1 id<2",
        "reason!=x momentum!=0.9",
        "width > 32",
        "( width=64 )",
    ],
)
def test_it_selects_a_trial_that_fits(text: str) -> None:
    assert compile_filter(text, "val_acc")(row())


@pytest.mark.parametrize(
    "text",
    [
        "lr>1e-3",
        "state=running lr>1",
        "NOT state=running",
        "momentum<1",
        "momentum>1",
        "best>0",
        "optimizer=adam",
        "width=abc",
        "width<abc",
        "optimizer<1",
        "state=failed OR state=pruned",
        "state=failed OR state=running AND lr>1",
    ],
)
def test_it_leaves_out_a_trial_that_does_not_fit(text: str) -> None:
    assert not compile_filter(text, "val_acc")(row())


def test_a_value_that_is_no_number_is_neither_above_nor_below_and_can_be_asked_for() -> None:
    diverged = row(value=None, last_text="nan")

    assert compile_filter("value=nan")(diverged)
    assert not compile_filter("value<1 OR value>=1")(diverged)
    assert compile_filter("value>1e300")(row(value=None, last_text="inf"))


def test_a_parameter_named_like_a_field_is_reached_by_its_full_name() -> None:
    clash = row(params={"seed": 99})

    assert compile_filter("params.seed=99 seed=1")(clash)


def test_booleans_and_lists_compare_by_their_spelling() -> None:
    odd = row(params={"nesterov": True, "layers": [64, 32]})

    assert compile_filter("nesterov=true layers=[64,32] layers~64")(odd)
    assert not compile_filter("nesterov=1")(odd)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lrr>1", "character 1: no trial has 'lrr'; did you mean lr?"),
        ("lr>1 stat=running", "character 6: no trial has 'stat'; did you mean state?"),
        ("lr", "needs a comparison"),
        ("fail", "'fail' needs a comparison, such as state=failed"),
        ("lr>1 runing", "such as state=running"),
        ("state=f", "no state 'f': waiting running paused complete pruned failed"),
        ("state!=done", "no state 'done': waiting"),
        ("lr>", "ends before a value"),
        ("(lr>1", "never closed"),
        ("lr>1)", "character 5: ')' does not belong here"),
        ("lr>'1", "character 4: a quote is never closed"),
        ("lr ! 1", "character 4: '!' does not belong here"),
        ("lr>=<1", "expected a value, found '<'"),
        ("AND lr>1", "'AND' needs a comparison"),
        ("NOT", "ends before a comparison"),
        ("(" * 60 + "lr>1" + ")" * 60, "levels deep"),
        ("x" * 20_000, "longer than"),
    ],
)
def test_a_wrong_expression_says_where_and_what_was_meant(text: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        compile_filter(text, "val_acc", {"lr", "width"})
    assert said in str(raised.value)


def test_without_known_parameters_no_name_is_an_error() -> None:
    assert not compile_filter("anything>1")(row())


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        compile_filter(text, "val_acc", {"lr"})(row())
