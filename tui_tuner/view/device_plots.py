"""How a device was used over time: from the store, and since the viewer came."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from engine.core.views import DeviceView
from engine.protocol.messages import DevicePoint
from tui_tuner.plot import Axis, Plot, Point, Series, plot_lines
from tui_tuner.view_state import ViewState

from .devices import Sample, Track
from .glyphs import Glyphs
from .line import Line, crop

_GIB = 2**30
_NARROWEST = 38
"""Cells that a plot takes at least, beside others."""
_DAY_S = 86400.0
HOUR_S = 3600.0


class DeviceLook(Struct, frozen=True):
    """How a device's plots are looked at: `first` counts round and round.

    `row` is the device, or the trial on it, that they were last drawn for. `whole`: since the sweep
    began, else the last hour. `before` is what the store has.
    """

    row: str = ""
    first: int = 0
    whole: bool = False
    before: tuple[DevicePoint, ...] = ()


def device_plots(
    state: ViewState,
    device: DeviceView,
    look: DeviceLook,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[Line]:
    """Plot a device's use, as many plots as fit beside each other in `size` = (width, height)."""
    width, height = size
    samples = _samples(state.tracks.get(device.id, Track()), look, state.at)
    every = _plots(device, samples, bool(look.before), state.at, glyphs)
    start = look.first % len(every)
    plots = [*every[start:], *every[:start]][: max(1, width // _NARROWEST)]
    each = (width - 2 * (len(plots) - 1)) // len(plots)
    drawn = [plot_lines(plot, each, height, glyphs) for plot in plots]
    rows = []
    for y in range(height):
        parts = [part for lines in drawn for part in (*lines[y], ("  ", ""))]
        rows.append(crop(parts[:-1], width))
    return rows


def _samples(track: Track, look: DeviceLook, now: float) -> list[Sample]:
    """Whole samples, so that a plot changes only when one is added; the store's come first."""
    seen = [s for s in track.past if look.whole or s.at >= now - HOUR_S]
    came = seen[0].at if seen else float("inf")
    told = [
        Sample(at=p.at, util=p.util, memory=p.mem_used, temperature=p.temperature, power=p.power)
        for p in look.before
        if p.at < came
    ]
    return [*told, *seen]


def _plots(
    device: DeviceView, samples: Sequence[Sample], told: bool, now: float, glyphs: Glyphs
) -> list[Plot]:
    total = device.mem_total / _GIB if device.mem_total else None
    first = samples[0].at if samples else 0.0
    since = f"since {_clock(first, now)}" if told and samples else "since you came"

    def plot(title: str, value: Callable[[Sample], float | None], high: float | None) -> Plot:
        points: tuple[Point, ...] = tuple(
            (s.at - first, y) for s in samples if (y := value(s)) is not None
        )
        return Plot(
            series=(Series(points=points),),
            title=((title, "bold"), (f"  {since}" if points else "", "dim")),
            x=Axis(title="", unit="seconds"),
            y=Axis(title=title, low=0.0 if high else None, high=high),
            empty="it is drawn as you look on, from now",
        )

    plots = [
        plot("utilisation, %", lambda s: s.util, 100.0),
        plot("memory, GiB", lambda s: s.memory and s.memory / _GIB, total),
    ]
    if _known(device.power, samples, lambda s: s.power):
        plots.append(plot("power, W", lambda s: s.power, device.power_limit))
    if _known(device.temperature, samples, lambda s: s.temperature):
        degrees = "" if glyphs.ascii else "°"
        plots.append(plot(f"temperature, {degrees}C", lambda s: s.temperature, None))
    return plots


def _known(
    now: float | None, samples: Sequence[Sample], value: Callable[[Sample], float | None]
) -> bool:
    return now is not None or any(value(sample) is not None for sample in samples)


def _clock(at: float, now: float) -> str:
    form = "%H:%M" if now - at < _DAY_S else "%d %b %H:%M"
    return time.strftime(form, time.localtime(at))
