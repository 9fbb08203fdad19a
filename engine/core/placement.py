"""Which slots are free. Slots are numbered from 1; the lowest free one is taken first."""

from __future__ import annotations

from heapq import heapify, heappop, heappush


class Slots:
    """The ledger of slots: a slot is owned by one trial from `take` to `release`.

    A slot above the count is closed as soon as its trial lets go of it; a blocked one stays closed
    until what occupies it is gone.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.blocked: dict[int, tuple[str, ...]] = {}
        """Slot -> the processes that would not die in it."""
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
        if self._owner.pop(slot, None) is not None:
            self._offer(slot)

    def block(self, slot: int, by: tuple[str, ...]) -> None:
        """Keep a slot closed once its trial lets go of it; `by` names what occupies it."""
        self.blocked[slot] = by
        if slot in self._free:
            self._free.remove(slot)
            heapify(self._free)

    def unblock(self, slot: int) -> None:
        """Open a slot again whose processes are gone."""
        if self.blocked.pop(slot, None) is not None:
            self._offer(slot)

    def resize(self, count: int) -> None:
        """Have so many slots from now on; a taken one above the count is its trial's to the end."""
        self.count = count
        taken = self._owner.keys() | self.blocked.keys()
        self._free = [slot for slot in range(1, count + 1) if slot not in taken]

    def owners(self) -> dict[int, int]:
        """Slot -> trial number, for the slots in use."""
        return dict(self._owner)

    def _offer(self, slot: int) -> None:
        if slot <= self.count and slot not in self._owner and slot not in self.blocked:
            heappush(self._free, slot)
