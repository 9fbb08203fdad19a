"""The way out to the terminal: waits where it takes nothing now, ends where it never will."""

from __future__ import annotations

import os
import select

from .gone import end


class Output:
    """A file of text as Textual's writing thread needs one, over the descriptor of a terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()

    def fileno(self) -> int:
        """Give the descriptor."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Keep text for the next `flush`; what cannot be encoded becomes `?`."""
        self._waiting += text.encode(errors="replace")
        return len(text)

    def flush(self) -> None:
        """Write all of it, however long the terminal takes; end the process if it is gone."""
        while self._waiting:
            try:
                written = os.write(self._descriptor, self._waiting)
            except BlockingIOError:
                select.select([], [self._descriptor], [])
            except OSError:
                end()
            else:
                del self._waiting[:written]
