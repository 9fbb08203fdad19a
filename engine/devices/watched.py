"""One GPU over time: its health, whether it is quiet, and what keeps trials from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct, field

from engine.core.devices import Device, Openness, Standing
from engine.core.views import ForeignView

from .allowed import Allowed
from .reasons import memory_errors
from .sample import GpuSample, Look
from .turns import Turns

QUIET_LOOKS = 3
GOOD_LOOKS = 10
"""After so many without a fault one that was broken is used again."""
SOUND_LOOKS = 60
"""One that breaks before so many more has had a relapse; from the fourth in a row on it takes twice
as many good looks each time."""
FREE_RELAPSES, MOST_RELAPSES = 3, 9
GONE_LOOKS = 2


class Rules(Struct, frozen=True, kw_only=True):
    """What the config asks of a GPU; `min_free` in bytes, `max_util` in percent."""

    allowed: Allowed = Allowed()
    exclusive: bool = True
    min_free: int | None = None
    max_util: float = 20.0


class Ledger(Struct, frozen=True, kw_only=True):
    """What the sweep has, and wants; GPUs by their UUIDs.

    `excluded` are those that a person took from it, with the words for it, `included` those that
    one gave to it whatever its config says, `quarantined` those that one called broken. `taken`
    have trials of it, or what outlived one; `counts` is how many of these. It could use `wanted`
    GPUs now, those taken among them; a trial takes `per_trial` or more.
    """

    standings: Mapping[str, Standing] = field(default_factory=dict)
    excluded: Mapping[str, str] = field(default_factory=dict)
    included: Collection[str] = ()
    quarantined: Collection[str] = ()
    taken: Collection[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    wanted: int = 0
    per_trial: int = 1


class Seen(Struct, frozen=True, kw_only=True):
    """Whose processes a look found, by UUID: those of others, and the bytes that trials hold.

    `rooms` is how many more trials the memory holds; a GPU that is not in it sets no bound.
    """

    foreign: Mapping[str, list[ForeignView]] = field(default_factory=dict)
    ours: Mapping[str, int] = field(default_factory=dict)
    rooms: Mapping[str, int] = field(default_factory=dict)


class Finding(Struct, frozen=True):
    """How a GPU stands, in the word of `DeviceView.state`, and why."""

    word: str
    reason: str = ""


class Watched(Struct, kw_only=True):
    """A GPU as looked at so far.

    `quiet` counts the looks in a row that found it idle, or busy with what is `known`. `missed`
    those that did not find it, `good` those that found no fault in one that is `broken`, `sound`
    those since it was; `relapses` is how often it broke again soon. `ecc` is its memory errors so
    far. `told` is what the sweep was told last. `turns` are its closings for others' sake,
    `memory_turns` the times when its memory held fewer trials than before.
    """

    device: Device
    sample: GpuSample | None = None
    quiet: int = 0
    known: bool = False
    missed: int = 0
    good: int = 0
    sound: int = SOUND_LOOKS
    relapses: int = 0
    ecc: int | None = None
    broken: str = ""
    by_person: bool = False
    finding: Finding = Finding("stale", "not looked at yet")
    told: Openness | None = None
    turns: Turns = field(default_factory=Turns)
    memory_turns: Turns = field(default_factory=Turns)
    unwanted_since: float | None = None
    told_most: int | None = None
    """How many trials the sweep was told its memory holds; None: that sets no bound."""

    @property
    def uuid(self) -> str:
        """Its identity."""
        return self.device.uuid

    def hear(self, standing: Standing, *, by_person: bool) -> None:
        """Learn what the sweep holds of it: of before a restart, or of what a person did since.

        `by_person`: a person called it broken.
        """
        before, self.told = self.told, standing.state
        if before == "quarantined" and standing.state != "quarantined":
            self.broken, self.by_person = "", False
        elif before != "quarantined" and standing.state == "quarantined":
            self._break(standing.reason)
            self.by_person = by_person

    def find(self, finding: Finding, now: float) -> None:
        """Take in how it was found to stand."""
        if self.told == "open" and finding.word == "busy":
            self.turns.take(now)
        self.finding = finding

    def take_in(self, sample: GpuSample, look: Look, *, known: bool, max_util: float) -> None:
        """Take in a look that found it; `known`: what keeps it busy is the sweep's, or named."""
        self.device = device_of(sample, self.device)
        self._note_health(_fault(sample, look) or self._new_errors(sample))
        busy = sample.util is not None and sample.util > max_util
        before, self.known = self.known, known
        self.quiet = self.quiet + 1 if not busy or known or before else 0
        self.missed = 0
        self.ecc = self.ecc if sample.ecc is None else sample.ecc
        self.sample = sample

    def _new_errors(self, sample: GpuSample) -> str:
        if sample.ecc is None or self.ecc is None or sample.ecc <= self.ecc:
            return ""
        return memory_errors(sample.ecc - self.ecc)

    def _note_health(self, fault: str) -> None:
        """With a fault it is broken, until so many looks in a row have found none."""
        if self.is_gone:
            self._break("it was gone, and is watched for a while")
            self.by_person, self.quiet = False, 0
        if fault:
            self._break(self.broken if self.by_person else fault)
        elif self.broken and not self.by_person:
            self.good += 1
            if self.good >= GOOD_LOOKS << max(0, self.relapses - FREE_RELAPSES):
                self.broken, self.sound = "", 0
        else:
            self.sound += 1

    def _break(self, reason: str) -> None:
        if not self.broken:
            again = self.sound < SOUND_LOOKS
            self.relapses = min(MOST_RELAPSES, self.relapses + 1) if again else 0
        self.broken, self.good = reason, 0

    @property
    def is_gone(self) -> bool:
        """Whether looks do not find it any more, or not one has since the engine started."""
        return self.missed >= (GONE_LOOKS if self.sample is not None else 1)

    def unsound(self) -> Finding | None:
        """What makes trials go elsewhere."""
        if self.is_gone:
            return Finding("gone", "not there any more")
        fault = self.broken or (self.sample.fault if self.sample is not None else None)
        return Finding("quarantined", fault) if fault else None

    def others(self, seen: Seen) -> list[ForeignView]:
        """Others' processes that compute there; those that only draw a desktop do not count."""
        processes = self.sample.processes if self.sample is not None else ()
        drawing = {process.pid for process in processes if process.graphics}
        return [one for one in seen.foreign.get(self.uuid, ()) if one.pid not in drawing]

    def is_short_of(self, least: int | None, seen: Seen) -> bool:
        """Whether others leave it less than so many bytes; what does not tell is not short."""
        sample = self.sample
        if least is None or sample is None or sample.mem_total is None or sample.mem_used is None:
            return False
        others = max(0, sample.mem_used - seen.ours.get(self.uuid, 0))
        return sample.mem_total - others < least


def device_of(sample: GpuSample, before: Device | None = None) -> Device:
    """What the sweep is told of a GPU; what it does not say for once is as it was `before`."""
    return Device(
        uuid=sample.uuid,
        label=sample.label,
        name=sample.name or (before.name if before is not None else ""),
        memory=sample.mem_total or (before.memory if before is not None else None),
    )


def _fault(sample: GpuSample, look: Look) -> str:
    """What is wrong with a GPU, or with the one that it is an instance of."""
    parent = next((gpu for gpu in look.gpus if gpu.uuid == sample.parent), None)
    return sample.fault or (parent.fault if parent is not None else None) or ""
