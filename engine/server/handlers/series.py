"""Curves."""

from __future__ import annotations

from math import isfinite

from engine.protocol.messages import GetSeries, Series
from engine.server.downsample import thin
from engine.store.base import Point

from .base import Viewer


async def get_series(viewer: Viewer, request: GetSeries) -> Series:
    """Give curves of one trial, thinned to what the viewer draws."""
    viewer.source.trial(request.trial)
    curves = await viewer.source.series(request.trial)
    wanted = curves if request.metrics is None else request.metrics
    return shown({name: curves[name] for name in wanted if name in curves}, request.points)


def shown(curves: dict[str, list[Point]], points: int | None) -> Series:
    """Turn curves into what goes over the wire: [step, value or null, at], thinned to `points`."""
    return {
        name: [
            (p.step, p.value if isfinite(p.value) else None, p.at)
            for p in (curve if points is None else thin(curve, points))
        ]
        for name, curve in curves.items()
    }
