"""A line in place that says how far something long has come; for terminals only."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from tui_tuner.view.line import fit, plain

from .columns import terminal_width

EVERY_S = 0.1


class Ticker:
    """Rewrites one line a few times a second, and wipes it at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._next_at = 0.0

    def __enter__(self) -> Ticker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown and self._next_at:
            self._write("")

    def tell(self, text: Callable[[], str]) -> None:
        """Show the text, unless it is too early for another one."""
        now = time.monotonic()
        if self._shown and now >= self._next_at:
            self._next_at = now + EVERY_S
            self._write(text())

    def _write(self, text: str) -> None:
        width = (terminal_width() or 80) - 1
        self._stream.write(f"\r{fit(plain(text), width)}" if text else f"\r{' ' * width}\r")
        self._stream.flush()
