"""What the engine asks of a running trial: to stop, or to go on to another budget."""

from __future__ import annotations

import json
import os
import time

LOOK_EVERY_S = 1.0


class Control:
    """Follows a small JSON file, `{"stop": bool, "budget": int}`, by its time stamp.

    Never raises: a file that is missing, torn or nonsense asks for nothing new.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._looked = float("-inf")
        self.stop = False
        self.budget: int | None = None

    def look_now_and_then(self) -> None:
        """Look unless that was done within the last second."""
        if time.monotonic() - self._looked >= LOOK_EVERY_S:
            self.look()

    def look(self) -> None:
        """Take in the file if it changed since the last look; costs one stat."""
        self._looked = time.monotonic()
        if self._path is None:
            return
        try:
            found = os.stat(self._path)
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            if seen != self._seen:
                self._take_in(self._path)
                self._seen = seen
        except (OSError, ValueError):
            return

    def _take_in(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            asked = json.load(file)
        if not isinstance(asked, dict):
            return
        self.stop = asked.get("stop") is True
        budget = asked.get("budget")
        if type(budget) is int and budget > 0:
            self.budget = budget
