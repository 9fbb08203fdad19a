"""Collects everything wrong with a config, each fault at its place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from engine.text import clean

KeyPath = tuple[str | int, ...]
"""Where a value is: the keys and list indices that lead to it from the top."""


_MOST_LINES = 100


class Place(NamedTuple):
    """A line (from 1) of a file; `line` 0 where there are no lines, as for `--set`."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class _Remark(NamedTuple):
    place: Place
    path: KeyPath
    text: str


class Faults:
    """Faults and warnings of one config, in the order of its lines.

    `places` maps paths to where they were written; a path without one is placed where the
    nearest enclosing value is. Only the first fault at a path is kept: what follows from it
    would be noise.
    """

    def __init__(self, file: str, places: Mapping[KeyPath, Place] | None = None) -> None:
        self._top = Place(clean(file, limit=300), 1)
        self._places = places or {}
        self._faults: dict[KeyPath, _Remark] = {}
        self._warnings: list[_Remark] = []

    def add(self, path: KeyPath, reason: str, near: str | None = None) -> None:
        """Note a fault: one plain sentence without a full stop, and the nearest valid word."""
        hint = f"; did you mean {near!r}?" if near else ""
        self._faults.setdefault(path, _Remark(self._place(path), path, reason + hint))

    def warn(self, path: KeyPath, text: str) -> None:
        """Note something that does not keep the sweep from running."""
        self._warnings.append(_Remark(self._place(path), path, text))

    def faults(self) -> list[str]:
        """One line a fault: `file:line: key: what is wrong`."""
        lines = _in_order(self._faults.values())
        more = len(lines) - _MOST_LINES
        return [*lines[:_MOST_LINES], f"{self._top.file}: and {more} more"] if more > 0 else lines

    def warnings(self) -> list[str]:
        """One line a warning, spelled as faults are."""
        return _in_order(self._warnings)

    def _place(self, path: KeyPath) -> Place:
        for length in range(len(path), 0, -1):
            if place := self._places.get(path[:length]):
                return place
        return self._top


def nearest(word: object, known: Iterable[str]) -> str | None:
    """Find the known word that `word` most likely stands for."""
    text = str(word)
    folded = {name.lower(): name for name in known}
    found = get_close_matches(text.lower(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found and folded[found[0]] != text else None


def spelled(path: KeyPath) -> str:
    """Spell a path as a person would: `stop[1].rule`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return clean(text, limit=120)


def shown(value: Any) -> str:
    """Show a value of the file in a message: short, and safe on a terminal."""
    if isinstance(value, str):
        return repr(clean(value, limit=60))
    return clean(json.dumps(value, default=str), limit=60)


def _in_order(remarks: Iterable[_Remark]) -> list[str]:
    return [
        clean(_line(remark), limit=1000)
        for remark in sorted(remarks, key=lambda r: (r.place.line == 0, r.place.line))
    ]


def _line(remark: _Remark) -> str:
    where = f"{remark.place}: "
    if remark.path:
        where += f"{spelled(remark.path)}: "
    return where + remark.text
