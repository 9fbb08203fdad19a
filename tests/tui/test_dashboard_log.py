"""The log of a trial: follows, scrolls, and lets nothing steer the terminal."""

from __future__ import annotations

from engine.protocol.messages import ReadLog


async def test_l_follows_the_output_while_the_trial_runs(tui, source):
    source.write_log(2, "".join(f"epoch {n}\n" for n in range(50)))
    async with tui(source) as t:
        await t.press("l")
        await t.sees("epoch 49")
        source.write_log(2, "epoch 50\n")
        await t.sees("epoch 50")
        await t.press("escape")
        assert t.ids


async def test_f_and_movement_switch_the_following(tui, source):
    source.write_log(2, "".join(f"epoch {n}\n" for n in range(50)))
    async with tui(source) as t:
        await t.press("l")
        await t.sees("following")
        await t.press("g")
        assert "epoch 0 " in t.text
        await t.press("f")
        await t.sees("epoch 49")
        await t.press("k")
        assert "epoch 49" not in t.text


async def test_the_log_of_an_ended_trial_is_read_once(tui, source):
    source.write_log(5, "all done\n")
    async with tui(source) as t:
        await t.press("j", "j", "l")
        await t.sees("all done")
        asked = [m for m in t.connections[-1].asked if isinstance(m, ReadLog)]
        assert len(asked) == 1


async def test_progress_bars_show_their_last_state_and_escapes_are_defused(tui, source):
    source.write_log(2, "10%\r50%\r100%\n\x1b]52;c;AAAA\x07 and \x1b[31mred [/b]\n")
    async with tui(source) as t:
        await t.press("l")
        await t.sees("100%")
        assert "50%" not in t.text
        assert "red [/b]" in t.text
        assert "\x1b" not in t.text
        assert "\x07" not in t.text


async def test_a_silent_trial_is_said_to_be_silent(tui, source):
    async with tui(source) as t:
        await t.press("l")
        await t.sees("has written nothing")


LONG = "".join(f"line {n} of many{' NEEDLE' * (n in (3, 9000))}\n" for n in range(20_000))


async def test_the_beginning_of_a_long_log_is_reached(tui, source):
    source.write_log(5, LONG)
    async with tui(source) as t:
        await t.press("j", "j", "l")
        await t.sees("line 19999 of many")
        await t.press("g")
        await t.sees("line 0 of many")
        await t.press("G")
        await t.sees("line 19999 of many")


async def test_scrolling_up_reads_what_came_before(tui, source):
    source.write_log(5, LONG)
    async with tui(source) as t:
        await t.press("j", "j", "l")
        await t.sees("line 19999 of many")
        log = t.app.screen._log
        held = log._text.begin
        log.scroll_rows(-log._text.count)
        await t.until(lambda: log._text.begin < held)
        await t.press("up")
        top = int(t.lines[1].split()[1])
        assert [int(line.split()[1]) for line in t.lines[1:20]] == list(range(top, top + 19))


async def test_a_search_goes_on_through_what_was_not_read_yet(tui, source):
    source.write_log(5, LONG)
    async with tui(source) as t:
        await t.press("j", "j", "l")
        await t.sees("line 19999 of many")
        await t.press("slash", *"needle", "enter")
        await t.sees("line 9000 of many NEEDLE")
        await t.press("p")
        await t.sees("line 3 of many NEEDLE")
        await t.sees("1 of 2 lines")
        await t.press("n")
        await t.sees("2 of 2 lines")
        await t.press("escape")
        assert "of 2 lines" not in t.text
        await t.press("escape")
        assert t.ids


async def test_what_is_nowhere_is_said_to_be(tui, source):
    source.write_log(5, "all done\n")
    async with tui(source) as t:
        await t.press("j", "j", "l")
        await t.sees("all done")
        await t.press("slash", *"q?n", "enter")
        await t.sees("nowhere")


async def test_brackets_read_earlier_attempts(tui, source):
    source.write_log(4, "the first try\n", attempt=1)
    source.write_log(4, "the second try\n", attempt=2)
    source.start(4)
    async with tui(source) as t:
        await t.until(lambda: t.app.view.rows["t0004"].attempts == 2)
        while t.table.cursor != "t0004":
            await t.press("j")
        await t.press("l")
        await t.sees("the second try")
        await t.press("left_square_bracket")
        await t.sees("the first try")
        await t.sees("attempt 1 of 2")
        await t.press("right_square_bracket")
        await t.sees("the second try")
