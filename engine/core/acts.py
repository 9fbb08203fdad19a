"""What a person can do to a sweep: each act is data, previewed and applied by the machine."""

from __future__ import annotations

from msgspec import Struct


class Prune(Struct, frozen=True, kw_only=True, tag="prune"):
    """Stop these trials for good; their results stay."""

    trials: tuple[int, ...]


class Stop(Struct, frozen=True, kw_only=True, tag="stop"):
    """Start nothing more; `now` also stops what runs (it waits, to go on at resume)."""

    now: bool = False


class Resume(Struct, frozen=True, kw_only=True, tag="resume"):
    """Schedule again after a stop."""


Act = Prune | Stop | Resume


class Skipped(Struct, frozen=True, kw_only=True):
    """A trial the act leaves alone, and why. `id` is the trial's name, as in t0042."""

    id: str
    why: str


class Preview(Struct, frozen=True, kw_only=True):
    """What an act would do now: names of the trials it touches, those it skips, a sentence."""

    done: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sentence: str = ""
    refused: str | None = None
    """Why the act as a whole cannot be done now; None where it can."""


class Decision(Struct, frozen=True, kw_only=True):
    """An act or a verdict in the history: who, what, why, when, and what it touched.

    `who` is user@terminal for a person, the rule's name for a rule, 'engine' for the engine.
    `what` is the verb; `sentence` says it as a person would read it.
    """

    n: int
    at: float
    who: str
    what: str
    trials: tuple[str, ...] = ()
    why: str | None = None
    sentence: str = ""
