"""The GPUs of a sweep as a table: as its engine sees them, or as it last stored them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from engine.core.views import DeviceView, ForeignView
from engine.protocol.messages import DevicePoint, GetDeviceHistory, GetStatus
from tui_tuner.view.device_line import memory
from tui_tuner.view.device_words import is_gpu
from tui_tuner.view.line import plain

from .boundary import said
from .columns import Column, print_table
from .documents import print_json
from .reach import ask

_NONE = "this sweep has no GPU: its trials run on the CPU"
_UNSEEN = "no GPU has been seen yet: trials wait until the driver answers"
_MOST_USERS = 3
_FEWEST = 8
"""Points of a history: the last one is always among them."""


def show_gpus(sweep: Path, *, json: bool) -> None:
    """Print the GPUs of a sweep; without an engine, as they were when one last looked."""
    (view,) = ask(sweep, GetStatus(id=0))
    gpus = [device for device in view.devices if is_gpu(device)]
    if not view.engine.alive:
        gpus = _as_last_seen(sweep, gpus)
    if json:
        print_json([gpu_document(gpu) for gpu in gpus])
        return
    if not gpus:
        said(_UNSEEN if view.auto_slots else _NONE)
        return
    if not view.engine.alive:
        said("the engine is not running: this is what it saw last")
    print_table(gpu_columns(gpus))


def gpu_document(gpu: DeviceView) -> dict[str, Any]:
    """A GPU as `gpus --json` gives it: as in `status --json`, without what only a CPU has."""
    only_of_a_cpu = ("cores", "load", "per_core")
    return {name: value for name, value in asdict(gpu).items() if name not in only_of_a_cpu}


def gpu_columns(gpus: Sequence[DeviceView]) -> list[Column]:
    """Lay GPUs out as columns; who is there and why it is closed come last, in full."""
    return [
        Column("gpu", [gpu.id for gpu in gpus]),
        Column("name", [gpu.name for gpu in gpus], optional=True),
        *_load(gpus),
        Column("share", [_share(gpu) for gpu in gpus], "right", optional=True),
        Column("state", [gpu.state for gpu in gpus]),
        Column("trials", [" ".join(gpu.trials) for gpu in gpus], text=True),
        Column("others", [_others(gpu.foreign) for gpu in gpus], text=True),
        Column("why", [_why(gpu) for gpu in gpus], text=True),
    ]


def _load(gpus: Sequence[DeviceView]) -> list[Column]:
    return [
        Column("util", [_text(gpu.util, "{:.0f}%") for gpu in gpus], "right"),
        Column("memory", [_memory(gpu) for gpu in gpus], "right"),
        Column("temp", [_text(gpu.temperature, "{:.0f}C") for gpu in gpus], "right", True),
        Column("power", [_text(gpu.power, "{:.0f}W") for gpu in gpus], "right", True),
    ]


def _memory(gpu: DeviceView) -> str:
    return "" if gpu.mem_used is None else memory(gpu.mem_used, gpu.mem_total)


def _text(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _share(gpu: DeviceView) -> str:
    return _text(None if gpu.share is None else 100 * gpu.share, "{:.0f}%")


def _others(foreign: Sequence[ForeignView]) -> str:
    """'python (1234) of bob', a few of many."""
    named = [f"{plain(o.command)} ({o.pid}) of {plain(o.trial or o.user)}" for o in foreign]
    rest = len(named) - _MOST_USERS
    return ", ".join(named[:_MOST_USERS]) + (f" and {rest} more" if rest > 0 else "")


def _why(gpu: DeviceView) -> str:
    slowed = f"slowed by {', '.join(gpu.throttle)}" if gpu.throttle else ""
    return "; ".join(filter(None, (gpu.reason, slowed)))


def _as_last_seen(sweep: Path, gpus: Sequence[DeviceView]) -> list[DeviceView]:
    """GPUs of a sweep at rest with the last sample that was kept of each."""
    if not gpus:
        return []
    asked = (GetDeviceHistory(id=0, device=gpu.id, points=_FEWEST) for gpu in gpus)
    histories = ask(sweep, *asked)
    return [
        _at(gpu, points[-1]) if points else gpu for gpu, points in zip(gpus, histories, strict=True)
    ]


def _at(gpu: DeviceView, point: DevicePoint) -> DeviceView:
    return replace(
        gpu,
        util=point.util,
        mem_used=point.mem_used,
        temperature=point.temperature,
        power=point.power,
    )
