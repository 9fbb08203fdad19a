"""Textual's Linux driver, writing less."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from .difference import Difference

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class ThinDriver(LinuxDriver):
    """Sends the difference to what the terminal shows; a frame without any sends nothing."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._terminal: Difference | None = None
        self._begun = False

    def forget(self) -> None:
        """Trust nothing on the screen: its size changed, or others wrote to it."""
        self._terminal = None

    def write(self, data: str) -> None:
        """Write what the terminal does not show yet."""
        if data == _BEGIN:
            self._begun = True
            return
        if data == _END:
            if not self._begun:
                super().write(data)
            self._begun = False
            return
        width, height = self._app.size
        if self._terminal is None or (self._terminal.width, self._terminal.height) != (
            width,
            height,
        ):
            self._terminal = Difference(width, height)
        thin = self._terminal.write(data)
        if thin and self._begun:
            self._begun = False
            thin = _BEGIN + thin
        if thin:
            super().write(thin)
