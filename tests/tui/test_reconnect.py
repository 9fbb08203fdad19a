"""The engine goes and comes back: the person stays where they were, and sees the newest."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from engine.client import connect_socket
from engine.protocol.messages import GetSeries, GetSpace, Snapshot
from engine.server.feed import PART
from engine.server.listener import Listener
from tests.fakes.fake_source import FakeSource
from tui_tuner.app import TunerApp
from tui_tuner.link import Link
from tui_tuner.modals.confirm import ConfirmScreen


async def lose(t):
    """Cut the line, and wait until the app knows."""
    t.reachable = False
    t.connections[-1].lose()
    await t.until(lambda: t.app.link.state.phase == "lost")


async def come_back(t):
    """Let the engine answer again, and wait until the app is linked."""
    t.reachable = True
    await t.until(lambda: t.app.link.state.phase == "live")


async def test_cursor_marks_filter_and_sort_are_as_they_were(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"epoch>1", "enter", "s", "x", "j", "space")
        order, cursor, view = t.ids, t.table.cursor, t.app.view
        await lose(t)
        await t.sees("no answer from the engine")
        assert t.ids == order
        source.report(2, 3, 0.9)
        await come_back(t)
        await t.until(lambda: t.app.view.rows["t0002"].step == 3)
        assert set(t.ids) == set(order)
        assert t.table.cursor == cursor
        assert t.app.view.marks == view.marks
        assert t.app.view.ordering.sort == view.ordering.sort
        assert t.app.view.ordering.filter.text == "epoch>1"
        assert "no answer" not in t.text


async def test_a_question_that_stands_open_is_answered_by_the_engine_that_came_back(tui, source):
    async with tui(source, (120, 40)) as t:
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        name = t.table.cursor
        await lose(t)
        assert isinstance(t.app.screen, ConfirmScreen)
        await come_back(t)
        assert isinstance(t.app.screen, ConfirmScreen)
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.trial(int(name[1:])).state == "pruned"


async def test_a_filter_that_is_being_written_is_written_on(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"epo")
        await lose(t)
        await t.press(*"ch>1")
        await come_back(t)
        assert isinstance(t.app.focused, Input)
        assert t.app.focused.value == "epoch>1"
        await t.press("enter")
        await t.until(lambda: t.app.view.ordering.filter is not None)


@pytest.mark.parametrize("key", ["enter", "l", "v", "i", "h"])
async def test_another_screen_says_it_stays_and_follows_again(tui, source, key):
    async with tui(source, (120, 40)) as t:
        await t.press(key)
        await t.until(lambda: len(t.app.screen_stack) == 3)
        screen = t.app.screen
        await lose(t)
        said = "no connection to the engine" if key == "l" else "no answer from the engine; trying"
        await t.sees(said)
        source.report(1, 3, 0.5)
        await come_back(t)
        await t.until(lambda: t.app.view.rows["t0001"].step == 3)
        assert t.app.screen is screen
        await t.until(lambda: "no connection" not in t.text)
        await t.press("escape")
        await t.until(lambda: len(t.app.screen_stack) == 2)


async def test_an_engine_that_died_is_told_where_the_person_is(tui, source):
    async with tui(source, (120, 40)) as t:
        await t.press("h")
        await t.sees("history")
        await lose(t)
        source.live = False
        source.set_sweep(state="dead")
        t.reachable = True
        await t.sees("⚠ the engine is gone; its trials go on")
        await t.press("escape")
        await t.sees("the engine is gone: `tui-tuner resume digits` starts it again")


async def test_the_banner_of_a_dead_engine_starts_it_with_a_click(tui, source):
    started = []

    async def start() -> None:
        started.append(True)

    source.live = False
    source.set_sweep(state="dead")
    async with tui(source, (120, 40), start_engine=start) as t:
        await t.sees("press S to start it again")
        await t.pilot.click("#banner")
        await t.sees("Start the engine again")
        await t.press("enter")
        await t.until(lambda: started)


async def test_answers_that_take_long_are_shown_beside_the_link_and_no_question_is_asked_for_it():
    ticks = iter([0.0, 0.5, 1.0, 1.4, 2.0, 2.6, 3.0, 3.05])
    posted = []

    class Answering:
        live = True

        async def request(self, message):
            return None

    link = Link(Answering, posted.append, lambda: 0.0, stopwatch=lambda: next(ticks))
    link._connection = Answering()
    for _ in range(2):
        await link.request(GetSpace(id=0))
    assert posted == []
    await link.request(GetSeries(id=0, trial=1))
    assert [message.state.trip_s for message in posted] == [0.4]
    await link.request(GetSeries(id=0, trial=1))
    assert link.state.trip_s == 0.0


async def test_a_slow_link_stands_in_the_header(tui, source):
    async with tui(source) as t:
        assert t.lines[0].rstrip().endswith("live")
        for _ in range(3):
            t.app.link._took(0.44)
        await t.until(lambda: t.lines[0].rstrip().endswith("link 0.4s"))


async def test_a_viewer_that_was_blocked_gets_one_fresh_picture_and_shows_the_newest(
    tmp_path, monkeypatch
):
    source = FakeSource(tmp_path)
    for _ in range(PART + 200):
        source.propose()
    listener = Listener(source, tmp_path / "private" / "sweep.sock")
    await listener.start()
    arrived = []
    take = TunerApp.on_link_arrived
    monkeypatch.setattr(
        TunerApp, "on_link_arrived", lambda app, m: (arrived.append(m.push), take(app, m))[1]
    )

    async def connect():
        return await connect_socket(tmp_path / "private" / "sweep.sock", "ada@pts/1")

    app = TunerApp(connect, title="digits", clock=lambda: source.now)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(app.view.rows) == PART + 200)
        arrived.clear()
        for _ in range(5):
            for number in range(1, PART + 201):
                source.change(number, note=str(source.seq))
        await until(pilot, lambda: app.view.seq == source.seq)
        assert sum(isinstance(push, Snapshot) and push.first for push in arrived) == 1
        assert app.view.rows["t0001"].note == source.trial(1).note
    await listener.close()


async def until(pilot, condition):
    for _ in range(300):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("never came true")
