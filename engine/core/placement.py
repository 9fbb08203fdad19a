"""Which slots are free. Slots are numbered from 1; the lowest free one is taken first."""

from __future__ import annotations

from heapq import heapify, heappop, heappush


class Slots:
    """The ledger of slots: a slot is owned by one trial from `take` to `release`."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = list(range(1, count + 1))
        heapify(self._free)
        self._owner: dict[int, int] = {}

    @property
    def free(self) -> int:
        """How many slots are free."""
        return len(self._free)

    def next_free(self, how_many: int) -> list[int]:
        """The slots that would be taken next, lowest first."""
        return sorted(self._free)[:how_many]

    def take(self, slot: int, trial: int) -> None:
        """Give `slot` to `trial`. Raises ValueError if it has an owner."""
        if slot in self._owner:
            raise ValueError(f"slot {slot} belongs to trial {self._owner[slot]}")
        if self._free and self._free[0] == slot:
            heappop(self._free)
        elif slot in self._free:
            self._free.remove(slot)
            heapify(self._free)
        self._owner[slot] = trial

    def release(self, slot: int) -> None:
        """Take the slot back from whoever has it."""
        if self._owner.pop(slot, None) is not None and slot <= self.count:
            heappush(self._free, slot)

    def owners(self) -> dict[int, int]:
        """Slot -> trial number, for the slots in use."""
        return dict(self._owner)
