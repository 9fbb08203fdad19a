"""The devices on the dashboard: a cell each, in columns, in as many lines as there is room for."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from engine.core.views import DeviceView
from tui_tuner.keymap import key_of
from tui_tuner.view_state import ViewState

from .devices import Sample, Track, latest
from .glyphs import Glyphs
from .line import Line, crop, line_width, plain, right

_TRIALS = 7
"""Cells that the name of a trial takes."""
_GAP = 2
_GIB = 2**30


class _Detail(NamedTuple):
    """How much of each device is told: a sparkline of so many cells, ..."""

    spark: int
    memory: bool = True
    trials: bool = True


_DETAILS = (
    _Detail(12),
    _Detail(6),
    _Detail(6, trials=False),
    _Detail(6, memory=False, trials=False),
    _Detail(0, memory=False, trials=False),
)
"""The first with which all devices find room is taken; twelve cells are a minute."""


def device_room(height: int) -> int:
    """How many lines the devices may take on a screen of so many."""
    return 1 if height < 30 else 2 if height < 50 else 3


def device_lines(state: ViewState, glyphs: Glyphs, width: int, height: int) -> list[Line]:
    """What each device does, in at most `height` lines; what does not fit is counted."""
    sweep = state.sweep
    if sweep is None or not sweep.devices or height < 1:
        return []
    slots: Line = ((f" {state.counts.get('running', 0)}/{sweep.slots} slots ", "dim"),)
    room = width - line_width(slots) - 1
    devices = _told_apart(sweep.devices)
    bases, columns = _grid(state, devices, glyphs, room, height)
    cell = (room + _GAP) // columns - _GAP
    shown = len(devices) if len(devices) <= columns * height else columns * height - 1
    cells = [_cell(devices[n], bases[n], cell) for n in range(shown)]
    if shown < len(devices):
        cells.append(((f"+{len(devices) - shown} more, {key_of('devices')}", "dim"),))
    rows = [cells[n : n + columns] for n in range(0, len(cells), columns)]
    return [_row(row, slots if n == 0 else (), width) for n, row in enumerate(rows)]


def _grid(
    state: ViewState, devices: list[DeviceView], glyphs: Glyphs, room: int, height: int
) -> tuple[list[Line], int]:
    """What is told of each device, and in how many columns: all that fits, in the fewest lines."""
    tracks = [state.tracks.get(device.id, Track()) for device in devices]
    listed = min(2, max(len(device.trials) for device in devices)) if len(devices) > 1 else 0
    for detail in _DETAILS:
        bases = [_base(*pair, glyphs, detail) for pair in zip(devices, tracks, strict=True)]
        least = max(map(line_width, bases)) + _TRIALS * listed * detail.trials
        columns = (room + _GAP) // (least + _GAP)
        if columns * height >= len(devices):
            break
    lines = min(height, -(-len(devices) // max(1, columns)))
    return bases, max(1, min(columns, -(-len(devices) // lines)))


def spark(values: list[float | None], glyphs: Glyphs, low: float = 0.0, high: float = 100.0) -> str:
    """A sparkline between two bounds; blank where nothing is known."""
    last = len(glyphs.ladder) - 1
    span = (high - low) or 1.0
    return "".join(
        " " if v is None else glyphs.ladder[min(last, max(0, round((v - low) / span * last)))]
        for v in values
    )


def memory(used: float, total: float | None = None) -> str:
    """Bytes in whole gibibytes, of a total where there is one: 38/80G; little ones in mebibytes."""
    if total:
        return f"{used / _GIB:.0f}/{total / _GIB:.0f}G"
    if used < _GIB:
        return f"{used / 2**20:.0f}M"
    return f"{used / _GIB:.1f}G"


def foreign(device: DeviceView) -> str:
    """Who else is on a device, or what is wrong with it; empty where all is as it should be."""
    users = list(dict.fromkeys(plain(other.user, 16) for other in device.foreign))
    told = [] if device.state == "ok" else [plain(device.state, 40)]
    if users and not any("foreign" in text for text in told):
        told.append(f"foreign: {', '.join(users[:3])}")
    return "; ".join(told)


def _told_apart(devices: list[DeviceView]) -> list[DeviceView]:
    """Call the only device by its name, one of several by its id."""
    if len(devices) == 1:
        return devices
    return [replace(device, name=device.id.upper()) for device in devices]


def _base(device: DeviceView, track: Track, glyphs: Glyphs, detail: _Detail) -> Line:
    """All of a cell but the trials."""
    runs = [(plain(device.name or device.id, 24), "bold")]
    if device.util is not None:
        drawn = spark(latest(track, detail.spark, _util), glyphs)
        runs += [(f" {drawn}" if drawn else "", "accent"), (f" {device.util:3.0f}%", "")]
    if device.mem_used is not None and device.mem_total and detail.memory:
        widest = len(memory(device.mem_total, device.mem_total))
        runs.append((" " + right(memory(device.mem_used, device.mem_total), widest), "dim"))
    if device.temperature is not None and detail.memory:
        degrees = "C" if glyphs.ascii else "°"
        runs.append((f" {device.temperature:.0f}{degrees}", "dim"))
    if told := foreign(device):
        runs.append((f" {told}", "warning"))
    return tuple(runs)


def _util(sample: Sample) -> float | None:
    return sample.util


def _cell(device: DeviceView, base: Line, width: int) -> Line:
    """A cell with as many trials as fit behind it, and the number of the others."""
    names = [plain(name, 12) for name in device.trials]
    room = width - line_width(base) - 1
    fits = max(0, room // _TRIALS)
    if len(names) > fits:
        fits = max(0, (room - 4) // _TRIALS)
    listed = "".join(f" {name}" for name in names[:fits])
    more = f" +{len(names) - fits}" if len(names) > fits else ""
    return crop((*base, (f" {listed}" if listed else "", "accent"), (more, "dim")), width)


def _row(cells: list[Line], tail: Line, width: int) -> Line:
    line: list[tuple[str, str]] = [(" ", "")]
    for n, cell in enumerate(cells):
        line += [("  " if n else "", ""), *cell]
    body = crop(line, width - line_width(tail))
    return (*body, *tail)
