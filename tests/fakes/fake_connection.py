"""A connection to a sweep in memory: the surface of `engine.client.Connection`, no socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from math import isfinite
from typing import Any

from engine.core.model import trial_name
from engine.errors import ConnectionLostError
from engine.protocol.messages import (
    Delta,
    DoAct,
    GetDeviceHistory,
    GetSeries,
    GetSpace,
    GetUsage,
    GetVersions,
    LogChunk,
    Push,
    ReadLog,
    ShowTrial,
    Snapshot,
    Subscribe,
    TrialDetail,
)
from engine.server.source import Changes
from tests.fakes.fake_source import FakeSource

_PART = 500


class FakeConnection:
    """Answers from a `FakeSource`; `asked` records every request. `lose` cuts the line."""

    def __init__(self, source: FakeSource) -> None:
        self.source = source
        self.live = source.live
        self.asked: list[Any] = []
        self.closed = False
        self._queue: asyncio.Queue[Push | None] = asyncio.Queue()
        self._unwatch: Any = None

    async def request(self, message: Any) -> Any:
        if self.closed:
            raise ConnectionLostError("the engine went away")
        self.asked.append(message)
        if isinstance(message, Subscribe):
            return self._subscribe()
        if isinstance(message, GetSeries):
            series = await self.source.series(message.trial)
            return {
                name: [(p.step, p.value if isfinite(p.value) else None, p.at) for p in points]
                for name, points in series.items()
            }
        if isinstance(message, GetUsage):
            return self.source.usage_points.get(message.trial, [])
        if isinstance(message, GetDeviceHistory):
            points = self.source.device_points.get(message.device, [])
            return [point for point in points if point.at >= message.since]
        if isinstance(message, ShowTrial):
            return await self._detail(message)
        if isinstance(message, ReadLog):
            return self._read_log(message)
        if isinstance(message, GetSpace):
            return self.source.space(message.version)
        if isinstance(message, GetVersions):
            return self.source.versions()
        assert isinstance(message, DoAct)
        return await self.source.act(
            message.act,
            who="ada@pts/1",
            why=message.why,
            request=message.request,
            dry_run=message.dry_run,
        )

    async def pushes(self) -> AsyncIterator[Push]:
        while (push := await self._queue.get()) is not None:
            yield push
        raise ConnectionLostError("the engine went away")

    async def close(self) -> None:
        self.lose()

    def lose(self) -> None:
        """Cut the line, as a dying engine does."""
        if not self.closed:
            self.closed = True
            if self._unwatch is not None:
                self._unwatch()
            self._queue.put_nowait(None)

    def _subscribe(self) -> None:
        source, rows = self.source, self.source.trials()
        parts = [rows[i : i + _PART] for i in range(0, len(rows), _PART)] or [[]]
        for n, part in enumerate(parts):
            self._queue.put_nowait(
                Snapshot(
                    seq=source.seq,
                    sweep=source.status(),
                    trials=part,
                    decisions=source.decisions() if n == 0 else [],
                    first=n == 0,
                    more=n < len(parts) - 1,
                )
            )
        self._unwatch = source.watch(self._push)

    def _push(self, changes: Changes) -> None:
        self._queue.put_nowait(
            Delta(
                seq=changes.seq,
                sweep=self.source.status() if changes.sweep else None,
                trials=[self.source.trial(number) for number in sorted(changes.trials)],
                decisions=changes.decisions,
            )
        )

    async def _detail(self, message: ShowTrial) -> TrialDetail:
        row = self.source.trial(message.trial)
        return TrialDetail(
            trial=row,
            series=await self.request(GetSeries(id=0, trial=message.trial)),
            checkpoints=self.source.checkpoints.get(message.trial, []),
            decisions=[d for d in self.source.decisions() if row.id in d.trials],
        )

    def _read_log(self, message: ReadLog) -> LogChunk:
        row = self.source.trial(message.trial)
        attempt = message.attempt or row.attempts
        folder = self.source.directory / "trials" / trial_name(message.trial)[1:]
        path = folder / "attempts" / str(attempt) / "output.log"
        data = path.read_bytes() if path.exists() else b""
        offset = message.offset if message.offset >= 0 else max(0, len(data) + message.offset)
        piece = data[offset : offset + message.limit]
        return LogChunk(
            attempt=attempt,
            text=piece.decode(errors="replace"),
            offset=offset,
            next=offset + len(piece),
            size=len(data),
            running=row.state == "running",
        )
