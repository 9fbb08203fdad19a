"""Rows come to rest by themselves: also after the last trial has ended, when nothing ticks."""

from __future__ import annotations

from tests.fakes.fake_source import FakeSource
from tui_tuner.view.places import CALM_S


async def test_the_last_trials_to_end_settle_and_then_nothing_ticks(tui, tmp_path):
    source = FakeSource(tmp_path, slots=4)
    for number in (1, 2, 3, 4):
        source.propose()
        source.start(number, slot=number - 1)
        source.report(number, 1, number / 10)
    async with tui(source) as screen:
        await screen.until(lambda: screen.ids == ["t0004", "t0003", "t0002", "t0001"])
        for number in (4, 3, 2, 1):
            source.report(number, 2, 1 - number / 10)
            source.end(number)
        await screen.until(lambda: "complete" in str(screen.app.view.rows["t0001"].state))
        source.finish()
        await screen.until(lambda: screen.app.view.ended)
        assert screen.app.view.places.placed
        source.now += CALM_S
        await screen.until(lambda: screen.ids == ["t0001", "t0002", "t0003", "t0004"])
        assert not screen.app.view.places.placed
