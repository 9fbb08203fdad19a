"""What a rule only advises is seen in the table, read in the pane, and followed with one key."""

from __future__ import annotations

import pytest

from engine.core.acts import Prune
from tests.tui.test_dashboard import SIZES

ADVICE = "median would stop it: .41 at epoch 3 is below .62"


@pytest.fixture
def advised(source):
    source.change(1, advice=ADVICE)
    source.set_sweep(rules=["median: first rung: epoch 1"])
    return source


@pytest.mark.parametrize("size", SIZES)
async def test_its_row_is_flagged_and_no_other(tui, advised, size):
    async with tui(advised, size) as t:
        await t.sees("live")
        assert [line[2:7] for line in t.lines if "▶ ⚑" in line] == ["t0001"]


async def test_once_it_has_ended_the_flag_is_gone_and_the_pane_still_says_it(tui, advised):
    advised.change(3, advice=ADVICE)
    async with tui(advised) as t:
        assert sum("⚑" in line for line in t.lines) == 1
        await t.press(*"jjjj", "enter")
        await t.sees("t0003   ✓ complete")
        await t.sees(f"advice: {ADVICE}")


async def test_in_ascii_the_flag_is_a_letter(tui, advised):
    async with tui(advised, ascii=True) as t:
        row = next(line for line in t.lines if line[2:7] == "t0001")
        assert row[8:11] == "R a"


async def test_a_note_leaves_the_flag_in_sight(tui, advised):
    advised.change(1, note="mine")
    async with tui(advised) as t:
        assert any("▶✎⚑" in line for line in t.lines)


async def test_the_pane_says_what_the_rule_would_have_done(tui, advised):
    async with tui(advised) as t:
        await t.press("j", "enter")
        await t.sees(f"⚑ advice: {ADVICE}")


async def test_the_advised_are_found_by_a_filter(tui, advised):
    async with tui(advised) as t:
        await t.press("slash", *"advised=true")
        await t.until(lambda: t.ids == ["t0001"])


async def test_k_tells_the_advice_again_before_it_follows_it(tui, advised):
    async with tui(advised) as t:
        await t.press("j", "K")
        await t.sees("Prune 1 trial")
        await t.sees("advice: median would stop it")
        await t.press("enter")
        await t.until(lambda: advised.acts)
        assert advised.acts[0][0] == Prune(trials=(1,))


async def test_a_wide_pane_says_how_the_search_goes(tui, advised):
    async with tui(advised, (200, 60)) as t:
        await t.sees("rule    median: first rung: epoch 1")


async def test_a_child_shows_its_ancestors_and_the_schedule_that_led_to_it(tui, advised):
    advised.propose(
        {"lr": 0.0372, "width": 128, "dropout": 0.5},
        origin="child of t0003, lr x1.2",
        parent="t0003",
        generation=1,
        from_step=4,
    )
    async with tui(advised, (80, 48)) as t:
        await t.press("G", "enter")
        await t.sees("lineage  t0003 > t0009")
        assert "child of t0003, lr x1.2" in t.text
        shown = {line.split()[0]: line.split()[1:] for line in t.lines if "from epoch 5" in line}
        assert " ".join(shown["lr"]) == "▁▁▁▁▇ 3.1e-4 epochs 1-4, 0.0372 from epoch 5"
        assert " ".join(shown["width"]) == "▁▁▁▁▇ 64 epochs 1-4, 128 from epoch 5"
