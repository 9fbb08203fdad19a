"""The devices in full: how each is used, which trials are on it, and who else is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from engine.core.views import DeviceView, ForeignView, TrialView
from tui_tuner.keymap import key_of
from tui_tuner.view_state import ViewState, trial_elapsed_s

from .device_line import memory, spark
from .device_words import OURS, is_gpu, label, runs_on, standing, uses_gpus
from .devices import Sample, Track, latest
from .glyphs import Glyphs
from .line import Line, Run, crop, fit, plain, right, width_of
from .numbers import pace_text

_ROOMY = 100
_PERCENT, _MEMORY, _HEAT, _POWER, _CLOCK = 6, 9, 6, 10, 9
_HEAD, _FULL = 24, 90.0
_SETTLED = 2
"""Epochs from which on the start of a trial hides its pace no more."""
_SLOWER = 1.15
"""How many times as long as the fastest beside it a trial must take to be called slow."""
Row = tuple[str, Line]


class Columns(Struct, frozen=True):
    """Cells of the names and of the bars; the numbers behind them always take as many.

    `bar` is that of the use, `memory_bar` that before the memory; `gpus`: heat, power and clock
    have columns, the clock where it is `roomy`.
    """

    name: int
    bar: int
    memory_bar: int
    gpus: bool
    roomy: bool

    @classmethod
    def within(cls, width: int, devices: Sequence[DeviceView]) -> Columns:
        """Leave what is too wide at the right edge, not between a name and its numbers."""
        roomy, gpus = width >= _ROOMY, uses_gpus(devices)
        bar, memory_bar = (12, 8) if roomy else (6, 0)
        longest = max((width_of(_called(device)) + 2 for device in devices), default=0)
        room = width - bar - memory_bar - _PERCENT - _MEMORY
        room -= (_HEAT + _POWER + _CLOCK * roomy) * gpus
        least, most = (33, 36) if roomy or not gpus else (21, 21)
        return cls(max(12, min(max(least, longest), most, room)), bar, memory_bar, gpus, roomy)


class Look(Struct, frozen=True):
    """What rows are drawn from, besides the device."""

    state: ViewState
    columns: Columns
    marks: Collection[str]
    glyphs: Glyphs


def device_rows(
    state: ViewState, width: int, glyphs: Glyphs, marks: Collection[str] = ()
) -> tuple[Line, list[Row]]:
    """Give the heading and a row for each device and, below it, for each that uses it.

    Rows are named by the device's id, or by it and the trial's, with a slash between.
    """
    devices = state.sweep.devices if state.sweep is not None else []
    look = Look(state, Columns.within(width, devices), marks, glyphs)
    rows: list[Row] = []
    for device in devices:
        rows.append((device.id, crop(_device(device, look), width)))
        trials = on(device, state)
        settled = (row for row in trials if (row.step or 0) >= _SETTLED)
        paces = {row.id: pace_s(row, state.at) for row in settled}
        rows += [
            (f"{device.id}/{row.id}", crop(_trial(row, device, paces, look), width))
            for row in trials
        ]
        rows += [("", crop(_foreign(other, look), width)) for other in device.foreign]
    if len(rows) == 1 and not is_gpu(devices[0]):
        rows.append(("", crop((("   no trial runs on it now", "dim"),), width)))
    return crop(((_heads(look.columns), ""),), width), rows


def on(device: DeviceView, state: ViewState) -> list[TrialView]:
    """The trials that run on a device, those that use most of it first."""
    rows = [state.rows[name] for name in device.trials if name in state.rows]
    mine = [row for row in rows if runs_on(row, device)]
    return sorted(mine, key=lambda row: (-(row.util or 0.0), row.id))


def pace_s(row: TrialView, now: float) -> float | None:
    """Give the seconds that an epoch of a trial takes."""
    return trial_elapsed_s(row, now) / row.step or None if row.step else None


def _heads(columns: Columns) -> str:
    told = "device, and who is on it" if columns.name > _HEAD else "device, who is on it"
    text = fit(told, columns.name) + right("use", columns.bar + _PERCENT)
    text += right("memory", columns.memory_bar + _MEMORY)
    if columns.gpus:
        text += right("heat", _HEAT) + right("power", _POWER)
        text += right("clock", _CLOCK) if columns.roomy else ""
    return text


def _called(device: DeviceView) -> str:
    """Its label and its make; that all are of one maker needs no cells."""
    name = plain(device.name, 60).removeprefix("NVIDIA ")
    return f"{label(device)}  {name}" if is_gpu(device) else name


def _device(device: DeviceView, look: Look) -> list[Run]:
    columns, glyphs = look.columns, look.glyphs
    ours = device.state in OURS
    drawn = spark(latest(look.state.tracks.get(device.id, Track()), columns.bar, _util), glyphs)
    used = memory(device.mem_used, device.mem_total) if device.mem_used is not None else ""
    mark = glyphs.mark if device.id in look.marks else ""
    said = standing(device)
    quiet = "" if ours else "dim"
    return [
        (f"{mark} " if mark else "", "mark"),
        (fit(_called(device), columns.name - 1 - 2 * bool(mark)) + " ", "bold" if ours else "dim"),
        (drawn, "accent" if ours else "dim"),
        (right(_percent(device.util) or _unsaid(device, "util", glyphs), _PERCENT), quiet),
        *_bar(device.mem_used, device.mem_total, columns.memory_bar, glyphs),
        (right(used or _unsaid(device, "mem_used", glyphs), _MEMORY), quiet),
        *_meters(device, columns, glyphs),
        (f"  {said[0]}" if said[0] else "", said[1]),
    ]


def _meters(device: DeviceView, columns: Columns, glyphs: Glyphs) -> list[Run]:
    """How warm it is, what it draws of what it may, how fast it runs; or how much waits for it."""
    if not is_gpu(device):
        load = f"load {device.load:.1f}" if device.load is not None else ""
        size = (_HEAT + _POWER + _CLOCK * columns.roomy) if columns.gpus else 10
        return [(right(load, size), "dim")]
    degrees = "" if glyphs.ascii else "°"
    heat = f"{device.temperature:.0f}{degrees}" if device.temperature is not None else ""
    limit = f"/{device.power_limit:.0f}" if device.power_limit is not None else ""
    power = f"{device.power:.0f}{limit}W" if device.power is not None else ""
    clock = f"{device.sm_clock:.0f}MHz" if device.sm_clock is not None else ""
    cells = [
        (heat or _unsaid(device, "temperature", glyphs), _HEAT),
        (power or _unsaid(device, "power", glyphs), _POWER),
    ]
    if columns.roomy:
        cells.append((clock or _unsaid(device, "sm_clock", glyphs), _CLOCK))
    return [(right(text, size), "dim") for text, size in cells]


def _unsaid(device: DeviceView, field: str, glyphs: Glyphs) -> str:
    """Show that the driver does not tell a field; why stands in the facts."""
    return glyphs.missing if field in device.missing else ""


def _trial(
    row: TrialView, device: DeviceView, paces: dict[str, float | None], look: Look
) -> list[Run]:
    columns, glyphs = look.columns, look.glyphs
    budget = f"/{row.budget}" if row.budget else ""
    state = glyphs.states.get(row.state, " ")
    shown = f"  {plain(row.id, 12)} "
    role = "accent" if row.state == "running" else ""
    roomy = columns.name > _HEAD
    told = f"{'epoch ' * roomy}{row.step or 0}{budget}{_taken(row.gpus, roomy)}"
    return [
        (shown, ""),
        (f"{state} ", role),
        (fit(told, columns.name - len(shown) - 3) + " ", "dim"),
        *_bar(row.util, 100.0, columns.bar, glyphs),
        (right(_percent(row.util), _PERCENT), ""),
        *_bar(row.memory, device.mem_total, columns.memory_bar, glyphs),
        (right(memory(row.memory) if row.memory else "", _MEMORY), ""),
        *_cost(row, paces, glyphs),
    ]


def _taken(gpus: float, roomy: bool) -> str:
    """What it has of GPUs, unless that is one: its numbers are of that part, or of them all."""
    if 0 < gpus < 1:
        return f", {_part(gpus)}{' GPU' * roomy}"
    return (f", {gpus:.0f} GPUs" if roomy else f", x{gpus:.0f}") if gpus > 1 else ""


def _part(gpus: float) -> str:
    """'1/2' for a half, '0.3' for what is no such part."""
    parts = round(1 / gpus)
    return f"1/{parts}" if abs(parts * gpus - 1) < 0.02 else f"{gpus:.2g}"


def _cost(row: TrialView, paces: dict[str, float | None], glyphs: Glyphs) -> list[Run]:
    """Its peak of memory, its share of the CPU beside a GPU, and its pace beside its neighbours."""
    runs: list[Run] = []
    if row.cpu_util is not None:
        runs.append((f"  cpu {row.cpu_util:.0f}%", "warning" if row.cpu_util >= _FULL else "dim"))
    if row.peak_memory:
        runs.append((f"  peak {memory(row.peak_memory)}", "dim"))
    return [*_pace(row, paces), *runs]


def _pace(row: TrialView, paces: dict[str, float | None]) -> list[Run]:
    mine = paces.get(row.id)
    if mine is None:
        return []
    runs: list[Run] = [(f"  {pace_text(mine)}", "")]
    others = {name: s for name, s in paces.items() if s and name != row.id}
    fastest = min(others, key=lambda name: others[name], default="")
    if fastest and mine > _SLOWER * others[fastest]:
        runs.append((f" {mine / others[fastest]:.1f}x {plain(fastest, 12)}'s", "warning"))
    return runs


def _foreign(other: ForeignView, look: Look) -> list[Run]:
    columns = look.columns
    who = f"  {plain(other.user, 16)}  {plain(other.command, 60)} ({other.pid})"
    left = f"  left by {plain(other.trial, 12)}" if other.trial else ""
    return [
        (fit(who, columns.name + columns.bar - 1) + " ", "warning"),
        (right(_percent(other.util), _PERCENT), ""),
        (" " * columns.memory_bar, ""),
        (right(memory(other.memory) if other.memory else "", _MEMORY), ""),
        (left, "warning"),
    ]


def _bar(value: float | None, whole: float | None, cells: int, glyphs: Glyphs) -> list[Run]:
    if value is None or not whole or not cells:
        return [(" " * cells, "")]
    full = round(min(1.0, max(0.0, value / whole)) * (cells - 1))
    return [(" " + glyphs.bar * full, "bar"), (glyphs.bar_rest * (cells - 1 - full), "faint")]


def _percent(util: float | None) -> str:
    return f"{util:.0f}%" if util is not None else ""


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
