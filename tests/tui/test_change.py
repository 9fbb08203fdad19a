"""The form for a clone and for a trial of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.core.acts import Add, Clone
from tests.fakes.space_source import SpaceSource
from tests.tui.conftest import Tui, running
from tui_tuner.modals.change import ChangeScreen
from tui_tuner.modals.confirm import Confirmed

CONFIG: dict[str, Any] = {
    "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
    "optimizer": {"values": ["sgd", "adam"]},
    "momentum": {"min": 0.8, "max": 0.99, "when": {"optimizer": "sgd"}},
    "seed_offset": {"value": 0},
}
ADAM = {"lr": 0.01, "optimizer": "adam", "seed_offset": 0}


@pytest.fixture
def source(tmp_path: Path) -> SpaceSource:
    """t0001 and t0002 are complete, t0002 the best."""
    sweep = SpaceSource(tmp_path, CONFIG)
    sweep.propose({**ADAM, "lr": 0.1})
    sweep.propose(ADAM)
    for number in (1, 2):
        sweep.start(number)
        sweep.report(number, 5, 0.4 * number)
        sweep.end(number)
    return sweep


class Answer:
    """What the form gave."""

    given: Confirmed | None = None
    left = False

    def __call__(self, answer: Confirmed | None) -> None:
        self.given, self.left = answer, answer is None


@asynccontextmanager
async def form(
    source: SpaceSource, *, clone: bool = True, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[tuple[Tui, Answer]]:
    async with running(source, size, **options) as t:
        best = t.app.view.rows.get(t.app.view.best_id or "")
        answer = Answer()
        assert not clone or best is not None
        screen = ChangeScreen.clone(best) if clone and best else ChangeScreen.add(best)
        t.app.push_screen(screen, answer)
        await t.sees("seed_offset")
        yield t, answer


async def test_a_clone_begins_as_the_trial_and_shows_what_differs(source):
    async with form(source) as (t, answer):
        assert "Clone t0002 and change it" in t.text
        await t.sees("the same as t0002")
        await t.press(*"3e-4")
        await t.sees("0.01 in t0002")
        await t.until(lambda: "the same as" not in t.text)
        await t.press("down", "down", *"warmer", "enter")
        await t.until(lambda: answer.given)
        assert answer.given == Confirmed(act=Clone(trial=2, changes={"lr": 3e-4}), why="warmer")
        assert source.acts == [], "doing it is left to who asked"


async def test_a_conditional_parameter_appears_with_its_condition(source):
    async with form(source) as (t, answer):
        assert "momentum" not in t.text
        await t.press("down", "left")
        await t.sees("not in t0002")
        await t.press("down", *"0.95", "enter")
        await t.until(lambda: answer.given)
        changes = {"optimizer": "sgd", "momentum": 0.95}
        assert answer.given.act == Clone(trial=2, changes=changes)


async def test_a_value_outside_is_told_and_cannot_be_done(source):
    async with form(source) as (t, answer):
        await t.press(*"100")
        await t.sees("goes from 1e-6 to 10")
        await t.press("enter")
        assert answer.given is None
        await t.press("delete", "enter")
        await t.until(lambda: answer.given)


async def test_the_engine_has_the_last_word(source):
    async with form(source) as (t, answer):
        source.live = False
        await t.press(*"3e-4", "enter")
        await t.sees("the engine of this sweep is not running")
        await t.press("enter")
        assert answer.given is None


async def test_a_new_trial_begins_with_the_best_and_gives_every_value(source):
    async with form(source, clone=False) as (t, answer):
        assert "Add a trial, beginning with t0002" in t.text
        await t.press(*"0.5", "enter")
        await t.until(lambda: answer.given)
        assert answer.given.act == Add(values={"lr": 0.5, "optimizer": "adam"})


async def test_without_trials_a_new_one_begins_in_the_middle(tmp_path):
    async with form(SpaceSource(tmp_path, CONFIG), clone=False) as (t, answer):
        await t.press("enter")
        await t.until(lambda: answer.given)
        values = {"lr": 0.00316, "optimizer": "sgd", "momentum": 0.895}
        assert answer.given.act == Add(values=values)


async def test_keys_typed_ahead_of_the_parameters_are_kept(source):
    async with running(source) as t:
        answer = Answer()
        best = t.app.view.rows["t0002"]
        t.app.push_screen(ChangeScreen.clone(best), answer)
        await t.press(*"0.5", "enter")
        await t.until(lambda: answer.given)
        assert answer.given.act == Clone(trial=2, changes={"lr": 0.5})


async def test_escape_leaves_it(source):
    async with form(source) as (t, answer):
        await t.press(*"3", "escape")
        await t.until(lambda: answer.left)


async def test_many_parameters_scroll_on_a_small_terminal(tmp_path):
    names = [f"p{n:02d}" for n in range(40)]
    sweep = SpaceSource(tmp_path, {name: {"min": 0.0, "max": 1.0} for name in names})
    sweep.propose(dict.fromkeys(names, 0.5))
    async with running(sweep, (80, 24)) as t:
        t.app.push_screen(ChangeScreen.clone(t.app.view.rows["t0001"]))
        await t.sees("p00")
        assert "Enter do it" in t.text
        await t.press(*["down"] * 39)
        await t.sees("p39")
        assert "Enter do it" in t.text


async def test_ascii_is_enough(source):
    async with form(source, ascii=True) as (t, _):
        await t.press(*"0.5")
        await t.sees("0.01 in t0002")
        box = [line for line in t.lines if "|" in line]
        assert box
        assert all(line.isascii() for line in t.lines), t.text
