"""What is worth saying of GPUs: which broke, which are back, which came free at last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from engine.core.views import DeviceView, TrialView
from tui_tuner.view_state import ViewState

from .device_words import is_gpu
from .line import listed, plain
from .numbers import duration

_LOST = ("quarantined", "gone")
_DARK = (*_LOST, "stale")
_SHORT_S = 60.0


class DeviceNews(Struct, frozen=True):
    """A sentence, and whether it needs someone."""

    text: str
    grave: bool = False


def device_news(before: ViewState, after: ViewState, who: str) -> list[DeviceNews]:
    """Say what is new of the GPUs, the gravest first; what `who` did is told by the act itself."""
    pairs = list(_pairs(before, after))
    found = [
        DeviceNews(_lost(new), grave=True)
        for old, new in pairs
        if new.state in _LOST and old.state != new.state and not (who and who in new.reason)
    ]
    stale = [new.id for old, new in pairs if new.state == "stale" != old.state]
    if stale:
        text = f"no news of {listed(_names(stale))}: nothing new starts there"
        found.append(DeviceNews(text, grave=True))
    back = [new.id for old, new in pairs if old.state in _DARK and new.state not in _DARK]
    if back:
        found.append(DeviceNews(f"{listed(_names(back))} {'are' if back[1:] else 'is'} back"))
    return [*found, *(DeviceNews(text) for text in _freed(pairs, after.rows, after.at))]


def _pairs(before: ViewState, after: ViewState) -> Iterable[tuple[DeviceView, DeviceView]]:
    """The GPUs that were there before, as they were and as they are."""
    known = {d.id: d for d in before.sweep.devices} if before.sweep is not None else {}
    devices = after.sweep.devices if after.sweep is not None else []
    return [(known[d.id], d) for d in devices if d.id in known and is_gpu(d)]


def _lost(device: DeviceView) -> str:
    name, state, reason = plain(device.id, 24), device.state, plain(device.reason, 160)
    if not reason:
        return f"{name} is {state}"
    return f"{name}: {reason}" if reason.startswith(state) else f"{name} {state}: {reason}"


def _freed(
    pairs: Iterable[tuple[DeviceView, DeviceView]], rows: Mapping[str, TrialView], now: float
) -> Iterable[str]:
    """'gpu3 free after 1.8 s', of one that processes of an ended trial were left on."""
    for old, new in pairs:
        left = [other.trial for other in old.foreign if other.trial is not None]
        if not left or any(other.trial is not None for other in new.foreign):
            continue
        row = rows.get(left[0])
        ended = row.attempt_list[-1].ended_at if row is not None and row.attempt_list else None
        took = "" if ended is None else f" after {_took(max(0.0, now - ended))}"
        yield f"{plain(new.id, 24)} free{took}: what {plain(left[0], 12)} left is gone"


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < _SHORT_S else duration(seconds)


def _names(ids: Iterable[str]) -> list[str]:
    return [plain(id, 24) for id in ids]
