"""The devices on the dashboard: a cell each, in columns, in as many lines as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.core.views import DeviceView
from tui_tuner.keymap import key_of
from tui_tuner.view_state import ViewState

from .device_words import OURS, brief, label, trouble, uses_gpus
from .devices import Sample, Track, latest
from .glyphs import Glyphs
from .line import Line, Run, crop, line_width, plain, right

_TRIALS = 7
"""Cells that the name of a trial takes."""
_GAP = 2
_GIB = 2**30
_SILENT = ("quarantined", "gone", "stale")
"""States in which what was last measured says nothing of now."""


class _Detail(NamedTuple):
    """How much of each device is told: a sparkline of so many cells, ..."""

    spark: int
    memory: bool = True
    trials: bool = True
    words: bool = True
    """In full, what keeps trials off it."""


_DETAILS = (
    _Detail(12),
    _Detail(6),
    _Detail(6, trials=False),
    _Detail(6, memory=False, trials=False),
    _Detail(6, memory=False, trials=False, words=False),
    _Detail(0, memory=False, trials=False, words=False),
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
    devices = sweep.devices
    bases, columns = _grid(state, devices, glyphs, room, height)
    if len(devices) > columns * height and uses_gpus(devices):
        return [_numbered(devices, slots, width)]
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
    alone = len(devices) == 1
    for detail in _DETAILS:
        bases = [_base(*pair, glyphs, detail, alone) for pair in zip(devices, tracks, strict=True)]
        least = max(
            line_width(base) + (0 if alone else _tail(device, detail))
            for device, base in zip(devices, bases, strict=True)
        )
        columns = (room + _GAP) // (least + _GAP)
        if columns * height >= len(devices):
            break
    lines = min(height, -(-len(devices) // max(1, columns)))
    return bases, max(1, min(columns, -(-len(devices) // lines)))


def _tail(device: DeviceView, detail: _Detail) -> int:
    """The cells that the trials of a device are sure of."""
    return _TRIALS * min(2, len(device.trials)) * detail.trials


def _numbered(devices: list[DeviceView], slots: Line, width: int) -> Line:
    """Many devices in one line: GPUs by their numbers, and how busy each is or why it is not."""
    groups = _alike(devices)
    cells = [_numbered_cell(alike) for alike in groups]
    more = f"+{len(devices)}, {key_of('devices')}"
    whole = 5 + sum(line_width(cell) + _GAP for cell in cells)
    tail = slots if whole + line_width(slots) <= width else ()
    room = width - line_width(tail) - 5
    shown: list[Run] = [(" GPU ", "dim")]
    for n, cell in enumerate(cells):
        left = 0 if n == len(cells) - 1 else len(more) + _GAP
        if line_width(cell) + left > room:
            rest = sum(map(len, groups[n:]))
            shown.append((f"+{rest}, {key_of('devices')}", "dim"))
            break
        shown += [*cell, (" " * _GAP, "")]
        room -= line_width(cell) + _GAP
    return (*crop(shown, width - line_width(tail)), *tail)


def _alike(devices: Sequence[DeviceView]) -> list[list[DeviceView]]:
    """Neighbours that one word is said of, together; any other device alone."""
    groups: list[list[DeviceView]] = []
    for device in devices:
        said = brief(device)
        if groups and said is not None and brief(groups[-1][-1]) == said:
            groups[-1].append(device)
        else:
            groups.append([device])
    return groups


def _numbered_cell(alike: list[DeviceView]) -> Line:
    first, last = (label(device).removeprefix("GPU") for device in (alike[0], alike[-1]))
    use = "" if alike[0].util is None else f"{alike[0].util:2.0f}%"
    name = first if first == last else f"{first}-{last}"
    return ((f"{name} ", "bold"), brief(alike[0]) or (use, ""))


def spark(
    values: Sequence[float | None], glyphs: Glyphs, low: float = 0.0, high: float = 100.0
) -> str:
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


def _base(device: DeviceView, track: Track, glyphs: Glyphs, detail: _Detail, alone: bool) -> Line:
    """All of a cell but the trials; of a device that takes none, what matters of it."""
    said = trouble(device) if detail.words else brief(device)
    ours, lost = device.state in OURS, device.state in _SILENT
    name = plain(device.name or device.id, 24) if alone else label(device)
    runs: list[Run] = [(name, "bold" if ours else "dim")]
    if device.util is not None and not lost and (detail.words or said is None):
        cells = detail.spark if said is None or detail.spark == _DETAILS[0].spark else 0
        drawn = spark(latest(track, cells, _util), glyphs)
        runs += [(f" {drawn}" if drawn else "", "accent" if ours else "dim")]
        runs += [(f" {device.util:3.0f}%", "" if ours else "dim")]
    told = detail.memory or (device.util is None and said is None)
    if device.mem_used is not None and device.mem_total and told and not lost:
        widest = len(memory(device.mem_total, device.mem_total))
        runs.append((" " + right(memory(device.mem_used, device.mem_total), widest), "dim"))
    if device.temperature is not None and detail.memory and said is None:
        degrees = "C" if glyphs.ascii else "°"
        runs.append((f" {device.temperature:.0f}{degrees}", "dim"))
    if said is not None:
        runs.append((f" {said[0]}", said[1]))
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
    line: list[Run] = [(" ", "")]
    for n, cell in enumerate(cells):
        line += [("  " if n else "", ""), *cell]
    body = crop(line, width - line_width(tail))
    return (*body, *tail)
