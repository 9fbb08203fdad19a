"""Watching the disk under a store: full, nearly full, or fine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from .filesystem import free_bytes

OnFull = Callable[[bool, str], None]
"""Called when the disk becomes too full (True, with a sentence) and when it has space again."""

_log = logging.getLogger(__name__)


class DiskWatch:
    """Remembers what is wrong with the disk, and tells of each change once.

    A disk that refuses a write is full; one with fewer than `floor` bytes free is low.
    """

    def __init__(self, directory: Path, floor: int, tell: OnFull) -> None:
        self._directory = directory
        self._floor = floor
        self._tell = tell
        self._full = ""
        self._low = ""
        self._told = ""

    @property
    def full(self) -> bool:
        """Whether the last write was refused."""
        return bool(self._full)

    @property
    def troubled(self) -> bool:
        """Whether the disk is full or low."""
        return bool(self._told)

    def refused(self, sentence: str) -> None:
        """Note that a write found no space."""
        self._full = sentence
        self._show()

    def accepted(self) -> None:
        """Note that a write was done."""
        self._full = ""
        self._show()

    def measure(self) -> None:
        """Look at the free space."""
        try:
            free = free_bytes(self._directory)
        except OSError as error:
            _log.warning("the free space of %s cannot be measured: %s", self._directory, error)
            return
        if free >= self._floor:
            self._low = ""
        elif not self._low:
            self._low = (
                f"only {free // 1_000_000} MB free on the disk of {self._directory}: "
                f"no trial starts until there are {self._floor // 1_000_000} MB"
            )
        self._show()

    def _show(self) -> None:
        sentence = self._full or self._low
        if sentence != self._told:
            self._told = sentence
            self._tell(bool(sentence), sentence or "the disk has space again")
