"""The confirmation: what it shows, what may be typed, and what it lets nobody do."""

from __future__ import annotations

import pytest

from engine.core.acts import Note, Pause, Promote, Prune, SetSlots


async def test_what_is_typed_ahead_of_the_first_frame_is_the_reason(tui, source):
    async with tui(source) as t:
        await t.pilot.press("K", *"slow")
        await t.sees("Prune 1 trial")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][2] == "slow"


async def test_a_capital_key_in_an_open_confirmation_is_text(tui, source):
    async with tui(source) as t:
        await t.press("K")
        await t.sees("Prune 1 trial")
        await t.press("P", "S", "K")
        assert len(t.app.screen_stack) == 3
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts == [(Prune(trials=(2,)), "ada@pts/1", "PSK")]


async def test_a_bigger_budget_is_offered_and_another_may_be_typed(tui, source):
    async with tui(source) as t:
        await t.press("B")
        await t.sees("Promote 1 trial to 15 epochs")
        await t.press(*"27")
        await t.sees("Promote 1 trial to 27 epochs")
        await t.press("tab", *"best so far", "enter")
        await t.until(lambda: source.acts)
        assert source.acts[0] == (Promote(trials=(2,), budget=27), "ada@pts/1", "best so far")


async def test_enter_behind_a_number_takes_that_number(tui, source):
    async with tui(source) as t:
        await t.press("B")
        await t.sees("Promote 1 trial to 15 epochs")
        await t.pilot.press("4", "2", "enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Promote(trials=(2,), budget=42)


async def test_arrows_change_a_number(tui, source):
    async with tui(source) as t:
        await t.press("W")
        await t.sees("Run 2 at once instead of 2")
        await t.press("up", "up", "down")
        await t.sees("Run 3 at once instead of 2")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == SetSlots(count=3)


@pytest.mark.parametrize(("typed", "said"), [("0", "at least 1 slot"), ("x", "a whole number")])
async def test_what_the_engine_refuses_is_said_in_place_and_not_done(tui, source, typed, said):
    async with tui(source) as t:
        await t.press("W")
        await t.sees("Run 2 at once")
        await t.press(typed)
        await t.sees(said)
        assert "Enter do it" not in t.text
        await t.press("enter")
        assert len(t.app.screen_stack) == 3
        await t.press("backspace", *"4")
        await t.sees("Run 4 at once")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == SetSlots(count=4)


async def test_forty_marked_trials_fit_the_smallest_screen(tui, source):
    for _ in range(40):
        source.propose()
    async with tui(source) as t:
        await t.press("G", *["space", "k", "k"] * 40, "K")
        marked = len(t.app.view.marks)
        assert marked >= 40
        await t.sees(f"Prune {marked} trials")
        assert "PgDn more" in t.text
        assert "why" in t.text
        assert "Enter do it" in t.text
        first = t.lines[2]
        await t.press("pagedown")
        assert t.lines[2] != first
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert len(source.acts[0][0].trials) == marked
        await t.until(lambda: not t.app.view.marks)


async def test_many_that_are_left_alone_are_counted_by_the_reason(tui, source):
    for number in range(9, 20):
        source.propose()
        source.start(number)
        source.report(number, 1, 0.1)
        source.end(number)
    async with tui(source) as t:
        await t.press(*["space"] * 16, "K")
        await t.sees("left alone, already complete: ")


async def test_a_note_is_written_changed_and_taken_away(tui, source):
    async with tui(source) as t:
        await t.press("N")
        await t.sees("type the note")
        await t.press(*"warm up")
        await t.sees("Note on 1 trial")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Note(trials=(2,), text="warm up")
        await t.until(lambda: t.app.view.rows["t0002"].note == "warm up")
        await t.press("N")
        await t.sees("note  warm up")
        await t.press(*["backspace"] * 7)
        await t.sees("No note on 1 trial")
        await t.press("enter")
        await t.until(lambda: source.acts[1:])
        assert source.acts[1][0] == Note(trials=(2,), text="")


async def test_a_running_trial_is_paused_in_three_ways(tui, source):
    async with tui(source) as t:
        await t.press("P")
        await t.sees("(x) leave at the next epoch, to go on from the checkpoint")
        await t.press("down")
        await t.sees("Pause 1 trial at once")
        await t.press("down")
        await t.sees("Hold 1 trial")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Pause(trials=(2,), how="hold")
        await t.sees("‖▪")


async def test_what_the_act_would_do_is_asked_again_for_every_way(tui, source):
    async with tui(source) as t:
        await t.press("S")
        await t.sees("start nothing more")
        await t.press("up")
        await t.sees("Pause scheduling")
        await t.press("escape")
        assert source.acts == []
