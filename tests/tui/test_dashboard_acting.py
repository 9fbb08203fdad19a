"""Capital keys: each says what it will do, does it once, and says what came of it."""

from __future__ import annotations

from engine.core.acts import Prune, Resume, Stop


async def test_prune_names_the_trials_takes_a_why_and_tells_when_they_are_gone(tui, source):
    source.holding = True
    async with tui(source) as t:
        await t.press("space", "space", "K")
        await t.sees("Prune 2 trials")
        await t.sees("t0001  running, epoch 2 of 5")
        await t.press(*"slow", "enter")
        await t.until(lambda: source.acts)
        act, _, why = source.acts[0]
        assert act == Prune(trials=(1, 2))
        assert why == "slow"
        await t.until(lambda: not t.app.view.marks)
        source.now += 0.4
        source.let_go()
        await t.sees("gone, slot")
        assert "free after 0.4 s" in t.text


async def test_escape_leaves_everything_as_it_was(tui, source):
    async with tui(source) as t:
        await t.press("K")
        await t.sees("Prune 1 trial")
        await t.press("escape")
        await t.until(lambda: len(t.app.screen_stack) == 2)
        assert source.acts == []


async def test_what_is_left_alone_is_named_with_the_reason(tui, source):
    async with tui(source) as t:
        await t.press("space", "j", "space", "K")
        await t.sees("t0005  left alone: already complete")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Prune(trials=(2, 5))


async def test_pruning_nothing_says_why_and_cannot_be_confirmed(tui, source):
    async with tui(source) as t:
        await t.press("j", "j", "K")
        await t.sees("t0005  left alone: already complete")
        assert "Enter do it" not in t.text
        await t.press("enter", "escape")
        await t.until(lambda: len(t.app.screen_stack) == 2)
        assert source.acts == []


async def test_stop_offers_both_ways_and_resume_takes_it_back(tui, source):
    async with tui(source) as t:
        await t.press("S")
        await t.sees("(x) let what runs finish")
        await t.press("down")
        await t.sees("(x) stop what runs now")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Stop(now=True)
        await t.sees("stopping")
        await t.press("S")
        await t.sees("Resume scheduling")
        await t.press("enter")
        await t.until(lambda: len(source.acts) == 2)
        assert source.acts[1][0] == Resume()


async def test_a_read_only_view_changes_nothing(tui, source):
    async with tui(source, read_only=True) as t:
        await t.press("K")
        await t.sees("read-only: nothing can be changed")
        assert "prune" not in t.lines[-1]


async def test_a_refusal_is_shown_as_its_sentence(tui, source):
    async with tui(source) as t:
        source.live = False
        await t.press("K")
        await t.sees("the engine of this sweep is not running")


async def test_a_trial_that_is_gone_at_once_is_still_told(tui, source):
    async with tui(source) as t:
        await t.press("K")
        await t.sees("Prune 1 trial")
        await t.press("enter")
        await t.sees("t0002 gone, slot 1 free after 0.0 s")
