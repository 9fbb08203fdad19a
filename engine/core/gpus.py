"""The ledger of GPUs: who has what share of which, known before any driver could see it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from copy import copy

from msgspec.structs import replace

from .devices import WHOLE, Demand, Device, Openness, Standing

NOT_LOOKED_AT = "not looked at yet"

_NUMBERS = re.compile(r"\d+")


class Gpus:
    """A trial owns its share of its GPUs from `take` to `release`.

    `standings` holds every GPU ever seen, by UUID, in the order of the box; `excluded` those that a
    person took from the sweep, with the words for it ('excluded by ann'); `included` those that a
    person gave to it, whatever its config says. What is not open, or excluded, takes no more. A
    person who quarantines a GPU, or includes one that was, changes its standing here, until whoever
    watches it says otherwise; `quarantined` are those that a person called broken.
    """

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        self.excluded: dict[str, str] = {}
        self.included: set[str] = set()
        self.quarantined: set[str] = set()
        self._shares: dict[str, dict[int, int]] = {}
        self._of: dict[int, tuple[str, ...]] = {}
        self._left: dict[int, tuple[tuple[str, ...], int]] = {}
        self._taken: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._most: dict[str, int] = {}
        """How many trials its memory holds: those that were there at its standing, and its room."""

    def update(self, standings: Iterable[Standing]) -> None:
        """Take in how GPUs stand now."""
        known = len(self.standings)
        for standing in standings:
            uuid = standing.device.uuid
            self.standings[uuid] = standing
            if standing.state != "quarantined":
                self.quarantined.discard(uuid)
            self._most.pop(uuid, None)
            if standing.room is not None:
                self._most[uuid] = self.count_on(uuid) + standing.room
        if len(self.standings) > known:
            self.standings = dict(sorted(self.standings.items(), key=_place_in_box))

    def close_all(self) -> None:
        """Open none any more until each is looked at again."""
        for uuid, standing in self.standings.items():
            if standing.state == "open":
                self.standings[uuid] = replace(standing, state="closed", reason=NOT_LOOKED_AT)

    def stand(self, uuid: str, state: Openness, reason: str) -> None:
        """Have a GPU stand so by a person's will."""
        self.standings[uuid] = replace(self.standings[uuid], state=state, reason=reason)
        if state == "quarantined":
            self.quarantined.add(uuid)
        else:
            self.quarantined.discard(uuid)

    def imagined(self, excluded: Collection[str]) -> Gpus:
        """The ledger as it would be with these excluded: to be asked, not to be changed."""
        other = copy(self)
        other.excluded = dict.fromkeys(excluded, "")
        return other

    @property
    def trials(self) -> Mapping[int, tuple[str, ...]]:
        """The trials that have GPUs, with the UUIDs of these."""
        return self._of

    @property
    def leftovers(self) -> Mapping[int, tuple[tuple[str, ...], int]]:
        """Slot -> the GPUs, and the share of each, that processes hold which outlived a trial."""
        return self._left

    def trials_on(self, uuid: str) -> Mapping[int, int]:
        """The trials on a GPU, each with its share."""
        return self._shares.get(uuid, {})

    def of(self, trial: int) -> tuple[str, ...]:
        """The UUIDs of the GPUs that a trial has; none where it has none."""
        return self._of.get(trial, ())

    def names(self, uuids: Iterable[str]) -> str:
        """What people call these GPUs: 'gpu0 gpu1'."""
        return " ".join(self.standings[u].device.label if u in self.standings else u for u in uuids)

    def taken(self, uuid: str) -> int:
        """The millionths of a GPU that have an owner, or are held by what outlived one."""
        return self._taken[uuid]

    def count_on(self, uuid: str) -> int:
        """How many trials, and leftovers of some, are on a GPU."""
        return len(self.trials_on(uuid)) + sum(uuid in uuids for uuids, _ in self._left.values())

    def held(self) -> int:
        """How many GPUs are not wholly free."""
        return sum(taken > 0 for taken in self._taken.values())

    def room_on(self, uuid: str) -> int | None:
        """How many more trials its memory holds, by those that are there now; None: no bound."""
        known = uuid in self._most
        return max(0, self._most_on(uuid) - self.count_on(uuid)) if known else None

    def usable(self, uuid: str) -> bool:
        """Whether trials may be placed on it now, as far as it is free."""
        standing = self.standings.get(uuid)
        return standing is not None and standing.state == "open" and uuid not in self.excluded

    def all_usable(self) -> list[str]:
        """The GPUs on which trials may be placed now, as far as they are free."""
        return [uuid for uuid in self.standings if self.usable(uuid)]

    def choose(
        self, demand: Demand, kept: Collection[str] = (), avoid: Collection[str] = ()
    ) -> tuple[str, ...] | None:
        """The GPUs that a trial of this demand would get now, the emptiest first; None: none.

        It gets none of those `kept` for others, and those to `avoid` only where others are full.
        """
        fitting = [u for u in self.standings if u not in kept and self._places_on(u, demand.share)]
        if len(fitting) < demand.gpus:
            return None
        fitting.sort(key=lambda uuid: (uuid in avoid, self.taken(uuid)))
        return tuple(fitting[: demand.gpus])

    def places(self, demand: Demand, kept: Collection[str] = ()) -> int:
        """How many more trials of this demand would find room now, none on GPUs `kept`."""
        if demand.gpus == 0:
            return 0
        on_each = [self._places_on(u, demand.share) for u in self.standings if u not in kept]
        if demand.share < WHOLE:
            return sum(on_each)
        return sum(on_each) // demand.gpus

    def capacity(self, demand: Demand) -> int:
        """How many trials of this demand would run on all usable GPUs, were they the only ones."""
        if demand.gpus == 0:
            return 0
        usable = self.all_usable()
        if demand.share == WHOLE:
            return len(usable) // demand.gpus
        return sum(self._capacity_of(uuid, demand.share) for uuid in usable)

    def emptiest(self, count: int, but: Collection[str]) -> list[str]:
        """The usable GPUs, none of those in `but`, that will be free first; none if too few."""
        stuck = {uuid for uuids, _ in self._left.values() for uuid in uuids}
        usable = [uuid for uuid in self.all_usable() if uuid not in but]
        usable.sort(key=lambda uuid: (uuid in stuck, self.taken(uuid)))
        return usable[:count] if len(usable) >= count else []

    def take(self, trial: int, uuids: tuple[str, ...], share: int) -> None:
        """Give a trial its share of each of these GPUs. Raises ValueError if one has no room."""
        for uuid in uuids:
            if self.taken(uuid) + share > WHOLE:
                raise ValueError(f"{uuid} has no room for trial {trial}")
        for uuid in uuids:
            self._shares.setdefault(uuid, {})[trial] = share
            self._taken[uuid] += share
        if uuids:
            self._of[trial] = uuids

    def release(self, trial: int) -> None:
        """Take back what a trial has."""
        for uuid in self._of.pop(trial, ()):
            self._taken[uuid] -= self._shares[uuid].pop(trial)

    def leave(self, trial: int, slot: int) -> None:
        """Let what outlived a trial in a slot hold the trial's share on, until `free`."""
        uuids = self._of.get(trial, ())
        if uuids:
            share = self._shares[uuids[0]][trial]
            self.release(trial)
            self._left[slot] = uuids, share
            self._taken.update(dict.fromkeys(uuids, share))

    def free(self, slot: int) -> None:
        """Take back what was held by processes that outlived their trial in a slot."""
        uuids, share = self._left.pop(slot, ((), 0))
        self._taken.subtract(dict.fromkeys(uuids, share))

    def blame(self, uuid: str) -> int:
        """Note that a GPU failed a trial; give how often that was since one went well."""
        self._failures[uuid] += 1
        return self._failures[uuid]

    def clear(self, uuids: Iterable[str]) -> None:
        """Hold against GPUs no longer what they failed."""
        for uuid in uuids:
            self._failures.pop(uuid, None)

    def _places_on(self, uuid: str, share: int) -> int:
        if not self.usable(uuid):
            return 0
        by_share = (WHOLE - self.taken(uuid)) // share
        return min(by_share, self._most_on(uuid) - self.count_on(uuid))

    def _capacity_of(self, uuid: str, share: int) -> int:
        return min(WHOLE // share, self._most_on(uuid))

    def _most_on(self, uuid: str) -> int:
        """How many its memory holds: those that are there, and one at least."""
        return max(1, self._most.get(uuid, WHOLE), self.count_on(uuid))


def _place_in_box(item: tuple[str, Standing]) -> tuple[list[int], str]:
    device: Device = item[1].device
    return [int(number) for number in _NUMBERS.findall(device.label)], device.label
