"""Every key as lines, grouped by what it does and where: in two columns where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from tui_tuner.actions import ACTIONS, BY_ID, HISTORY, LOG, MAIN, MOVES, RANGES, Action

from .line import Line, crop, fit, wrap

_TWO_COLUMNS = 110
_GAP = 3
_NOTE = "Lowercase looks, capital acts; a capital asks before it does anything."
_ARROWS = {"↓": "Down", "↑": "Up", "←": "Left", "→": "Right"}

Section = tuple[str, list[tuple[str, str]]]


def help_lines(width: int, *, ascii_only: bool) -> list[Line]:
    """Write the keys in lines of exactly `width` cells."""
    note = [crop(((_NOTE, "dim"),), width), crop((), width)]
    act, look, log, history, ranges = _sections(ascii_only)
    if width < _TWO_COLUMNS:
        return [*note, *_column((act, look, log, history, ranges), width)]
    half = (width - _GAP) // 2
    columns = _column((act, ranges), half), _column((look, log, history), half)
    return [*note, *_side_by_side(*columns, width)]


def _sections(ascii_only: bool) -> tuple[Section, Section, Section, Section, Section]:
    acts = [a for a in ACTIONS if a.acts]
    looks = [a for a in ACTIONS if not a.acts and a.where & MAIN and a.id not in MOVES]
    moves = (" ".join(BY_ID[name].key.split()[0] for name in MOVES), "move; arrows too")
    return (
        ("act on the trials, or on the sweep", _entries(acts, ascii_only)),
        ("look", [moves, *_entries(looks, ascii_only)]),
        ("in the log", _entries(_only_in(LOG), ascii_only)),
        ("in the history", _entries(_only_in(HISTORY), ascii_only)),
        ("in the range editor", _entries(_only_in(RANGES), ascii_only)),
    )


def _only_in(place: str) -> list[Action]:
    there = frozenset({place})
    return [a for a in ACTIONS if a.where == there and (place != RANGES or a.shown)]


def _entries(actions: Sequence[Action], ascii_only: bool) -> list[tuple[str, str]]:
    return [(_shown(action.key, ascii_only), action.help) for action in actions]


def _shown(key: str, ascii_only: bool) -> str:
    for arrow, word in _ARROWS.items() if ascii_only else ():
        key = key.replace(arrow, word)
    return key


def _column(sections: Sequence[Section], width: int) -> list[Line]:
    lines: list[Line] = []
    for title, entries in sections:
        if lines:
            lines.append(crop((), width))
        lines.append(crop(((title, "accent"),), width))
        keys = max((len(key) for key, _ in entries if len(key) < 12), default=4)
        for key, text in entries:
            lines += _entry(fit(key, keys) if len(key) <= keys else key, text, width)
    return lines


def _entry(key: str, text: str, width: int) -> list[Line]:
    texts = wrap(text, max(8, width - len(key) - 4), 3)
    keys = [f"  {key}  ", *[" " * (len(key) + 4)] * len(texts)]
    return [
        crop(((shown, "key"), (part, "")), width) for shown, part in zip(keys, texts, strict=False)
    ]


def _side_by_side(left: list[Line], right: list[Line], width: int) -> list[Line]:
    half = (width - _GAP) // 2
    rows: list[Line] = []
    for y in range(max(len(left), len(right))):
        beside = right[y] if y < len(right) else ()
        first = left[y] if y < len(left) else crop((), half)
        rows.append(crop((*first, (" " * _GAP, ""), *beside), width))
    return rows
