"""What a capital key asks before it acts: the ways to do it, each an act, and what may be typed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from engine.core.acts import Act

Title = Callable[[int, str], str]
"""What a way does, from the number of trials it touches and what was typed."""


class Field(Struct, frozen=True):
    """What may be typed: `value` stands there at first; `number` is a whole one."""

    label: str
    value: str = ""
    hint: str = ""
    number: bool = False


class Way(Struct, frozen=True):
    """One way to do it. `make` gives the act from what was typed; it raises ValueError with a
    sentence where that makes none."""

    label: str
    title: Title
    make: Callable[[str], Act]
    field: Field | None = None


class Question(Struct, frozen=True):
    """What is asked; `verb` stands over it until the engine has said what would happen."""

    verb: str
    ways: tuple[Way, ...]
    asks_why: bool = True


def way(label: str, title: str, act: Act) -> Way:
    """Give a way that takes nothing typed."""
    return Way(label, lambda count, text: title, lambda text: act)


def on_trials(label: str, verb: str, act: Act, after: str = "") -> Way:
    """Give a way to do something to trials, counted in its title."""
    return Way(label, lambda count, text: f"{verb} {trials(count)}{after}", lambda text: act)


def trials(count: int) -> str:
    """'1 trial', '2 trials'."""
    return f"{count} trial{'s' * (count != 1)}"


def whole(text: str, what: str) -> int:
    """Read a whole number. Raises ValueError with a sentence."""
    try:
        return int(text.strip())
    except ValueError:
        raise ValueError(f"type {what}: a whole number") from None
