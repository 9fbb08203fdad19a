"""A box of 8 GPUs in every state one meets, with trials on them, as viewers are told of it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine.core.views import DeviceView, ForeignView
from engine.protocol.messages import DevicePoint, UsagePoint
from tests.fakes.fake_source import FakeSource

GIB = 2**30
NAME = "NVIDIA H100 80GB HBM3"


def gpu(n: int, **fields: Any) -> DeviceView:
    """One of the GPUs, free unless `fields` say otherwise."""
    known: dict[str, Any] = {
        "id": f"gpu{n}",
        "name": NAME,
        "uuid": f"GPU-{n}e57c0de-0000-4000-8000-00000000000{n}",
        "util": 0.0,
        "mem_used": GIB // 2,
        "mem_total": 80 * GIB,
        "temperature": 34.0 + n,
        "power": 71.0,
        "power_limit": 700.0,
        "sm_clock": 345.0,
        "mem_clock": 2619.0,
        "ecc": 0,
        "share": 0.0,
    }
    return DeviceView(**known | fields)


def busy(n: int, util: float, gib: int, *trials: str, **fields: Any) -> DeviceView:
    """One at work on trials."""
    known: dict[str, Any] = {
        "util": util,
        "mem_used": gib * GIB,
        "temperature": 60.0 + util / 8,
        "power": 250.0 + 4 * util,
        "sm_clock": 1980.0,
        "trials": list(trials),
        "share": 1.0,
    }
    return gpu(n, **known | fields)


def cpu(**fields: Any) -> DeviceView:
    """The CPU beside them."""
    known: dict[str, Any] = {
        "id": "cpu",
        "name": "CPU, 8 cores",
        "util": 63.0,
        "mem_used": 41 * GIB,
        "mem_total": 256 * GIB,
        "cores": 8,
        "load": 5.2,
        "per_core": [98.0, 91.0, 12.0, 77.0, 45.0, 99.0, 3.0, 60.0],
    }
    return DeviceView(**known | fields)


def mixed() -> list[DeviceView]:
    """Two trials on one GPU, one alone, one over two, and five that take none, each otherwise."""
    bob = ForeignView(user="bob", command="python train.py --lr 3", pid=4711, memory=61 * GIB)
    left = ForeignView(user="ada", command="python", pid=812, memory=2 * GIB, trial="t0004")
    return [
        busy(0, 91.0, 38, "t0001", "t0002", room=1, share=0.66),
        busy(1, 97.0, 61, "t0009", throttle=["power cap"], power=699.0),
        gpu(2, state="busy", reason="in use by python (4711) of bob", foreign=[bob], util=99.0),
        gpu(3, foreign=[left], state="busy", reason="python (812) of t0004 is still there"),
        gpu(4, state="quarantined", reason="XID 79: the GPU has fallen off the bus", util=None),
        gpu(5, state="leased", reason="leased by sweep digits of carol", util=88.0),
        gpu(6, state="excluded", reason="excluded by ada@pts/1"),
        gpu(
            7,
            state="idle",
            power=None,
            power_limit=None,
            missing={"power": "unsupported", "power_limit": "unsupported"},
        ),
        cpu(),
    ]


def on_gpus(source: FakeSource, devices: list[DeviceView] | None = None) -> FakeSource:
    """Put the running trials of the usual sweep on the GPUs: two share the first, one has its own.

    Half an hour of the first GPU is in the store, and what t0001 used since it began.
    """
    source.change(2, step=2)
    shared = {"gpus": 0.33, "device": "gpu0"}
    n = source.propose({"lr": 0.01, "width": 128, "dropout": 0.5})
    source.start(n, slot=2)
    for step, value in ((1, 0.42), (2, 0.55), (3, 0.61)):
        source.report(n, step, value, val_loss=1.2)
    source.change(1, util=44.0, memory=9 * GIB, peak_memory=10 * GIB, cpu_util=35.0, **shared)
    source.change(2, util=4.0, memory=8 * GIB, peak_memory=8 * GIB, cpu_util=98.0, **shared)
    source.change(
        n, util=97.0, memory=60 * GIB, peak_memory=61 * GIB, cpu_util=40.0, gpus=1.0, device="gpu1"
    )
    for number, hours in ((3, 0.4), (4, 0.1), (5, 0.2), (6, 0.3)):
        attempts = [*source.trial(number).attempt_list]
        source.change(
            number, gpus=1.0, gpu_s=3600 * hours, util=80.0 + number, attempt_list=attempts
        )
    source.device_points["gpu0"] = [
        DevicePoint(source.now - 1800 + 30 * i, 80.0 + i % 15, 38 * GIB, 60.0 + i % 9, 600.0 + i)
        for i in range(60)
    ]
    for number, device, epoch_s in ((1, "gpu0", 45.0), (2, "gpu0", 90.0), (n, "gpu1", 20.0)):
        source.pace(number, epoch_s)
        attempts = [replace(one, device=device) for one in source.trial(number).attempt_list]
        source.change(number, attempt_list=attempts)
    began = source.trial(1).attempt_started_at or source.now
    source.usage_points[1] = [
        UsagePoint(began + 3 * i, 20.0 + 8 * (i % 5) + i, (6 + i % 3) * GIB, 35.0 + i % 7)
        for i in range(31)
    ]
    source.set_sweep(devices=mixed() if devices is None else devices, slots=3)
    return source
