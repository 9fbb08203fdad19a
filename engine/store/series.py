"""The rule that turns the reports of a trial into one curve a metric."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from .base import Point, StoredReport


def curves(reports: Iterable[StoredReport]) -> dict[str, list[Point]]:
    """Give each metric's curve from one trial's reports in the order stored.

    Ascending in step, one point a step: the last report of a step wins, and an attempt replaces
    all that earlier attempts reported from its first step on.
    """
    kept = list(reports)
    ends = _ends(kept)
    points: dict[str, dict[int, Point]] = {}
    for stored in kept:
        report = stored.report
        if report.step < ends[stored.attempt]:
            for name, value in report.metrics.items():
                points.setdefault(name, {})[report.step] = Point(report.step, value, report.at)
    return {name: [curve[step] for step in sorted(curve)] for name, curve in points.items()}


def _ends(reports: list[StoredReport]) -> dict[int, float]:
    """Say for each attempt at which step a later one took over."""
    first: dict[int, int] = {}
    for stored in reports:
        first.setdefault(stored.attempt, stored.report.step)
    ends: dict[int, float] = {}
    end = inf
    for attempt in sorted(first, reverse=True):
        ends[attempt] = end
        end = min(end, first[attempt])
    return ends
