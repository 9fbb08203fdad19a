"""What a trial used of its device, over its time."""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter

from engine.protocol.messages import GetUsage, Usage, UsagePoint
from engine.server.downsample import thin_rows
from engine.store.base import UsageSample

from .base import Viewer

_VALUES = (attrgetter("util"), attrgetter("memory"), attrgetter("cpu"))


async def get_usage(viewer: Viewer, request: GetUsage) -> Usage:
    """Give what a trial used, thinned to what the viewer draws."""
    viewer.source.trial(request.trial)
    points = _with_gaps(await viewer.source.usage_of(request.trial))
    return points if request.points is None else thin_rows(points, request.points, _VALUES)


def _with_gaps(samples: list[UsageSample]) -> Usage:
    """Samples as points, with one of nothing known where an attempt ended and another followed."""
    points: Usage = []
    for sample, following in pairwise([*samples, None]):
        assert sample is not None
        points.append(
            UsagePoint(at=sample.at, util=sample.util, memory=sample.memory, cpu=sample.cpu)
        )
        if following is not None and following.attempt != sample.attempt:
            points.append(UsagePoint(at=sample.at, util=None, memory=None))
    return points
