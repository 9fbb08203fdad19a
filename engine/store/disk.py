"""Watching the disk under a store: full, nearly full, or fine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from .filesystem import free_bytes, free_files

OnFull = Callable[[bool, str], None]
"""Called when the disk becomes too full (True, with a sentence) and when it has space again."""

FEWEST_FILES = 50
"""An attempt makes about ten, with its checkpoints."""

_log = logging.getLogger(__name__)


class DiskWatch:
    """Remembers what is wrong with the disk, and tells of each change once.

    A disk that refuses a write is full; one with fewer than `floor` bytes free, or with hardly a
    file left to make, is low.
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
            free, files = free_bytes(self._directory), free_files(self._directory)
        except OSError as error:
            _log.warning("the free space of %s cannot be measured: %s", self._directory, error)
            return
        few = files is not None and files < FEWEST_FILES
        if free >= self._floor and not few:
            self._low = ""
        elif not self._low:
            self._low = self._few_files(files) if few else self._little_space(free)
        self._show()

    def _little_space(self, free: int) -> str:
        return (
            f"only {free // 1_000_000} MB free on the disk of {self._directory}: "
            f"no trial starts until there are {self._floor // 1_000_000} MB"
        )

    def _few_files(self, files: int | None) -> str:
        return (
            f"the disk of {self._directory} has no space for more than {files} files: "
            f"no trial starts until there is for {FEWEST_FILES}"
        )

    def _show(self) -> None:
        sentence = self._full or self._low
        if sentence != self._told:
            self._told = sentence
            self._tell(bool(sentence), sentence or "the disk has space again")
