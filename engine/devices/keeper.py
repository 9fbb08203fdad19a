"""Judges which GPUs trials may be placed on: each look, and what the sweep has there, in;
how each GPU stands, out. It reads no clock and asks no driver; leases are its only effect."""

from __future__ import annotations

from random import Random

from engine.core.devices import Standing

from .allowed import Bounds
from .base import Leases
from .news import News
from .reasons import for_how_long, in_use_by
from .sample import Look, is_error
from .watched import QUIET_LOOKS, Finding, Ledger, Rules, Seen, Watched, device_of

STALE_S = 5.0
UNWANTED_S = 5.0
"""How long a lease is kept that nothing needs."""
TOGETHER_S = 10.0
"""How long GPUs are kept idle for a trial that needs more of them, while others have those."""
NOT_NEEDED = Finding("idle", "not needed")
_GIB = 2**30


class Keeper:
    """One a sweep. `gpus` holds every GPU ever seen, by UUID, in the order of the box."""

    def __init__(self, rules: Rules, leases: Leases, seed: str = "") -> None:
        self.gpus: dict[str, Watched] = {}
        self.latest: Look | None = None
        self._rules = rules
        self._bounds = Bounds(rules.allowed)
        self._leases = leases
        self._news = News()
        self._random = Random(seed)
        self._too_few_since: float | None = None
        self._takes_from = 0.0

    @property
    def holds_any(self) -> bool:
        """Whether any GPU is leased."""
        return bool(self._leases.held)

    @property
    def spares_any(self) -> bool:
        """Whether a GPU was fine that the sweep had no use for."""
        return any(gpu.finding == NOT_NEEDED for gpu in self.gpus.values())

    def look(self, look: Look | None, now: float, ledger: Ledger, seen: Seen) -> list[Standing]:
        """Judge anew; give the standings that differ from the ledger's.

        The same look may come again: time passes, leases come free. `now` is of the clock of
        `Look.at`. What is given is to be told to the sweep before it does anything else.
        """
        for uuid, standing in ledger.standings.items():
            gpu = self.gpus.setdefault(uuid, Watched(device=standing.device))
            gpu.hear(standing, by_person=uuid in ledger.quarantined)
        if look is not None and (self.latest is None or look.at > self.latest.at):
            self.latest = look
            if look.error is None:
                self._take_in(look, ledger, seen)
        for gpu in self.gpus.values():
            gpu.find(self._judge(gpu, now, ledger, seen), now)
        self._lease(now, ledger)
        return self._news.of(self.gpus.values(), now, ledger, seen)

    def _take_in(self, look: Look, ledger: Ledger, seen: Seen) -> None:
        from_before = set(self.gpus)
        for sample in look.gpus:
            gpu = self.gpus.setdefault(sample.uuid, Watched(device=device_of(sample)))
            known = bool(gpu.uuid in ledger.taken or gpu.told == "open" or gpu.others(seen))
            known = known or gpu.finding.word == "leased"
            gpu.take_in(sample, look, known=known, max_util=self._rules.max_util)
        for uuid in from_before - {sample.uuid for sample in look.gpus}:
            self.gpus[uuid].missed += 1

    # One GPU ----------------------------------------------------------------------------------

    def _judge(self, gpu: Watched, now: float, ledger: Ledger, seen: Seen) -> Finding:
        """Find what keeps trials from a GPU; nothing does where it is 'ok', but for a lease."""
        return (
            gpu.unsound()
            or self._excluded(gpu, ledger)
            or self._unknown(gpu, now)
            or self._used(gpu, now, ledger, seen)
            or Finding("ok")
        )

    def _excluded(self, gpu: Watched, ledger: Ledger) -> Finding | None:
        if gpu.uuid in ledger.excluded:
            return Finding("excluded", ledger.excluded[gpu.uuid])
        gpus = self.latest.gpus if self.latest is not None else ()
        included = gpu.uuid in ledger.included
        sample = gpu.sample
        if sample is not None and (why := self._bounds.refusal(sample, gpus, included=included)):
            return Finding("excluded", why)
        if any(other.parent == gpu.uuid for other in gpus):
            return Finding("excluded", "split into MIG instances, which are used themselves")
        return None

    def _unknown(self, gpu: Watched, now: float) -> Finding | None:
        if self.latest is None:
            return Finding("stale", "not looked at yet")
        age = now - self.latest.at
        if age >= STALE_S:
            return Finding("stale", f"no news of it for {for_how_long(age)}")
        if self.latest.error is not None:
            return Finding("stale", self.latest.error)
        if gpu.sample is None or gpu.missed:
            return Finding("stale", "the last look did not find it")
        return None

    def _used(self, gpu: Watched, now: float, ledger: Ledger, seen: Seen) -> Finding | None:
        if (shared := self._used_by_others(gpu, seen)) is not None:
            return shared
        if gpu.told != "open" and not gpu.turns.may(now):
            return Finding("busy", "others come and go there: left to them for a while")
        if gpu.quiet >= QUIET_LOOKS or gpu.told == "open" or gpu.uuid in ledger.taken:
            return None
        if gpu.quiet == 0:
            return Finding(
                "busy", f"busier than {self._rules.max_util:g} %, nobody knows with what"
            )
        return Finding("busy", "watched for a moment before it is used")

    def _used_by_others(self, gpu: Watched, seen: Seen) -> Finding | None:
        others = gpu.others(seen)
        if others and self._rules.exclusive:
            holder = None if gpu.uuid in self._leases.held else self._leases.whose(gpu.uuid)
            if holder is not None:
                return Finding("leased", f"leased by {holder}")
            return Finding("busy", in_use_by(others))
        unlisted = gpu.sample.missing.get("processes") if gpu.sample is not None else None
        if self._rules.exclusive and is_error(unlisted):
            return Finding("busy", f"who computes there is not known: {unlisted}")
        least = self._rules.min_free
        if least is not None and not self._rules.exclusive and gpu.is_short_of(least, seen):
            return Finding("busy", f"less than {least / _GIB:g} GiB of its memory are free")
        return None

    # Leases -------------------------------------------------------------------------------------

    def _lease(self, now: float, ledger: Ledger) -> None:
        """Hold as many GPUs as are wanted, of those that are fine, and give back the others."""
        self._leases.check()
        for gpu in self.gpus.values():
            if gpu.uuid in ledger.taken:
                self._take(gpu)
        fine = [gpu for gpu in self.gpus.values() if gpu.finding.word == "ok"]
        have = self._count_held(fine, ledger)
        for gpu in fine:
            if gpu.uuid in self._leases.held:
                continue
            if have >= ledger.wanted:
                gpu.finding = NOT_NEEDED
            elif now < self._takes_from:
                gpu.finding = _too_few(ledger)
            else:
                have += self._take(gpu)
        self._give_back(have - ledger.wanted, now, ledger)
        self._let_others_go_first(now, ledger)

    def _count_held(self, fine: list[Watched], ledger: Ledger) -> int:
        """The leases that serve: of GPUs that are fine, or that trials of ours run on."""
        serving = {gpu.uuid for gpu in fine}.union(ledger.taken)
        return len(serving & self._leases.held)

    def _take(self, gpu: Watched) -> bool:
        refusal = self._leases.take(gpu.uuid)
        if refusal is not None and gpu.finding.word == "ok":
            gpu.finding = Finding("leased", refusal)
        return refusal is None

    def _give_back(self, surplus: int, now: float, ledger: Ledger) -> None:
        """Give back what nothing has needed for a while; what a person excluded, at once."""
        for gpu in reversed(self.gpus.values()):
            idle = gpu.uuid in self._leases.held and gpu.uuid not in ledger.taken
            fine = gpu.finding.word == "ok"
            if not idle or (fine and surplus <= 0):
                gpu.unwanted_since = None
                continue
            surplus -= fine
            since = gpu.unwanted_since = now if gpu.unwanted_since is None else gpu.unwanted_since
            if gpu.uuid in ledger.excluded or now - since >= UNWANTED_S:
                self._leases.give_back(gpu.uuid)
                gpu.finding = NOT_NEEDED if fine else gpu.finding

    def _let_others_go_first(self, now: float, ledger: Ledger) -> None:
        """Two sweeps that each hold a part of what a trial needs would wait for ever."""
        held = [gpu for gpu in self.gpus.values() if gpu.finding.word == "ok"]
        idle = [gpu for gpu in held if gpu.uuid not in ledger.taken]
        contested = any(gpu.finding.word == "leased" for gpu in self.gpus.values())
        if not contested or not 0 < len(idle) < ledger.per_trial:
            self._too_few_since = None
            return
        if self._too_few_since is None:
            self._too_few_since = now
        if now - self._too_few_since < TOGETHER_S:
            return
        self._too_few_since = None
        self._takes_from = now + self._random.uniform(1.0, TOGETHER_S)
        for gpu in idle:
            self._leases.give_back(gpu.uuid)
            gpu.finding = _too_few(ledger)


def _too_few(ledger: Ledger) -> Finding:
    return Finding("idle", f"too few are free for a trial of {ledger.per_trial}")
