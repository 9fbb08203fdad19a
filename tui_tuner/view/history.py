"""The history as lines: who decided what, when and why; what was undone is dim and says by what."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.core.acts import Decision

from .line import Line, crop, fit, plain, right, wrap

_LONGEST_WHO = 16
_DAY_S = 86_400.0
_WHOLE = 12
"""The most lines that the whole of one decision takes."""


class Layout(NamedTuple):
    """The widths of the columns, in cells, and how a time is written."""

    n: int
    when: int
    who: int
    what: int
    clock: str


def layout(decisions: Sequence[Decision], width: int, now: float) -> Layout:
    """Choose the widths for these decisions, oldest first."""
    n = max(2, len(str(decisions[-1].n)) if decisions else 0)
    old = bool(decisions) and now - decisions[0].at > _DAY_S
    when, clock = (11, "%m-%d %H:%M") if old else (8, "%H:%M:%S")
    longest = max((len(plain(decision.who, 40)) for decision in decisions[-200:]), default=3)
    who = max(3, min(_LONGEST_WHO, longest, width // 5))
    return Layout(n, when, who, max(8, width - n - when - who - 8), clock)


def undone_by(decisions: Sequence[Decision]) -> Mapping[int, int]:
    """Give, for each decision that was taken back, the number of the one that did it."""
    return {d.undoes: d.n for d in decisions if d.undoes is not None}


def heading(columns: Layout, width: int) -> Line:
    """Write the headings."""
    return _row(columns, ("n", "when", "who", "what, and why"), ("head", "head", "head"), width)


def decision_lines(
    decision: Decision, by: int | None, columns: Layout, width: int, *, whole: bool
) -> list[Line]:
    """Write one decision: one line, or as many as its whole text takes. `by` undid it."""
    said = told(decision) if by is None else f"undone by {by}: {told(decision)}"
    texts = wrap(said, columns.what, _WHOLE) if whole else [fit(said, columns.what)]
    when = time.strftime(columns.clock, time.localtime(decision.at))
    person = "@" in decision.who
    roles = ("dim", "accent" if person and by is None else "dim", "dim" if by is not None else "")
    first = (str(decision.n), when, plain(decision.who, 40), texts[0] if texts else "")
    rows = [first, *(("", "", "", text) for text in texts[1:])]
    return [_row(columns, row, roles, width) for row in rows]


def told(decision: Decision) -> str:
    """Say what was decided, and why."""
    why = f"  why: {plain(decision.why, 1000)}" if decision.why else ""
    return (plain(decision.sentence, 2000) or plain(decision.what, 40)) + why


def _row(
    columns: Layout, texts: tuple[str, str, str, str], roles: tuple[str, str, str], width: int
) -> Line:
    n, when, who, what = texts
    quiet, person, said = roles
    return crop(
        (
            (f" {right(n, columns.n)}  {fit(when, columns.when)}  ", quiet),
            (f"{fit(who, columns.who)}  ", person),
            (fit(what, columns.what), said),
        ),
        width,
    )
