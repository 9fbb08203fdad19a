"""The GPUs of a sweep as a table: as its engine sees them, or as it last stored them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from engine.core.views import DeviceView, ForeignView, TrialView
from engine.protocol.messages import DevicePoint, GetDeviceHistory, GetStatus, ListTrials
from tui_tuner.view.device_line import memory
from tui_tuner.view.device_words import is_gpu
from tui_tuner.view.line import plain

from .boundary import said
from .columns import Column, print_table
from .documents import print_json
from .reach import ask
from .wording import clock_time

_NONE = "this sweep has no GPU: its trials run on the CPU"
_MOST_USERS = 3


class Stored(Struct, frozen=True, kw_only=True):
    """A GPU's last sample, of the time when an engine looked."""

    id: str
    at: float
    util: float | None
    mem_used: int | None
    temperature: float | None
    power: float | None


def show_gpus(sweep: Path, *, json: bool) -> None:
    """Print the GPUs of a sweep; without an engine, what was last stored of those it used."""
    (view,) = ask(sweep, GetStatus(id=0))
    gpus = [device for device in view.devices if is_gpu(device)]
    if gpus or view.engine.alive:
        _show(gpus, [gpu_document(gpu) for gpu in gpus], gpu_columns(gpus), json)
        return
    stored = _last_stored(sweep)
    if stored and not json:
        said("the engine is not running: this is what it stored last")
    _show(stored, [asdict(gpu) for gpu in stored], stored_columns(stored), json)


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


def stored_columns(gpus: Sequence[Stored]) -> list[Column]:
    """Lay stored samples out as columns."""
    return [
        Column("gpu", [gpu.id for gpu in gpus]),
        *_load(gpus),
        Column("seen", [clock_time(gpu.at) for gpu in gpus]),
    ]


def _show(
    gpus: Sequence[object], document: list[dict[str, Any]], columns: list[Column], json: bool
) -> None:
    if json:
        print_json(document)
    elif gpus:
        print_table(columns)
    else:
        said(_NONE)


def _load(gpus: Sequence[DeviceView] | Sequence[Stored]) -> list[Column]:
    return [
        Column("util", [_text(gpu.util, "{:.0f}%") for gpu in gpus], "right"),
        Column("memory", [_memory(gpu) for gpu in gpus], "right"),
        Column("temp", [_text(gpu.temperature, "{:.0f}C") for gpu in gpus], "right", True),
        Column("power", [_text(gpu.power, "{:.0f}W") for gpu in gpus], "right", True),
    ]


def _memory(gpu: DeviceView | Stored) -> str:
    total = gpu.mem_total if isinstance(gpu, DeviceView) else None
    return "" if gpu.mem_used is None else memory(gpu.mem_used, total)


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


def _last_stored(sweep: Path) -> list[Stored]:
    """The last sample of each GPU that any attempt ran on."""
    trials: list[TrialView] = ask(sweep, ListTrials(id=0))[0]
    ran = {label for t in trials for a in t.attempt_list for label in a.device.split()}
    labels = sorted(ran - {"cpu"}, key=_in_order)
    if not labels:
        return []
    histories = ask(sweep, *(GetDeviceHistory(id=0, device=label) for label in labels))
    last: dict[str, DevicePoint] = {
        label: points[-1] for label, points in zip(labels, histories, strict=True) if points
    }
    return [Stored(id=label, **asdict(point)) for label, point in last.items()]


def _in_order(label: str) -> tuple[list[int], str]:
    """gpu2 before gpu10."""
    digits = "".join(c if c.isdigit() else " " for c in label).split()
    return [int(part[:9]) for part in digits], label
