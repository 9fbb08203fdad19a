"""The devices in full: how each was used, which trials are on it, and who else is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from engine.core.views import DeviceView, ForeignView, TrialView
from tui_tuner.keymap import key_of
from tui_tuner.plot import Axis, Plot, Series, plot_lines
from tui_tuner.view_state import ViewState

from .device_line import foreign, memory, spark
from .devices import Sample, Track, latest
from .glyphs import STATE_ROLES, Glyphs
from .line import Line, crop, fit, plain, right, width_of

_GIB = 2**30
_NARROWEST = 38
"""Cells that a plot takes at least, beside others."""
_ROOMY, _BAR = 60, 12
_TRIAL_NAME = 30
"""Cells for a trial, its state and its epoch."""
_PERCENT, _MEMORY, _HEAT, _POWER = 6, 14, 6, 7
Row = tuple[str, Line]


class Columns(Struct, frozen=True):
    """Cells of the names and of the bars; the numbers behind them always take as many."""

    name: int
    bar: int

    @classmethod
    def within(cls, width: int, devices: Sequence[DeviceView]) -> Columns:
        """Leave what is too wide at the right edge, not between a name and its numbers."""
        bar = _BAR if width >= _ROOMY else 4
        longest = max((width_of(_label(device)) + 2 for device in devices), default=0)
        room = width - bar - _PERCENT - _MEMORY
        return cls(max(12, min(max(_TRIAL_NAME, longest), 44, room)), bar)


def device_rows(state: ViewState, width: int, glyphs: Glyphs) -> tuple[Line, list[Row]]:
    """Give the heading and a row for each device and, below it, for each that uses it.

    Rows are named by the device's id, or by it and the trial's, with a slash between.
    """
    devices = state.sweep.devices if state.sweep is not None else []
    columns = Columns.within(width, devices)
    rows: list[Row] = []
    for device in devices:
        rows.append((device.id, _device(device, state, width, columns, glyphs)))
        rows += [
            (f"{device.id}/{row.id}", _trial(row, width, columns, glyphs))
            for row in on(device, state)
        ]
        rows += [("", _foreign(other, width, columns)) for other in device.foreign]
        if rows[-1][0] == device.id:
            rows.append(("", crop((("   no trial runs on it now", "dim"),), width)))
    return crop(((_heads(devices, columns), ""),), width), rows


def _heads(devices: Sequence[DeviceView], columns: Columns) -> str:
    use = columns.bar + _PERCENT
    text = fit("device, and who is on it", columns.name) + right("use", use)
    text += right("memory, peak" if columns.bar == _BAR else "memory", _MEMORY)
    if any(device.temperature is not None for device in devices):
        text += right("heat", _HEAT)
    if any(device.power is not None for device in devices):
        text += right("power", _POWER)
    return text


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


def _label(device: DeviceView) -> str:
    name = device.name if device.id == "cpu" else f"{device.id.upper()}  {device.name}"
    return plain(name, 60)


def _device(
    device: DeviceView, state: ViewState, width: int, columns: Columns, glyphs: Glyphs
) -> Line:
    drawn = spark(latest(state.tracks.get(device.id, Track()), columns.bar, _util), glyphs)
    used = memory(device.mem_used, device.mem_total) if device.mem_used is not None else ""
    wrong = foreign(replace(device, foreign=[]))
    wrong = "" if device.foreign and wrong.startswith("foreign") else wrong
    return crop(
        (
            (fit(_label(device), columns.name - 1) + " ", "bold"),
            (drawn, "accent"),
            (_percent(device.util), ""),
            (right(used, _MEMORY), ""),
            (_state_of(device, glyphs), "dim"),
            (f"  {wrong}" if wrong else "", "warning"),
        ),
        width,
    )


def _state_of(device: DeviceView, glyphs: Glyphs) -> str:
    """How warm it is and what it draws, or how much waits for it."""
    if device.load is not None:
        return f"  load {device.load:.1f}"
    heat = f"{device.temperature:.0f}{_degrees(glyphs)}" if device.temperature is not None else ""
    power = f"{device.power:.0f}W" if device.power is not None else ""
    return right(heat, _HEAT) + right(power, _POWER)


def _degrees(glyphs: Glyphs) -> str:
    return "" if glyphs.ascii else "°"


def _trial(row: TrialView, width: int, columns: Columns, glyphs: Glyphs) -> Line:
    epoch = f"epoch {row.step or 0}" + (f"/{row.budget}" if row.budget else "")
    share = min(1.0, max(0.0, (row.util or 0.0) / 100))
    full = round(share * columns.bar)
    peak = memory(row.peak_memory) if row.peak_memory else ""
    shown = f"  {plain(row.id, 12)} "
    state = glyphs.states.get(row.state, " ")
    role = STATE_ROLES.get(row.state, "")
    return crop(
        (
            (shown, ""),
            (f"{state} ", role),
            (fit(f"{plain(row.state, 10)}, {epoch}", columns.name - len(shown) - 3) + " ", "dim"),
            (glyphs.bar * full, "bar"),
            (glyphs.bar_rest * (columns.bar - full), "faint"),
            (_percent(row.util), ""),
            (right(peak, _MEMORY), ""),
        ),
        width,
    )


def _foreign(other: ForeignView, width: int, columns: Columns) -> Line:
    who = f"  {plain(other.user, 16)}  {plain(other.command, 60)} ({other.pid})"
    used = memory(other.memory) if other.memory else ""
    return crop(
        (
            (fit(who, columns.name - 1) + " ", "warning"),
            (" " * columns.bar, ""),
            (_percent(other.util), ""),
            (right(used, _MEMORY), ""),
        ),
        width,
    )


def _percent(util: float | None) -> str:
    return right(f"{util:.0f}%" if util is not None else "", _PERCENT)


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
