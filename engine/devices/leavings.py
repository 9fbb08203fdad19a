"""What outlives its trial on a GPU: told while it is there, and once the GPU is free of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.core.views import ForeignView

from .reasons import in_use_by

SHOWN_S = 10.0
"""How long it is told that a GPU has come free."""


class Leavings:
    """Compares looks. `look` gives what to tell anew, by its code; None takes it back."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._told: dict[str, str] = {}
        self._free_at: dict[str, float] = {}

    def look(
        self,
        foreign: Mapping[str, Sequence[ForeignView]],
        labels: Mapping[str, str],
        ended_at: Callable[[str], float | None],
        now: float,
    ) -> dict[str, str | None]:
        """`foreign` by UUID, whose people's names are `labels`; `ended_at` says when a trial of
        that name ended. Times in seconds since the epoch."""
        told: dict[str, str | None] = {}
        for uuid, others in foreign.items():
            left = [one for one in others if one.trial is not None]
            if not left:
                continue
            ends = [at for one in left if (at := ended_at(one.trial or "")) is not None]
            self._since.setdefault(uuid, min(ends, default=now))
            self._free_at.pop(uuid, None)
            self._tell(told, uuid, f"{labels.get(uuid, uuid)} is {in_use_by(left)}")
        for uuid in [uuid for uuid in self._since if not _is_held(foreign.get(uuid, ()))]:
            waited_s = max(0.0, now - self._since.pop(uuid))
            self._free_at[uuid] = now
            self._tell(told, uuid, f"{labels.get(uuid, uuid)} free after {waited_s:.1f} s")
        for uuid in [uuid for uuid, at in self._free_at.items() if now - at >= SHOWN_S]:
            del self._free_at[uuid]
            del self._told[uuid]
            told[f"left:{uuid}"] = None
        return told

    def _tell(self, told: dict[str, str | None], uuid: str, text: str) -> None:
        if self._told.get(uuid) != text:
            self._told[uuid] = text
            told[f"left:{uuid}"] = text


def _is_held(others: Sequence[ForeignView]) -> bool:
    return any(one.trial is not None for one in others)
