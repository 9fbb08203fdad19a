"""Everything that can be asked of a sweep's SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from engine.core.events import ReportsArrived
from engine.core.model import Report
from engine.core.views import SweepView, TrialView

from .base import (
    DeviceSample,
    Logged,
    Offset,
    Point,
    StoredReport,
    StoreReader,
    UsageSample,
)
from .codec import decode_event, decode_metrics, decode_sweep, decode_trial
from .failures import translated
from .series import curves

PAGE = 4096
"""Rows fetched at a time: no cursor stays open in between, so none holds back a checkpoint."""

Row = tuple[Any, ...]


class SqliteQueries(StoreReader):
    """Answers from a connection; owns and closes it."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path

    def meta(self) -> dict[str, str]:
        return dict(self._rows("SELECT key, value FROM meta"))

    def replay(self) -> Iterator[Logged]:
        last = self._last_seq()
        reports = self._reports("", ())
        return merge(self._events("", (), last), self._arrivals(last, reports), key=_BY_SEQ)

    def events(self, kinds: Sequence[str] | None = None) -> Iterator[Logged]:
        if kinds is None:
            return self._events("", (), self._last_seq())
        among = f"AND kind IN ({', '.join('?' * len(kinds))})"
        return self._events(among, tuple(kinds), self._last_seq())

    def sweep(self) -> SweepView | None:
        rows = self._rows("SELECT body FROM sweep")
        return decode_sweep(rows[0][0]) if rows else None

    def trials(self) -> list[TrialView]:
        return [decode_trial(body) for body in self.trial_bodies()]

    def trial_bodies(self) -> list[bytes]:
        return [body for (body,) in self._rows("SELECT body FROM trials ORDER BY number")]

    def trial(self, number: int) -> TrialView | None:
        rows = self._rows("SELECT body FROM trials WHERE number = ?", (number,))
        return decode_trial(rows[0][0]) if rows else None

    def offsets(self) -> list[Offset]:
        rows = self._rows("SELECT trial, attempt, file, offset FROM offsets")
        return [Offset(trial=t, attempt=a, file=f, offset=o) for t, a, f, o in rows]

    def reports(self, trial: int | None = None) -> Iterator[StoredReport]:
        if trial is None:
            return self._reports("", ())
        return self._reports("AND trial = ?", (trial,))

    def series(self, trial: int) -> dict[str, list[Point]]:
        return curves(self.reports(trial))

    def usage(self, trial: int) -> list[UsageSample]:
        sql = (
            "SELECT attempt, at, util, memory, cpu FROM usage WHERE trial = ? ORDER BY attempt, at"
        )
        return [
            UsageSample(trial=trial, attempt=attempt, at=at, util=util, memory=memory, cpu=cpu)
            for attempt, at, util, memory, cpu in self._rows(sql, (trial,))
        ]

    def device_samples(self, device: str, since: float = 0.0) -> list[DeviceSample]:
        sql = (
            "SELECT at, util, mem_used, temperature, power FROM device_samples "
            "WHERE device = (SELECT id FROM devices WHERE label = ?) AND at >= ? ORDER BY at"
        )
        return [
            DeviceSample(
                device=device, at=at, util=util, mem_used=used, temperature=degrees, power=watts
            )
            for at, util, used, degrees, watts in self._rows(sql, (device, since))
        ]

    def devices_seen(self) -> dict[str, float]:
        sql = (
            "SELECT label, (SELECT max(at) FROM device_samples WHERE device = devices.id) "
            "FROM devices ORDER BY id"
        )
        return {label: at for label, at in self._rows(sql) if at is not None}

    def close(self) -> None:
        with translated(self._path):
            self._db.close()

    def _last_seq(self) -> int:
        """Give the end of the log: what comes later is not part of an answer begun now."""
        latest = "SELECT max(seq) AS seq FROM events UNION ALL SELECT max(seq) FROM arrivals"
        (row,) = self._rows(f"SELECT coalesce(max(seq), 0) FROM ({latest})")
        return int(row[0])

    def _events(self, among: str, values: Row, last: int) -> Iterator[Logged]:
        sql = (
            f"SELECT seq, body FROM events WHERE seq > ? {among} AND seq <= ? ORDER BY seq LIMIT ?"
        )
        for seq, body in self._paged(sql, (*values, last)):
            yield Logged(seq=seq, event=decode_event(body))

    def _arrivals(self, last: int, reports: Iterator[StoredReport]) -> Iterator[Logged]:
        sql = (
            "SELECT seq, at, trial, attempt, reports, rejected, complaint FROM arrivals "
            "WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
        )
        for seq, at, trial, attempt, count, rejected, complaint in self._paged(sql, (last,)):
            event = ReportsArrived(
                at=at,
                trial=trial,
                attempt=attempt,
                reports=tuple(stored.report for stored in islice(reports, count)),
                rejected=rejected,
                complaint=complaint,
            )
            yield Logged(seq=seq, event=event)

    def _reports(self, among: str, values: Row) -> Iterator[StoredReport]:
        sql = (
            "SELECT id, trial, attempt, step, at, metrics FROM reports "
            f"WHERE id > ? {among} ORDER BY id LIMIT ?"
        )
        for _, trial, attempt, step, at, metrics in self._paged(sql, values):
            report = Report(step, at, decode_metrics(metrics))
            yield StoredReport(trial=trial, attempt=attempt, report=report)

    def _paged(self, sql: str, values: Row) -> Iterator[Row]:
        """Give a query's rows in pages. Its first `?` is the key to go on after, the last a limit;
        its first column is that key."""
        after = 0
        while True:
            rows = self._rows(sql, (after, *values, PAGE))
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    def _rows(self, sql: str, values: Row = ()) -> list[Row]:
        with translated(self._path):
            return self._db.execute(sql, values).fetchall()


_BY_SEQ: Callable[[Logged], int] = attrgetter("seq")
