"""What an act would do, told before it is done."""

from __future__ import annotations

from msgspec import Struct, field

from .edits import SpacePreview


class Skipped(Struct, frozen=True, kw_only=True):
    """A trial the act leaves alone, and why. `id` is the trial's name, as in t0042."""

    id: str
    why: str


class Preview(Struct, frozen=True, kw_only=True):
    """What an act would do now: names of the trials it touches, those it skips, a sentence.

    `details` says for each touched trial what happens to it ('continues from epoch 5, +22
    epochs'). `epochs` are spent (above 0) or saved (below 0), as far as budgets tell; `slot_hours`
    is what they take at the pace so far.
    """

    done: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sentence: str = ""
    refused: str | None = None
    """Why the act as a whole cannot be done now; None where it can."""
    details: dict[str, str] = field(default_factory=dict)
    epochs: int | None = None
    slot_hours: float | None = None
    space: SpacePreview | None = None
