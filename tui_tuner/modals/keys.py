"""Keys that questions share with the screens they stand on: a person's own hold in both."""

from __future__ import annotations

from textual.binding import Binding

from tui_tuner.actions import BY_ID


def shared(action: str, does: str) -> Binding:
    """Give an action of the registry another meaning, on whatever keys it has.

    Where a line is written, only for those of which no key can be a character.
    """
    known = BY_ID[action]
    return Binding(known.keys, does, known.label, show=False, priority=True, id=action)
