"""Many keys in one packet, as a slow link delivers them: each is carried out in its turn."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.keys import _character_to_key

from engine.core.acts import Clone, Promote, Prune
from tests.tui.conftest import Tui, running
from tests.tui.test_change import form, source  # noqa: F401  (its sweep)
from tests.tui.test_space_editor import editing, editor
from tests.tui.test_space_editor import source as ranges  # noqa: F401
from tui_tuner.widgets.range_entry import RangeEntry


def send(t: Tui, *keys: str) -> None:
    """Hand the app keys without a pause between them."""
    for key in keys:
        char = key if len(key) == 1 else None
        t.app.post_message(events.Key(_character_to_key(key) if char else key, char))


async def test_enter_behind_a_changed_value_clones_with_that_value(source):  # noqa: F811
    async with form(source) as (t, answer):
        await t.sees("the same as t0002")
        send(t, *"3e-4", "enter")
        await t.until(lambda: answer.given)
        assert answer.given.act == Clone(trial=2, changes={"lr": 3e-4})


async def test_a_value_is_written_in_the_line_it_was_typed_in(source):  # noqa: F811
    async with form(source) as (t, answer):
        send(t, *"0.5", "down", *"sgd", "down", *"0.9", "down", *"why", "enter")
        await t.until(lambda: answer.given)
        changes = {"lr": 0.5, "optimizer": "sgd", "momentum": 0.9}
        assert answer.given.act == Clone(trial=2, changes=changes)
        assert answer.given.why == "why"


async def test_a_number_a_reason_and_enter_come_together(source: Any):  # noqa: F811
    async with running(source) as t:
        await t.press("B")
        await t.sees("Promote 1 trial")
        send(t, *"42", "tab", *"best so far", "enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][::2] == (Promote(trials=(2,), budget=42), "best so far")


async def test_the_reason_may_be_typed_before_the_question_is_there(tui, source):  # noqa: F811
    source.start(source.propose({"lr": 0.1, "optimizer": "adam", "seed_offset": 0}))
    async with tui(source) as t:
        send(t, "g", "K", *"flat")
        await t.sees("Prune 1 trial")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][::2] == (Prune(trials=(3,)), "flat")


async def test_ends_of_ranges_are_written_one_behind_the_other(ranges):  # noqa: F811
    async with editor(ranges) as t:
        send(t, *"1e-4", "enter", "tab", *"0.05", "enter", "down", *"0.2", "enter")
        await t.sees("0.2 … 0.7")
        await t.until(lambda: not t.app.screen.query_one(RangeEntry).is_open)
        assert (editing(t).drafts["lr"].low, editing(t).drafts["lr"].high) == (1e-4, 0.05)


async def test_keys_behind_the_one_that_leaves_are_nobodys(ranges):  # noqa: F811
    async with editor(ranges) as t:
        send(t, "escape", "q", *"E1e-4", "enter")
        await t.until(lambda: not t.app.is_running or t.app._exit)
