"""What is known of one device besides how busy it is, in two lines."""

from __future__ import annotations

from engine.core.views import DeviceView

from .device_line import spark
from .device_words import is_gpu, label, standing
from .glyphs import Glyphs
from .line import Line, crop, pack, plain

FACTS = 2
"""Lines that they take."""


def device_facts(device: DeviceView, width: int, glyphs: Glyphs) -> list[Line]:
    """Say how it stands and why, then its numbers and what the driver does not tell."""
    name = plain(device.name, 60)
    called: Line = ((label(device), "bold"), (f"  {name}", "dim"))
    head: list[tuple[int, Line]] = [
        (5, called if is_gpu(device) else ((name, "bold"),)),
        (4, (standing(device),)),
        (3, ((_shared(device), "dim"),)),
        (1, ((plain(device.uuid or "", 48), "faint"),)),
    ]
    told = _gpu(device, glyphs) if is_gpu(device) else _cpu(device, glyphs)
    return [_packed(head, width), _packed(told, width)]


def _packed(parts: list[tuple[int, Line]], width: int) -> Line:
    kept = [part for part in parts if any(text for text, _ in part[1])]
    return crop(((" ", ""), *pack(kept, width - 2)), width)


def _shared(device: DeviceView) -> str:
    """How much of it has an owner here, and what its memory still holds."""
    words = []
    if device.share:
        words.append(f"{100 * device.share:.0f} % given to trials")
    if device.room is not None and device.trials and (device.share or 0.0) < 1.0:
        room = min(device.room, _shares_left(device))
        words.append(f"room for {room} more" if room else "no room for another yet")
    return ", ".join(words)


def _shares_left(device: DeviceView) -> int:
    """How many more trials get a share as large as those have that are there."""
    taken = device.share or 1.0
    return int((1.0 - taken) * len(device.trials) / taken + 0.05)


def _gpu(device: DeviceView, glyphs: Glyphs) -> list[tuple[int, Line]]:
    clocks = [
        f"{mhz:.0f} MHz {what}"
        for mhz, what in ((device.sm_clock, "cores"), (device.mem_clock, "memory"))
        if mhz is not None
    ]
    power = "" if device.power is None else f"{device.power:.0f}"
    limit = "" if device.power_limit is None else f" of {device.power_limit:.0f}"
    slowed = ", ".join(plain(reason, 40) for reason in device.throttle)
    errors = device.ecc or 0
    ecc = f"{errors} uncorrected memory error{'s' * (errors != 1)}"
    return [
        (4, ((f"slowed: {slowed}" if slowed else "", "warning"),)),
        (5, ((ecc if device.ecc else "", "error"),)),
        (3, ((_missing(device, glyphs), "dim"),)),
        (2, ((", ".join(clocks), "dim"),)),
        (2, ((f"{power}{limit} W" if power else "", "dim"),)),
        (1, (("no memory errors" if device.ecc == 0 else "", "faint"),)),
    ]


def _missing(device: DeviceView, glyphs: Glyphs) -> str:
    """Which fields the driver does not tell, by its words for why."""
    whys: dict[str, list[str]] = {}
    for field, why in device.missing.items():
        whys.setdefault(why, []).append(plain(field, 20).replace("_", " "))
    return "; ".join(
        f"{glyphs.missing} {', '.join(fields)}: {plain(why, 60)}" for why, fields in whys.items()
    )


def _cpu(device: DeviceView, glyphs: Glyphs) -> list[tuple[int, Line]]:
    cores = spark([*device.per_core][:64], glyphs)
    load = "" if device.load is None else f"load {device.load:.1f}"
    of = f" of {device.cores} cores" if device.load is not None and device.cores else ""
    return [
        (3, ((f"cores {cores}" if cores else "", "accent"),)),
        (2, ((load + of, "dim"),)),
        (1, ((_missing(device, glyphs), "dim"),)),
    ]
