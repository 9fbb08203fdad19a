"""What the dashboard shows, and what each lowercase key does."""

from __future__ import annotations

import pytest
from textual.widgets import Input

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_running_sweep_is_read_at_a_glance(tui, source, size):
    async with tui(source, size) as t:
        await t.sees("live")
        head = t.lines[0]
        assert head.startswith(" digits")
        assert "running" in head
        assert "best 0.9876 t0005" in head
        assert all(len(line) == size[0] for line in t.lines)
        assert len(t.lines) == size[1]


async def test_what_runs_comes_first_and_then_the_best(tui, source):
    async with tui(source) as t:
        assert t.ids[:3] == ["t0002", "t0001", "t0005"]
        assert t.ids[-2:] == ["t0007", "t0008"]


async def test_values_share_decimals_and_states_have_their_glyphs(tui, source):
    async with tui(source) as t:
        row = {line[2:7]: line for line in t.lines if line[2:3] == "t"}
        assert "▶" in row["t0001"]
        assert "✓" in row["t0005"]
        assert "✂" in row["t0004"]
        assert "✗" in row["t0006"]
        assert "○" in row["t0007"]
        column = row["t0005"].index("0.9876")
        assert row["t0004"][column : column + 6] == "0.3400"
        assert "3.1e-2" in row["t0001"]
        assert "dropout" not in t.text


async def test_the_best_trial_is_starred(tui, source):
    async with tui(source) as t:
        assert any(line[1:7] == "★t0005" for line in t.lines)


async def test_the_pane_stands_beside_the_table_where_there_is_room(tui, source):
    async with tui(source, (120, 40)) as t:
        await t.sees("val_loss")
        await t.sees("⢀")
        assert "random #" in t.text
    async with tui(source, (80, 24)) as t:
        assert "val_loss" not in t.text


async def test_enter_opens_the_trial_and_escape_goes_back(tui, source):
    async with tui(source) as t:
        await t.press("enter")
        await t.sees("0.50┤")
        assert "t0002   ▶ running   epoch 2/5" in t.text
        assert not t.ids
        await t.press("escape")
        assert t.ids


async def test_tab_swaps_table_and_pane(tui, source):
    async with tui(source) as t:
        await t.press("tab")
        assert not t.ids
        await t.press("j")
        await t.sees("t0001   ▶ running")
        await t.press("tab")
        assert t.ids


async def test_keys_move_the_cursor(tui, source):
    async with tui(source) as t:
        at = []
        for key in ("j", "down", "k", "G", "up", "g", "pagedown", "pageup"):
            await t.press(key)
            at.append(t.table.cursor)
        assert at == [
            *["t0001", "t0005", "t0001"],
            *["t0008", "t0007", "t0002"],
            *["t0008", "t0002"],
        ]


async def test_an_asterisk_goes_to_the_best_trial_or_says_where_it_is(tui, source):
    async with tui(source) as t:
        await t.press("G", "asterisk")
        assert t.table.cursor == t.app.view.best_id == "t0005"
        await t.press("G", "slash", *"state=running", "enter", "asterisk")
        await t.sees("the filter hides t0005, the best; Esc shows all")
        assert t.table.cursor != "t0005"


async def test_in_ascii_the_best_trial_and_the_sort_have_signs_of_their_own(tui, source):
    async with tui(source, ascii=True) as t:
        await t.press("space")
        assert any(line[1:7] == "*t0005" for line in t.lines)
        assert any(line[1:7] == "+t0002" for line in t.lines)


async def test_the_cursor_stays_on_its_trial(tui, source):
    async with tui(source) as t:
        await t.press("j", "j")
        assert t.table.cursor == "t0005"
        await t.press("s")
        assert t.table.cursor == "t0005"
        source.propose({"lr": 1.0, "width": 1})
        source.start(9)
        await t.until(lambda: "t0009" in t.ids)
        assert t.table.cursor == "t0005"
        await t.press("x")
        assert t.table.cursor == "t0005"
        assert any(line.startswith("▸★t0005") for line in t.lines)


async def test_s_sorts_by_the_next_column_and_x_reverses(tui, source):
    async with tui(source) as t:
        await t.press("s")
        assert t.ids == [f"t000{n}" for n in range(1, 9)]
        assert "id▲" in t.text
        await t.press("x")
        assert t.ids == [f"t000{n}" for n in range(8, 0, -1)]
        assert "id▼" in t.text


