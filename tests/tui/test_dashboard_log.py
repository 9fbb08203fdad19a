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
