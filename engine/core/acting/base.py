"""What the files of this package share: how an act is prepared, applied and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from engine.core.acts import Act, Former, Inverse, Preview, PutBack, Skipped
from engine.core.commands import Command
from engine.core.model import Trial, trial_name
from engine.core.ranges import Ranges
from engine.core.state import SweepState


class Facts(Struct, frozen=True, kw_only=True):
    """What preparing an act may know beside the machine's state.

    `checkpoints`: the step of each trial's newest checkpoint, for trials that have one; `listening`
    the running trials whose script reads its control file (those that report through the SDK).
    """

    at: float
    checkpoints: Mapping[int, int] = {}
    listening: frozenset[int] = frozenset()
    ranges: Ranges | None = None


class Prepared(Struct, frozen=True, kw_only=True):
    """A resolved act, what it would do, and how the history tells it once it is done."""

    act: Act | PutBack
    preview: Preview
    past: str = ""


class By(Struct, frozen=True, kw_only=True):
    """Who does an act, when and why; `n` is its decision's number."""

    at: float
    who: str
    why: str | None
    n: int

    def reason(self, verb: str) -> str:
        """'pruned by ann@pts/1: no better than chance'."""
        return f"{verb} by {self.who}" + (f": {self.why}" if self.why else "")


class Applied(Struct, frozen=True, kw_only=True):
    """What follows from an act; `inverse` takes it back, None where nothing can."""

    commands: list[Command] = []
    inverse: Inverse | None = None


class Handler(NamedTuple):
    """The two halves of an act. `prepare` changes nothing; `apply` folds a resolved act."""

    prepare: Callable[[SweepState, Any, Facts], Prepared]
    apply: Callable[[SweepState, Any, By], Applied]


class Sorted(Struct, frozen=True, kw_only=True):
    """Trials an act fits, and those it leaves alone."""

    done: tuple[int, ...]
    skipped: tuple[Skipped, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those it fits."""
        return tuple(trial_name(n) for n in self.done)


def sort_out(
    state: SweepState, numbers: Iterable[int], why_not: Callable[[Trial], str | None]
) -> Sorted:
    """Sort trials by whether an act fits them; `why_not` gives the reason it does not."""
    done: list[int] = []
    skipped: list[Skipped] = []
    for number in dict.fromkeys(numbers):
        trial = state.trials.get(number)
        why = "no such trial" if trial is None else why_not(trial)
        if why is None:
            done.append(number)
        else:
            skipped.append(Skipped(id=trial_name(number), why=why))
    return Sorted(done=tuple(done), skipped=tuple(skipped))


def former_of(
    trial: Trial, made: Literal["pruned", "paused", "held", "waiting", "running", "noted"]
) -> Former:
    """What a trial is now, before an act makes something else of it."""
    return Former(
        trial=trial.number,
        made=made,
        state=trial.state,
        next_attempt=trial.next_attempt,
        budget=trial.budget,
        wanted=trial.wanted,
        note=trial.note,
    )


def put_back(former: Iterable[Former]) -> PutBack | None:
    """The inverse that makes trials what they were; None where there are none."""
    kept = tuple(former)
    return PutBack(trials=tuple(f.trial for f in kept), former=kept) if kept else None


def slot_hours(state: SweepState, epochs: int) -> float | None:
    """What so many epochs take at the pace so far; None where no pace is known."""
    pace = state.epoch_seconds
    return abs(epochs) * pace.mean / 3600.0 if pace.count else None


def about(hours: float | None) -> str:
    """'about 4 m' of a slot's time; nothing where no pace is known."""
    if not hours:
        return ""
    seconds = hours * 3600.0
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("m", 60.0)):
        if seconds >= 1.5 * size:
            return f"about {seconds / size:.0f} {unit}"
    return f"about {max(1.0, seconds):.0f} s"


def together(*parts: str) -> str:
    """Join the parts of a sentence that say something."""
    return "; ".join(part for part in parts if part)


def plural(count: int, word: str) -> str:
    """'1 slot', '2 slots'."""
    return f"{count} {word}{'s' if count != 1 else ''}"
