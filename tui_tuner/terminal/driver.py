"""Textual's Linux driver, writing less."""

from __future__ import annotations

import os
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from .abilities import abilities
from .difference import Difference

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class ThinDriver(LinuxDriver):
    """Sends the difference to what the terminal shows; a frame without any sends nothing."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._abilities = abilities(os.environ)
        self._terminal: Difference | None = None
        self._frame: list[str] | None = None
        self._suspended = False

    def forget(self) -> None:
        """Trust nothing on the screen: its size changed, or others wrote to it."""
        if self._terminal is not None:
            self._terminal.forget()

    def write(self, data: str) -> None:
        """Write what the terminal does not show yet, a synchronized update in one piece."""
        if data == _BEGIN:
            self._frame = []
        elif data == _END:
            frame = "".join(self._frame or ())
            self._frame = None
            if frame:
                super().write(f"{_BEGIN}{frame}{_END}")
        elif thin := self._thinned(data):
            if self._frame is None:
                super().write(thin)
            else:
                self._frame.append(thin)

    def _thinned(self, data: str) -> str:
        width, height = self._app.size
        known = self._terminal
        if known is None or (known.width, known.height) != (width, height):
            can = self._abilities._replace(ascii_only=self._app.has_class("-ascii"))
            self._terminal = known = Difference(width, height, can)
        return known.write(data)

    def suspend_application_mode(self) -> None:
        """Give the terminal back for a while."""
        self._suspended = True
        super().suspend_application_mode()

    def resume_application_mode(self) -> None:
        """Take the terminal again and paint it anew."""
        self._suspended = False
        super().resume_application_mode()
        self._paint_anew()

    def _sigcont_application(self, *_: object) -> None:
        """Go on; after a bare SIGSTOP the terminal is still ours, whatever was written on it."""
        if self._suspended:
            super()._sigcont_application()
        else:
            self._paint_anew()

    def _paint_anew(self) -> None:
        def paint() -> None:
            self.forget()
            self._app.refresh(layout=True)

        self._loop.call_soon_threadsafe(paint)
