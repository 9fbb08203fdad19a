"""How long the terminal shows the old screen after a key: each press, and what answers it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from .console import Console
from .playback import Playback, Shown, Shows
from .stolen import stolen_s

BETWEEN_S = 0.2
"""From one key to the next."""
GRACE_S = 0.6
"""Before and after the keys of one kind."""


class Press(NamedTuple):
    """A key of a kind, when it went, and whether an answer to it is looked for."""

    kind: str
    at: float
    measured: bool = True
    stolen_s: float = 0.0
    """What the host had taken of the machine by then."""


class Answer(NamedTuple):
    """Seconds from a key to the frame that answers it, and what the host took until the next."""

    seconds: float
    stolen_s: float


def press_all(console: Console, presses: int) -> list[Press]:
    """Press the keys of each kind so many times, evenly spaced, on a sweep that shows its table.

    The cursor begins at the first row: from the last in view on each step scrolls all of them.
    """
    made = [
        *_each(console, "cursor down", ["g"], measured=False),
        *_each(console, "cursor down", ["j"] * presses),
        *_each(console, "sort", ["s"] * presses),
        *_filtering(console, presses),
        *_opening(console, presses),
    ]
    time.sleep(GRACE_S)
    return made


def answers(console: Console, presses: list[Press]) -> dict[str, list[Answer]]:
    """Find the frame that answers each key; infinitely late where none ever does."""
    playback = Playback(console.pieces)
    found: dict[str, list[Answer]] = {}
    for press, then in zip(presses, [*presses[1:], presses[-1]], strict=True):
        if not press.measured:
            continue
        before = playback.up_to(press.at)
        at = playback.until(_answer(press.kind, before), press.at + GRACE_S)
        seconds = float("inf") if at is None else at - press.at
        found.setdefault(press.kind, []).append(Answer(seconds, then.stolen_s - press.stolen_s))
    return found


def _answer(kind: str, before: Shown) -> Shows:
    if kind == "cursor down":
        return lambda now: now.under_cursor not in ("", before.under_cursor)
    if kind == "sort":
        return lambda now: now.heading not in ("", before.heading)
    if kind == "filter":
        return lambda now: len(now.rows) != len(before.rows)
    return lambda now: not now.rows


def _each(console: Console, kind: str, keys: list[str], *, measured: bool = True) -> list[Press]:
    time.sleep(GRACE_S)
    return list(_paced(console, kind, keys, measured))


def _paced(console: Console, kind: str, keys: list[str], measured: bool) -> Iterator[Press]:
    for key in keys:
        stolen = stolen_s()
        yield Press(kind, console.press(key), measured, stolen)
        time.sleep(BETWEEN_S)


def _filtering(console: Console, presses: int) -> list[Press]:
    """Write `id<=3`, then a 5 behind it and away again: 3 rows, 35, 3, ..."""
    _each(console, "filter", ["/", *"id<=3"], measured=False)
    made = _each(console, "filter", ["5", "\x7f"] * (presses // 2))
    _each(console, "filter", ["\x1b"], measured=False)
    return made


def _opening(console: Console, presses: int) -> list[Press]:
    made: list[Press] = []
    time.sleep(GRACE_S)
    for _ in range(presses):
        made += _paced(console, "open", ["\r"], True)
        made += _paced(console, "open", ["\x1b"], False)
    return made
