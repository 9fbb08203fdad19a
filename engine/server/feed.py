"""What a subscribed viewer is told unasked: a snapshot, then what changes, at its own pace."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from engine.core.acts import Decision
from engine.core.views import SweepView
from engine.protocol.framing import Channel
from engine.protocol.messages import Delta, Request, Snapshot

from .first_rows import in_parts
from .source import Changes, SweepSource

PART = 1000
"""Trials in a delta, and decisions in a snapshot (the newest), at the most."""
ROWS = 250
"""Trials in one part of a snapshot: a viewer takes in a part between two of its frames."""

SLOWEST, FASTEST = 0.1, 20.0


class Feed:
    """Coalesces commits into at most `rate` pushes a second.

    A push is sent only once the viewer has taken the last, so a slow viewer costs the set of what
    it has not seen and never a queue. Where that is more than a part's worth, it gets a fresh
    snapshot instead.
    """

    def __init__(self, source: SweepSource, channel: Channel[Request], rate: float) -> None:
        self._source = source
        self._channel = channel
        self._interval_s = 1.0 / min(max(rate, SLOWEST), FASTEST)
        self._news = asyncio.Event()
        self._trials: set[int] = set()
        self._decisions: list[Decision] = []
        self._sent: SweepView | None = None

    async def run(self) -> None:
        """Push until cancelled. Raises ConnectionLostError where the viewer is gone."""
        unwatch = self._source.watch(self._take)
        try:
            await self._push_snapshot()
            while True:
                await asyncio.sleep(self._interval_s)
                await self._news.wait()
                await self._push_news()
        finally:
            unwatch()

    def _take(self, changes: Changes) -> None:
        self._trials |= changes.trials
        if len(self._decisions) <= PART:
            self._decisions += changes.decisions
        self._news.set()

    async def _push_news(self) -> None:
        if len(self._trials) > PART or len(self._decisions) > PART:
            await self._push_snapshot()
        else:
            await self._push_delta()

    async def _push_delta(self) -> None:
        trials, decisions = self._take_news()
        sweep = self._source.status()
        unchanged = _timeless(sweep) == self._sent
        if unchanged and not trials and not decisions:
            return
        self._sent = _timeless(sweep)
        self._channel.send(
            Delta(
                seq=self._source.seq,
                sweep=None if unchanged else sweep,
                trials=[self._source.trial(number) for number in sorted(trials)],
                decisions=decisions,
            )
        )
        await self._channel.drain()

    async def _push_snapshot(self) -> None:
        self._take_news()
        sweep, seq = self._source.status(), self._source.seq
        rows, standings = self._source.rows()
        decisions = self._source.decisions()[-PART:]
        self._sent = _timeless(sweep)
        sent = 0
        for part in in_parts(rows, standings, sweep.metric.goal, ROWS):
            first, sent = not sent, sent + len(part)
            self._channel.send(
                Snapshot(
                    seq=seq,
                    sweep=sweep,
                    trials=part,
                    decisions=decisions if first else [],
                    first=first,
                    more=sent < len(rows),
                )
            )
            await self._channel.drain()

    def _take_news(self) -> tuple[set[int], list[Decision]]:
        self._news.clear()
        news = self._trials, self._decisions
        self._trials, self._decisions = set(), []
        return news


def _timeless(view: SweepView) -> SweepView:
    """The view without what changes by the clock alone."""
    return replace(view, elapsed_s=0.0)
