"""What `undo` takes back."""

from __future__ import annotations

from msgspec import Struct

from .acts import Inverse


class Undoable(Struct, frozen=True, kw_only=True):
    """An act that can still be taken back: its decision's number, its sentence, and how.

    `version` and `stage` count the space's versions and the stages entered once it was done.
    """

    n: int
    verb: str
    sentence: str
    inverse: Inverse
    version: int = 0
    stage: int = 0
