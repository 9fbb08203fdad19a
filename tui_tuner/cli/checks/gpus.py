"""The GPUs: the driver, each of them, who is on it, and whose lease it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from engine.devices.gpu_watch import GpuWatch, library_there
from engine.devices.leases import lease_directory, whose
from engine.devices.origins import Origin, Origins
from engine.devices.reasons import program_of
from engine.devices.sample import GpuProcess, GpuSample, Look

from .check import Check, fault, ok, size, warn

ANSWER_S = 10.0
_NVIDIA = "0x10de"
_DISPLAY = ("0x0300", "0x0302")
_MOST_PROCESSES = 4


def gpus(look: Look | None, *, library: bool, card: bool) -> Iterator[Check]:
    """What a look at the GPUs found; None: it found nothing in time, or nobody looked."""
    if look is None and library:
        text = f"NVIDIA's driver did not answer within {ANSWER_S:.0f} s"
        yield fault("driver", text, "a GPU may hang: see `dmesg | grep -i nvrm`, and nvidia-smi")
    elif look is None and card:
        yield fault("driver", "there is an NVIDIA card, but no driver", "install NVIDIA's driver")
    elif look is None:
        yield ok("driver", "no NVIDIA GPU: trials run on the CPU")
    elif look.error is not None:
        broken = fault if card else warn
        yield broken("driver", look.error, "" if card else "trials run on the CPU")
    else:
        count = sum(gpu.parent is None for gpu in look.gpus)
        cuda = f", CUDA {look.cuda}" if look.cuda else ""
        yield ok("driver", f"NVIDIA {look.driver}{cuda}, {count} GPU{'s' if count != 1 else ''}")
        origins = Origins().look(look)
        folder = lease_directory()
        for gpu in look.gpus:
            yield _gpu(gpu, origins, whose(folder, gpu.uuid))


def see() -> Look | None:
    """Look once, by a process of its own: a driver that hangs does not hang us."""
    if not library_there():
        return None
    logging.getLogger("engine.devices").addHandler(logging.NullHandler())
    return asyncio.run(_first())


def has_card(devices: Path = Path("/sys/bus/pci/devices")) -> bool:
    """Whether a card of NVIDIA's is in the machine, driver or not."""
    return any(
        _line(device / "vendor") == _NVIDIA and _line(device / "class")[:6] in _DISPLAY
        for device in devices.glob("*")
    )


async def _first() -> Look | None:
    watch = GpuWatch()
    await watch.start()
    try:
        return await watch.first(ANSWER_S)
    finally:
        await watch.close()


def _gpu(gpu: GpuSample, origins: Mapping[int, Origin], lessee: str | None) -> Check:
    parts = [gpu.name or "a GPU", *_load(gpu)]
    if gpu.processes:
        parts.append(_users(gpu.processes, origins))
    if lessee is not None:
        parts.append(f"leased by {lessee}")
    text = ", ".join(parts)
    if gpu.fault is not None:
        advice = "it may come back after `nvidia-smi -r`, or a restart of the machine"
        return fault(gpu.label, f"{text}: {gpu.fault}", advice)
    if gpu.ecc:
        text = f"{text}, {gpu.ecc} memory errors since boot that were not corrected"
        return warn(gpu.label, text, "keep it out: resources.gpu_ids.exclude")
    if gpu.missing.get("mem_total") and gpu.parent is None:
        return warn(gpu.label, f"{text}, does not tell its memory", "packing goes by shares alone")
    return ok(gpu.label, text)


def _load(gpu: GpuSample) -> Iterator[str]:
    if gpu.mem_total is not None:
        used = f", {size(gpu.mem_used)} used" if gpu.mem_used is not None else ""
        yield f"{size(gpu.mem_total)}{used}"
    if gpu.util is not None:
        yield f"{gpu.util:.0f}% busy"
    if gpu.throttle:
        yield f"slowed by {', '.join(gpu.throttle)}"


def _users(processes: tuple[GpuProcess, ...], origins: Mapping[int, Origin]) -> str:
    named = [_user(process.pid, origins.get(process.pid)) for process in processes]
    rest = len(named) - _MOST_PROCESSES
    return ", ".join(named[:_MOST_PROCESSES]) + (f" and {rest} more" if rest > 0 else "")


def _user(pid: int, origin: Origin | None) -> str:
    if origin is None:
        return f"process {pid} of another container"
    return f"{program_of(origin.command)} ({pid}) of {origin.user}"


def _line(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(errors="replace").strip()
    return ""
