"""The ledger of GPUs: who has what share of which, known before any driver could see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .devices import WHOLE, Demand, Standing


class Gpus:
    """A trial owns its share of its GPUs from `take` to `release`.

    `standings` holds every GPU ever seen, by UUID, in the order of the box; `excluded` those that a
    person took from the sweep, with the words for it. What is not open, or excluded, takes no more.
    """

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        self.excluded: dict[str, str] = {}
        self._shares: dict[str, dict[int, int]] = {}
        self._of: dict[int, tuple[str, ...]] = {}

    def update(self, standings: Iterable[Standing]) -> None:
        """Take in how GPUs stand now."""
        for standing in standings:
            self.standings[standing.device.uuid] = standing

    def trials_on(self, uuid: str) -> Mapping[int, int]:
        """The trials on a GPU, each with its share."""
        return self._shares.get(uuid, {})

    def of(self, trial: int) -> tuple[str, ...]:
        """The UUIDs of the GPUs that a trial has; none where it has none."""
        return self._of.get(trial, ())

    def taken(self, uuid: str) -> int:
        """The millionths of a GPU that have an owner."""
        return sum(self.trials_on(uuid).values())

    def usable(self, uuid: str) -> bool:
        """Whether trials may be placed on it now, as far as it is free."""
        standing = self.standings.get(uuid)
        return standing is not None and standing.state == "open" and uuid not in self.excluded

    def choose(self, demand: Demand) -> tuple[str, ...] | None:
        """The GPUs that a trial of this demand would get now, the emptiest first; None: none."""
        fitting = [uuid for uuid in self.standings if self._fits(uuid, demand)]
        if len(fitting) < demand.gpus:
            return None
        return tuple(sorted(fitting, key=self.taken)[: demand.gpus])

    def places(self, demand: Demand) -> int:
        """How many more trials of this demand would find room now."""
        if demand.gpus == 0:
            return 0
        if demand.share < WHOLE:
            return sum(self._places_on(uuid, demand.share) for uuid in self.standings)
        return sum(self._fits(uuid, demand) for uuid in self.standings) // demand.gpus

    def take(self, trial: int, uuids: tuple[str, ...], share: int) -> None:
        """Give a trial its share of each of these GPUs. Raises ValueError if one has no room."""
        for uuid in uuids:
            if self.taken(uuid) + share > WHOLE:
                raise ValueError(f"{uuid} has no room for trial {trial}")
        for uuid in uuids:
            self._shares.setdefault(uuid, {})[trial] = share
        if uuids:
            self._of[trial] = uuids

    def release(self, trial: int) -> None:
        """Take back what a trial has."""
        for uuid in self._of.pop(trial, ()):
            self._shares[uuid].pop(trial, None)

    def _fits(self, uuid: str, demand: Demand) -> bool:
        return self._places_on(uuid, demand.share) > 0

    def _places_on(self, uuid: str, share: int) -> int:
        if not self.usable(uuid):
            return 0
        by_share = (WHOLE - self.taken(uuid)) // share
        room = self.standings[uuid].room
        if room is None:
            return by_share
        return min(by_share, room if self.trials_on(uuid) else max(1, room))
