"""What a sweep is told of its GPUs: each telling is an event, stored as long as the sweep."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from engine.core.devices import Openness, Standing

from .watched import Ledger, Seen, Watched

WORDS_S = 30.0
"""How long other words for what stands as it did wait at most for news to go along with."""
_STATES: dict[str, Openness] = {"ok": "open", "quarantined": "quarantined", "gone": "gone"}


class News:
    """Compares what was found with what the sweep knows.

    What trials may not be placed on, or no more, is told at once. That things are better again is
    told a few times in a row, then once a minute; other words for what stands as it did, twice.
    """

    def __init__(self) -> None:
        self._worded_at = float("-inf")

    def of(self, gpus: Iterable[Watched], now: float, ledger: Ledger, seen: Seen) -> list[Standing]:
        """Give the standings that are to be told to the sweep before it does anything else."""
        news, words = [], []
        for gpu in gpus:
            standing = _standing(gpu, seen)
            most = _most(gpu, ledger, seen)
            gpu.told = standing.state
            if _is_news(gpu, standing, most, now, ledger.standings.get(gpu.uuid)):
                news.append((gpu, standing, most))
            elif not _is_known(standing, ledger.standings[gpu.uuid]):
                words.append((gpu, standing, most))
        if words and not news:
            if now - self._worded_at < WORDS_S:
                return []
            self._worded_at = now
        for gpu, _, most in (told := news + words):
            gpu.told_most = most
        return [standing for _, standing, _ in told]


def _standing(gpu: Watched, seen: Seen) -> Standing:
    return Standing(
        device=gpu.device,
        state=_STATES.get(gpu.finding.word, "closed"),
        reason=gpu.finding.reason,
        room=seen.rooms.get(gpu.uuid),
    )


def _most(gpu: Watched, ledger: Ledger, seen: Seen) -> int | None:
    """How many trials its memory holds, as the sweep counts: who comes and goes changes nothing."""
    room = seen.rooms.get(gpu.uuid)
    return None if room is None else max(1, room + ledger.counts.get(gpu.uuid, 0))


def _is_news(
    gpu: Watched, standing: Standing, most: int | None, now: float, before: Standing | None
) -> bool:
    """Whether the sweep would place trials otherwise if it knew."""
    if before is None or before.state != standing.state:
        return True
    if before.device.label != standing.device.label or (before.room is None) != (most is None):
        return True
    if most is None or gpu.told_most is None or most == gpu.told_most:
        return most != gpu.told_most
    if most < gpu.told_most:
        gpu.memory_turns.take(now)
        return True
    return gpu.memory_turns.may(now)


def _is_known(standing: Standing, before: Standing) -> bool:
    return replace(standing, room=before.room) == before
