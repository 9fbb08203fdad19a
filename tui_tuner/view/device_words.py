"""What devices are called, and how they stand, in a word."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.devices import together
from engine.core.views import DeviceView, TrialView

from .line import Run, plain

OURS = ("ok", "idle")
"""States in which a device takes trials, or would."""

_ROLES = {"quarantined": "error", "gone": "error", "leased": "dim", "excluded": "dim"}
"""Red is for what needs someone; any other state warns."""

_BRIEF = {"quarantined": "faulty", "excluded": "excl."}
_SAYS_ALL = ("cannot be leased", "not among", "not in ", "not there")
"""Beginnings of reasons that need no word for the state before them."""
_NAME, _STATE, _USER, _MOST_USERS = 24, 40, 16, 3


def is_gpu(device: DeviceView) -> bool:
    """Whether it is a GPU, or an instance of one."""
    return device.uuid is not None or device.id.startswith("gpu")


def uses_gpus(devices: Sequence[DeviceView]) -> bool:
    """Whether there is any GPU among them."""
    return any(map(is_gpu, devices))


def label(device: DeviceView) -> str:
    """Give what people call it: GPU0, GPU0:1 for an instance, CPU."""
    return plain(device.id, _NAME).upper()


def trouble(device: DeviceView) -> Run | None:
    """Say what keeps trials off a device, or who else is on it; None where all is well."""
    users = list(dict.fromkeys(plain(o.user, _USER) for o in device.foreign if o.trial is None))
    left = list(dict.fromkeys(plain(o.trial, _USER) for o in device.foreign if o.trial is not None))
    if device.state not in (*OURS, "busy"):
        return plain(device.state, _STATE), _ROLES.get(device.state, "warning")
    if left:
        return f"{', '.join(left[:_MOST_USERS])} left over", "warning"
    if users:
        return f"foreign: {', '.join(users[:_MOST_USERS])}", "warning"
    return None if device.state in OURS else (plain(device.state, _STATE), "warning")


def brief(device: DeviceView) -> Run | None:
    """Say the same in six cells or fewer."""
    said = trouble(device)
    if said is None:
        return None
    word = "busy" if device.state in (*OURS, "busy") else device.state
    return plain(_BRIEF.get(word, word), 6), said[1]


def device_of(row: TrialView) -> str:
    """Name the device a trial runs on, or ran on last; empty where it never ran."""
    if row.device:
        return row.device
    return row.attempt_list[-1].device if row.attempt_list else ""


def runs_on(row: TrialView, device: DeviceView) -> bool:
    """Whether a trial is on a device, perhaps among others."""
    return row.device is None or device.id in row.device.split()


def standing(device: DeviceView) -> Run:
    """Say how a device stands, and why, as one would to a person."""
    said, reason = trouble(device), plain(device.reason, 120)
    if device.state in OURS and said is None:
        if device.throttle:
            return f"slowed: {', '.join(plain(why, 40) for why in device.throttle)}", "warning"
        return _free(device)
    role = said[1] if said is not None else "warning"
    if not reason:
        return (said[0] if said is not None else plain(device.state, _STATE)), role
    known = device.state in ("busy", "ok") or reason.startswith((device.state, *_SAYS_ALL))
    return (reason if known else f"{plain(device.state, _STATE)}: {reason}"), role


def gpus_text(devices: Sequence[DeviceView]) -> str:
    """Say how many GPUs take trials, and why others do not; empty where there is none."""
    gpus = [device for device in devices if is_gpu(device)]
    closed: dict[str, list[str]] = {}
    for device in gpus:
        if device.state not in OURS:
            closed.setdefault(standing(device)[0], []).append(plain(device.id, _NAME))
    taking = len(gpus) - sum(map(len, closed.values()))
    whys = [f"{together(labels)} {why}" for why, labels in closed.items()]
    return "; ".join((f"{taking} of {len(gpus)} for trials", *whys)) if gpus else ""


def _free(device: DeviceView) -> Run:
    if device.trials:
        return "", ""
    if device.state == "idle":
        return "idle" + (f": {plain(device.reason, 120)}" if device.reason else ""), "dim"
    return ("free" if is_gpu(device) else ""), "dim"