async def test_a_filter_is_written_kept_and_cleared(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"state=running")
        await t.until(lambda: t.ids == ["t0002", "t0001"])
        await t.press("enter")
        assert t.ids == ["t0002", "t0001"]
        await t.press("j")
        assert t.table.cursor == "t0001"
        await t.press("escape")
        assert len(t.ids) == 8
        assert t.table.cursor == "t0001"


async def test_a_character_of_a_filter_lays_no_screen_out_anew(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"id<=1")
        await t.until(lambda: t.ids == ["t0001"])
        laid_out = []
        t.app.screen.screen_layout_refresh_signal.subscribe(t.table, laid_out.append)
        await t.press("5")
        await t.until(lambda: len(t.ids) == 8)
        assert not laid_out


async def test_a_wrong_filter_says_what_is_wrong_and_changes_nothing(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"widht>3")
        await t.sees("width")
        assert len(t.ids) == 8
        await t.press("escape")
        assert len(t.ids) == 8


async def test_a_wrong_filter_is_not_kept(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"widht>3", "enter")
        await t.sees("did you mean")
        await t.press("escape", "j")
        assert "widht" not in t.text


async def test_a_filter_that_matches_nothing_says_so(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"epoch>99")
        await t.sees("none of 8 trials matches epoch>99")
        await t.press("escape")
        await t.until(lambda: len(t.ids) == 8)


async def test_space_marks_and_escape_clears(tui, source):
    async with tui(source) as t:
        await t.press("space", "space")
        assert t.app.view.marks == {"t0002", "t0001"}
        assert " ●t0002" in t.text
        assert "prune 2 marked" in t.text
        await t.press("escape")
        assert not t.app.view.marks


async def test_m_puts_the_next_metric_first_and_y_draws_it_on_a_log_axis(tui, source):
    async with tui(source) as t:
        await t.press("enter", "m")
        await t.sees("val_loss (2 of 2, m: next)")
        await t.press("y")
        await t.sees(", log")


async def test_the_mouse_selects_and_the_wheel_scrolls(tui, source):
    async with tui(source) as t:
        await t.pilot.click(t.table, offset=(5, 3))
        assert t.table.cursor == "t0005"
    for _ in range(60):
        source.propose()
    async with tui(source) as t:
        first = t.ids[0]
        t.table.post_message(_wheel(t.table))
        await t.until(lambda: t.ids[0] != first)
        assert t.table.cursor == "t0002"


async def test_help_is_written_from_the_registry(tui, source):
    async with tui(source, (120, 60)) as t:
        await t.press("question_mark")
        await t.sees("end the marked (or the current) trials for good")
        await t.press("escape")
        assert "end the marked" not in t.text


async def test_help_that_does_not_fit_says_how_to_read_on_and_how_to_leave(tui, source):
    async with tui(source, (80, 24)) as t:
        await t.press("question_mark")
        await t.sees("PgDn more   Esc back")


async def test_the_palette_offers_the_actions(tui, source):
    async with tui(source) as t:
        await t.press("ctrl+p")
        await t.until(lambda: len(t.app.screen_stack) == 3)
        await t.press(*"revers")
        await t.sees("turn the order round")


async def test_the_palette_keeps_to_ascii_and_its_cursor_still(tui, source):
    async with tui(source, (120, 40), ascii=True) as t:
        await t.press("ctrl+p", *"revers")
        await t.sees("turn the order round")
        assert all(line.isascii() for line in t.lines), t.text
        assert not t.app.screen.query_one(Input).cursor_blink


async def test_plain_ascii_is_all_that_an_ascii_terminal_gets(tui, source):
    async with tui(source, (120, 40), ascii=True) as t:
        await t.sees("val_loss")
        await t.sees("*")
        assert all(line.isascii() for line in t.lines[3:]), t.text


@pytest.mark.parametrize("size", [(40, 10), (400, 100), (12, 4), (1, 1)])
async def test_any_size_will_do(tui, source, size):
    async with tui(source, (80, 24)) as t:
        for width, height in (size, (120, 40), size, (81, 25), size):
            await t.pilot.resize_terminal(width, height)
        await t.press("enter", "l", "escape", "question_mark", "escape", "K", "escape")


def _wheel(table):
    from textual.events import MouseScrollDown

    return MouseScrollDown(table, 5, 5, 0, 1, 0, False, False, False)
