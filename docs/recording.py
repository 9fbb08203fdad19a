"""Records what a live sweep's engine says: `python docs/recording.py SWEEP_DIR OUT.json.gz`.

A recording is lines of JSON: when it ended, the pushes of its last minute, then what every look at
the sweep was answered. `RecordedConnection` plays it back, so that pictures of the app can be drawn
anew, the same on every machine.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from engine.client import Connection
from engine.core.model import trial_number
from engine.core.views import SweepView, TrialView
from engine.errors import NotFoundError, TunerError
from engine.lifecycle import open_sweep
from engine.protocol import messages as m
from engine.protocol.results import decode_result

POINTS = 400
PIECE = 65536
_LOOKS = (m.GetStatus(id=0), m.GetHistory(id=0), m.GetSpace(id=0), m.GetVersions(id=0))


class Head(Struct):
    """When the recording ended, in seconds since the Unix epoch."""

    at: float


class Answered(Struct, tag="answered"):
    """A request, and the result it got."""

    request: m.Request
    result: Raw


class RecordedConnection:
    """The surface of `engine.client.Connection` over a recording; what changes is refused."""

    live = True

    def __init__(self, path: Path, shown: Callable[[], SweepView | None]) -> None:
        """Play `path` back to a viewer; `shown` is the sweep as it shows it."""
        lines = gzip.decompress(path.read_bytes()).splitlines()
        self._at = msgspec.json.decode(lines[0], type=Head).at
        self._shown = shown
        self._elapsed_s: float | None = None
        self.is_over = False
        """Whether the viewer shows the last push."""
        self._pushes: list[m.Push] = []
        self._answers: dict[bytes, Raw] = {}
        for line in lines[1:]:
            one = msgspec.json.decode(line, type=m.Snapshot | m.Delta | Answered)
            if isinstance(one, Answered):
                self._answers[_key(one.request)] = one.result
            else:
                self._pushes.append(one)

    async def request(self, message: Any) -> Any:
        """Give what was answered. Raises TunerError for what was not asked then."""
        if isinstance(message, m.Subscribe):
            return None
        result = self._answers.get(_key(message))
        if result is None:
            raise NotFoundError("this was not recorded")
        return decode_result(message, m.Reply(id=0, result=result))

    @property
    def now(self) -> float:
        """The time at the last push that was given, in seconds since the Unix epoch."""
        last = self._pushes[-1].sweep
        if self._elapsed_s is None or last is None:
            return self._at
        return self._at - (last.elapsed_s - self._elapsed_s)

    async def pushes(self) -> AsyncIterator[m.Push]:
        """Give each push when the viewer shows the one before; after the last, none for ever."""
        for push in self._pushes:
            if push.sweep is not None:
                self._elapsed_s = push.sweep.elapsed_s
            yield push
            while not (_is_part(push) or self._shown() is push.sweep):  # noqa: ASYNC110
                await asyncio.sleep(0)
        self.is_over = True
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is open."""


def _is_part(push: m.Push) -> bool:
    """Whether the viewer shows nothing new after it: more of it comes, or nothing of the sweep."""
    return push.sweep is None or (isinstance(push, m.Snapshot) and push.more)


def _key(request: m.Request) -> bytes:
    """What a request asks for, whatever the number of points or bytes it wants."""
    match request:
        case m.GetSeries():
            request = m.GetSeries(id=0, trial=request.trial)
        case m.ShowTrial():
            request = m.ShowTrial(id=0, trial=request.trial)
        case m.ReadLog():
            request = m.ReadLog(id=0, trial=request.trial)
        case m.GetSpace():
            request = m.GetSpace(id=0)
        case m.GetHistory():
            request = m.GetHistory(id=0)
    return msgspec.json.encode(replace(request, id=0))


async def record(sweep: Path, seconds: float) -> bytes:
    """Follow a sweep for so long, then ask everything; give the recording."""
    connection = await open_sweep(sweep, "recorder", read_only=True)
    try:
        await connection.request(m.Subscribe(id=0, rate=1.0))
        pushes = await _followed(connection, seconds)
        rows: dict[str, TrialView] = {row.id: row for push in pushes for row in push.trials}
        answers = [await _answered(connection, look) for look in _looks(list(rows.values()))]
    finally:
        await connection.close()
    lines = [Head(at=time.time()), *pushes, *(one for one in answers if one is not None)]
    return gzip.compress(b"\n".join(map(msgspec.json.encode, lines)), mtime=0)


async def _followed(connection: Connection, seconds: float) -> list[m.Push]:
    pushes: list[m.Push] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), aclosing(connection.pushes()) as news:
            async for push in news:
                pushes.append(push)  # noqa: PERF401 - what came before the time is up is kept
    return pushes


def _looks(rows: list[TrialView]) -> Iterator[m.Request]:
    yield from _LOOKS
    for row in rows:
        number = trial_number(row.id)
        yield m.GetSeries(id=0, trial=number, points=POINTS)
        yield m.ShowTrial(id=0, trial=number, points=POINTS)
        yield m.ReadLog(id=0, trial=number, offset=-PIECE, limit=PIECE)


async def _answered(connection: Connection, look: m.Request) -> Answered | None:
    try:
        result = await connection.request(look)
    except TunerError:
        return None
    return Answered(look, Raw(msgspec.json.encode(result)))


def main() -> None:
    """Record what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sweep", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    given.out.write_bytes(asyncio.run(record(given.sweep, given.seconds)))


if __name__ == "__main__":
    main()
