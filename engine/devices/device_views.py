"""GPUs as viewers see them, in steps: what moves less than a person would notice stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from engine.core.devices import WHOLE
from engine.core.views import DeviceView, ForeignView

from .sample import GpuSample
from .watched import Watched

_MIB = 2**20
_MOST_FOREIGN = 16


class Tenancy(Struct, frozen=True, kw_only=True):
    """What the sweep has of a GPU: names of trials, and how many millionths they own."""

    trials: Sequence[str] = ()
    taken: int = 0
    room: int | None = None


def gpu_views(
    gpus: Collection[Watched],
    tenancies: Mapping[str, Tenancy],
    foreign: Mapping[str, Sequence[ForeignView]],
) -> list[DeviceView]:
    """Every GPU ever seen, in the order of the box; one of which there is no news as last seen.

    One that is gone makes way for another that is called as it was.
    """
    there = {gpu.device.label for gpu in gpus if not _is_gone(gpu)}
    return [
        _view(gpu, tenancies.get(gpu.uuid, Tenancy()), foreign.get(gpu.uuid, ()))
        for gpu in sorted(gpus, key=_place)
        if not (_is_gone(gpu) and gpu.device.label in there)
    ]


def _is_gone(gpu: Watched) -> bool:
    return gpu.finding.word == "gone"


def _place(gpu: Watched) -> list[tuple[int, str]]:
    """Where it stands in the box: 'gpu10' after 'gpu9', 'gpu0:1' after 'gpu0'."""
    parts = gpu.device.label.removeprefix("gpu").split(":")
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def _view(gpu: Watched, tenancy: Tenancy, foreign: Sequence[ForeignView]) -> DeviceView:
    sample = gpu.sample or GpuSample(uuid=gpu.uuid, label=gpu.device.label, name=gpu.device.name)
    word, reason = gpu.finding.word, gpu.finding.reason
    if _is_gone(gpu):
        sample = GpuSample(uuid=sample.uuid, label=sample.label, name=sample.name)
        foreign = ()
    return DeviceView(
        id=sample.label,
        name=sample.name,
        uuid=sample.uuid,
        state=word,
        reason=reason,
        trials=list(tenancy.trials),
        share=round(tenancy.taken / WHOLE, 3),
        room=tenancy.room,
        util=_rounded(sample.util),
        mem_used=None if sample.mem_used is None else round(sample.mem_used / _MIB) * _MIB,
        mem_total=sample.mem_total,
        temperature=_rounded(sample.temperature),
        power=_rounded(sample.power),
        power_limit=_rounded(sample.power_limit),
        sm_clock=_rounded(sample.sm_clock),
        mem_clock=_rounded(sample.mem_clock),
        throttle=list(sample.throttle),
        ecc=sample.ecc,
        missing=dict(sample.missing),
        foreign=list(foreign[:_MOST_FOREIGN]),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(round(value))
