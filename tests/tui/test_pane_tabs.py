"""The pane's tabs: by key, by mouse, beside the table and in its place."""

from __future__ import annotations

import pytest

from engine.protocol.messages import ReadLog


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_keys_choose_what_the_pane_shows(tui, source, size):
    source.write_log(2, "epoch 1 done\n")
    source.decide("note", "noted it", 2, who="ada@pts/1")
    async with tui(source, size) as t:
        for key, seen in (
            ("2", "trials that ended"),
            ("3", "epoch 1 done"),
            ("4", "★ t0005"),
            ("5", "noted it"),
            ("1", "random #1"),
        ):
            await t.press(key)
            await t.sees(seen)
            assert all(len(line) == size[0] for line in t.lines)


async def test_a_narrow_pane_takes_the_table_s_place_until_escape(tui, source):
    async with tui(source) as t:
        await t.press("4")
        assert not t.ids
        await t.press("j")
        await t.sees("t0001")
        await t.press("escape")
        assert t.ids


async def test_tab_gives_the_keys_to_a_pane_beside_the_table(tui, source):
    async with tui(source, (120, 40)) as t:
        assert "▸1 Curves" not in t.text
        await t.press("tab")
        assert "▸1 Curves" in t.text
        assert t.ids
        await t.press("tab")
        assert "▸1 Curves" not in t.text


async def test_a_click_on_a_tab_chooses_it(tui, source):
    async with tui(source, (120, 40)) as t:
        line = next(n for n, text in enumerate(t.lines) if "4 Parameters" in text)
        await t.pilot.click(offset=(t.lines[line].index("Parameters"), line))
        await t.sees("★ t0005")
        assert t.table.cursor == "t0002"


async def test_the_log_is_read_only_while_it_is_shown(tui, source):
    source.write_log(2, "epoch 1 done\n")
    async with tui(source, (120, 40)) as t:

        def asked():
            return sum(isinstance(m, ReadLog) for m in t.connections[-1].asked)

        await t.press("4")
        assert asked() == 0
        await t.press("3")
        await t.sees("epoch 1 done")
        await t.press("1")
        before = asked()
        source.report(2, 3, 0.6)
        await t.until(lambda: t.app.view.rows["t0002"].step == 3)
        assert asked() == before


async def test_the_log_beside_the_table_is_that_of_the_trial_under_the_cursor(tui, source):
    source.write_log(2, "of the second\n")
    source.write_log(1, "of the first\n")
    async with tui(source, (120, 40)) as t:
        await t.press("3")
        await t.sees("of the second")
        await t.press("j")
        await t.sees("of the first")
        assert "of the second" not in t.text


async def test_a_long_tab_scrolls_by_the_page(tui, source):
    for n in range(60):
        source.decide("note", f"decision number {n}", 2, who="ada@pts/1")
    async with tui(source, (120, 40)) as t:
        await t.press("5", "tab")
        await t.sees("decision number 59")
        await t.press("pagedown")
        await t.sees("decision number 10")
        assert "decision number 59" not in t.text
        await t.press("g")
        await t.sees("decision number 59")


async def test_the_best_trial_says_that_it_is(tui, source):
    async with tui(source, (120, 40)) as t:
        await t.press("4", "j", "j")
        await t.sees("★ the best")
