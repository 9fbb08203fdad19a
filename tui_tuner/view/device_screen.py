"""The devices in full: how each was used, which trials are on it, and who else is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.core.views import DeviceView, ForeignView, TrialView
from tui_tuner.keymap import key_of
from tui_tuner.plot import Axis, Plot, Series, plot_lines
from tui_tuner.view_state import ViewState

from .device_line import foreign, memory, spark
from .devices import Sample, Track, latest
from .glyphs import STATE_ROLES, Glyphs
from .line import Line, crop, fit, plain, right

_GIB = 2**30
_SPARK = 12
_NARROWEST = 38
"""Cells that a plot takes at least, beside others."""
_NUMBERS = _SPARK + 6 + 11 + 6 + 6
Row = tuple[str, Line]


def device_rows(state: ViewState, width: int, glyphs: Glyphs) -> tuple[Line, list[Row]]:
    """Give the heading and a row for each device and, below it, for each that uses it.

    Rows are named by the device's id, or by it and the trial's, with a slash between.
    """
    name = max(20, min(44, width - _NUMBERS))
    heads = f"{fit('device, and who is on it', name)}{fit('use', _SPARK + 6)}{right('memory', 10)}"
    rows: list[Row] = []
    for device in state.sweep.devices if state.sweep is not None else []:
        rows.append((device.id, _device(device, state, width, name, glyphs)))
        rows += [
            (f"{device.id}/{row.id}", _trial(row, width, name, glyphs)) for row in on(device, state)
        ]
        rows += [("", _foreign(other, width, name)) for other in device.foreign]
        if rows[-1][0] == device.id:
            rows.append(("", crop((("   no trial runs on it now", "dim"),), width)))
    return crop(((heads, ""),), width), rows


def on(device: DeviceView, state: ViewState) -> list[TrialView]:
    """The trials that run on a device, those that use most of it first."""
    rows = [state.rows[name] for name in device.trials if name in state.rows]
    mine = [row for row in rows if row.device in (None, device.id)]
    return sorted(mine, key=lambda row: (-(row.util or 0.0), row.id))


def device_plots(
    state: ViewState, device: DeviceView, width: int, height: int, glyphs: Glyphs
) -> list[Line]:
    """Plot a device's use over the time that the viewer has looked, as many plots as fit."""
    track = state.tracks.get(device.id, Track())
    plots = _plots(device, track, glyphs)[: max(1, width // _NARROWEST)]
    each = (width - 2 * (len(plots) - 1)) // len(plots)
    drawn = [plot_lines(plot, each, height, glyphs) for plot in plots]
    rows = []
    for y in range(height):
        parts = [part for lines in drawn for part in (*lines[y], ("  ", ""))]
        rows.append(crop(parts[:-1], width))
    return rows


def _plots(device: DeviceView, track: Track, glyphs: Glyphs) -> list[Plot]:
    total = device.mem_total / _GIB if device.mem_total else None
    plots = [
        _plot("utilisation, %", track, lambda s: s.util, 100.0),
        _plot("memory, GiB", track, lambda s: s.memory and s.memory / _GIB, total),
    ]
    if device.temperature is not None:
        title = f"temperature, {_degrees(glyphs)}C"
        plots.append(_plot(title, track, lambda s: s.temperature, None))
    if device.power is not None:
        plots.append(_plot("power, W", track, lambda s: s.power, None))
    return plots


def _plot(
    title: str, track: Track, value: Callable[[Sample], float | None], high: float | None
) -> Plot:
    """A plot of whole samples, so that it changes only when one is added."""
    first = track.past[0].at if track.past else 0.0
    points = tuple((s.at - first, y) for s in track.past if (y := value(s)) is not None)
    return Plot(
        series=(Series(points=points),),
        title=((title, "bold"),),
        x=Axis(title="since you came", unit="seconds"),
        y=Axis(title=title, low=0.0 if high else None, high=high),
        empty="it is drawn as you look on, from now",
    )


def _device(device: DeviceView, state: ViewState, width: int, name: int, glyphs: Glyphs) -> Line:
    drawn = spark(latest(state.tracks.get(device.id, Track()), _SPARK, _util), glyphs)
    used = memory(device.mem_used, device.mem_total) if device.mem_used is not None else ""
    label = device.name if device.id == "cpu" else f"{device.id.upper()}  {device.name}"
    return crop(
        (
            (fit(plain(label, 60), name - 1) + " ", "bold"),
            (drawn, "accent"),
            (_percent(device.util), ""),
            (right(used, 10), ""),
            (_state_of(device, glyphs), "dim"),
            (f"  {foreign(device)}" if foreign(device) else "", "warning"),
        ),
        width,
    )


def _state_of(device: DeviceView, glyphs: Glyphs) -> str:
    """How warm it is and what it draws, or how much waits for it."""
    if device.load is not None:
        return f"  load {device.load:.1f}"
    heat = f"{device.temperature:.0f}{_degrees(glyphs)}" if device.temperature is not None else ""
    power = f"{device.power:.0f}W" if device.power is not None else ""
    return right(heat, 6) + right(power, 6)


def _degrees(glyphs: Glyphs) -> str:
    return "" if glyphs.ascii else "°"


def _trial(row: TrialView, width: int, name: int, glyphs: Glyphs) -> Line:
    epoch = f"epoch {row.step or 0}" + (f"/{row.budget}" if row.budget else "")
    share = min(1.0, max(0.0, (row.util or 0.0) / 100))
    full = round(share * _SPARK)
    peak = memory(row.peak_memory) if row.peak_memory else ""
    shown = f"  {plain(row.id, 12)} "
    state = glyphs.states.get(row.state, " ")
    role = STATE_ROLES.get(row.state, "")
    return crop(
        (
            (shown, ""),
            (f"{state} ", role),
            (fit(f"{plain(row.state, 10)}, {epoch}", name - len(shown) - 2), "dim"),
            (glyphs.bar * full, "bar"),
            (glyphs.bar_rest * (_SPARK - full), "faint"),
            (_percent(row.util), ""),
            (right(peak, 10), ""),
            ("  peak" if peak else "", "dim"),
        ),
        width,
    )


def _foreign(other: ForeignView, width: int, name: int) -> Line:
    who = f"  {plain(other.user, 16)}  {plain(other.command, 60)} ({other.pid})"
    used = memory(other.memory) if other.memory else ""
    return crop(
        (
            (fit(who, name), "warning"),
            (" " * _SPARK, ""),
            (_percent(other.util), ""),
            (right(used, 10), ""),
        ),
        width,
    )


def _percent(util: float | None) -> str:
    return right(f"{util:.0f}%" if util is not None else "", 6)


def _util(sample: Sample) -> float | None:
    return sample.util


def at_rest(state: ViewState) -> Sequence[str]:
    """What is said where no device is known."""
    if state.sweep is None:
        return ["nothing has been heard of this sweep yet"]
    if not state.sweep.engine.alive:
        return [
            "no engine runs for this sweep, so nobody looks at its devices",
            f"{key_of('back')} goes back to the trials; {key_of('schedule')} there brings an "
            f"engine, {key_of('sweeps')} shows other sweeps",
        ]
    return ["the engine has not looked at the devices yet", "it does so once a second"]
