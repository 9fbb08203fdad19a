"""Connecting, empty, finished, dead, lost and back: each says what is going on."""

from __future__ import annotations

import pytest

from tests.fakes.fake_source import FakeSource


async def test_an_empty_sweep_says_what_will_come(tui, tmp_path):
    async with tui(FakeSource(tmp_path)) as t:
        await t.sees("no trials yet")
        assert "prune" not in t.lines[-1]


async def test_before_the_first_answer_it_says_that_it_connects(tui, source):
    async with tui(source, reachable=False) as t:
        await t.sees("connecting to digits")
        await t.sees("no engine answers")
        t.reachable = True
        await t.until(lambda: t.ids)


async def test_a_finished_sweep_says_what_to_do_next(tui, source):
    source.finish("all 8 trials are done")
    async with tui(source, (120, 40)) as t:
        await t.sees("all 8 trials are done; best 0.9876 by t0005")
        assert "q leave" in t.text
        await t.press("q")
        closing = t.app.return_value
    assert closing == "digits is finished; best 0.9876 by t0005: tui-tuner best digits"


async def test_q_detaches_and_says_how_to_come_back(tui, source):
    async with tui(source) as t:
        await t.press("q")
        closing = t.app.return_value
    assert closing == "detached; the sweep goes on: tui-tuner attach digits"


async def test_it_leaves_by_itself_once_the_sweep_has_ended(tui, source):
    async with tui(source, exit_when_done=True) as t:
        source.finish()
        await t.sees("finished")
        await t.until(lambda: t.app.return_value is not None)


async def test_a_dead_engine_is_told_with_the_way_out(tui, source):
    source.live = False
    source.set_sweep(state="dead", engine=type(source.status().engine)(pid=None, alive=False))
    async with tui(source, (120, 40)) as t:
        await t.sees(
            "the engine is gone: `tui-tuner resume digits` starts it again; its trials go on"
        )
        assert "tui-tuner resume digits" in t.text
        assert "stored" in t.lines[0]


async def test_a_dead_engine_can_be_started_from_here(tui, source):
    started = []

    async def start() -> None:
        started.append(True)

    source.live = False
    source.set_sweep(state="dead")
    async with tui(source, (120, 40), start_engine=start) as t:
        await t.sees("press S to start it again")
        assert t.lines[-1].startswith(" S resume")
        await t.press("S")
        await t.sees("Start the engine again")
        await t.press("enter")
        await t.until(lambda: started)


async def test_a_lost_engine_is_waited_for_and_nothing_is_forgotten(tui, source):
    async with tui(source) as t:
        await t.press("j", "j", "space", "k", "s")
        cursor, marks = t.table.cursor, t.app.view.marks
        order = t.ids
        t.reachable = False
        t.connections[-1].lose()
        await t.sees("no answer from the engine")
        assert t.ids == order
        source.report(1, 3, 0.9)
        t.reachable = True
        await t.until(lambda: t.app.link.state.phase == "live")
        await t.until(lambda: t.app.view.rows["t0001"].step == 3)
        assert "no answer" not in t.text
        assert t.table.cursor == cursor
        assert t.app.view.marks == marks
        assert t.app.view.ordering.sort.column == "id"


async def test_warnings_are_counted_and_the_newest_is_shown(tui, source):
    async with tui(source) as t:
        source.set_sweep(warnings=["an old one", "no report carries 'val_acc'"])
        await t.sees("⚠ (2) no report carries 'val_acc'")


async def test_what_comes_once_the_app_takes_its_screens_down_harms_nobody(tui, source):
    async with tui(source) as t:
        await t.sees("t0001")
        t.app._running = False
        await t.app.screen.query("*").remove()
        t.app._tick()
        t.app.change_view(t.app.view)
        t.app.refresh_surroundings()
        t.app._running = True


@pytest.mark.parametrize("key", ["", "h", "i", "d", "v", "l", "w", "enter", "c"])
async def test_q_detaches_while_the_sweep_goes_on_and_leaves_once_it_has_ended(tui, source, key):
    async with tui(source, (200, 24)) as t:
        if key:
            await t.press(key)
            await t.until(lambda: len(t.app.screen_stack) == 3)
        assert "q detach" in t.lines[-1]
        source.finish()
        await t.until(lambda: "q leave" in t.lines[-1])
