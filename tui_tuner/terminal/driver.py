"""Textual's Linux driver, writing less."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from .abilities import abilities
from .difference import Difference
from .gone import end, is_there
from .output import Output
from .typed import Typed

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_READ_BYTES = 4096
_LOOK_S = 0.1
_TURN_S = 0.0005
"""How long the thread that draws may keep those waiting that read keys and write frames."""
WIDEST, HIGHEST = 1000, 500
"""More than any terminal has; what claims to be larger would take the memory of the box."""


class ThinDriver(LinuxDriver):
    """Sends the difference to what the terminal shows; a frame without any sends nothing."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = Output(sys.__stdout__.fileno() if sys.__stdout__ else self.fileno)
        self._abilities = abilities(os.environ)
        self._terminal: Difference | None = None
        self._frame: list[str] | None = None
        self._suspended = False
        self._writing = False
        self._postponed: list[Callable[[], object]] = []
        self.painted = False
        """Whether anything was drawn yet, that a change of size could disarrange."""
        self.heard_at = float("-inf")
        """When anything was typed last, by a clock that only grows."""

    def forget(self) -> None:
        """Trust nothing on the screen: its size changed, or others wrote to it."""
        if self._terminal is not None:
            self._terminal.forget()

    def write(self, data: str) -> None:
        """Write what the terminal does not show yet, a synchronized update in one piece."""
        self._writing = True
        try:
            self._write(data)
        finally:
            self._writing = False
        while self._postponed and self._frame is None:
            self._postponed.pop(0)()

    def _write(self, data: str) -> None:
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

    def _between_frames(self, act: Callable[[], object]) -> None:
        """Do it, once what a signal broke in on is written: that is half of a frame else."""
        if self._writing or self._frame is not None:
            self._postponed.append(act)
        else:
            act()

    def _thinned(self, data: str) -> str:
        width, height = self._app.size
        known = self._terminal
        if known is None or (known.width, known.height) != (width, height):
            can = self._abilities._replace(ascii_only=self._app.has_class("-ascii"))
            self._terminal = known = Difference(width, height, can)
        thin = known.write(data)
        self.painted = self.painted or known.has_drawn
        return thin

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return min(width, WIDEST), min(height, HIGHEST)

    def measured(self) -> Size:
        """Give the size that the terminal has now."""
        return Size(*self._get_terminal_size())

    def process_message(self, message: Message) -> None:
        """Hand on an event, of a size that can be."""
        if isinstance(message, Resize):
            if not message.size:
                return
            size = Size(min(message.size.width, WIDEST), min(message.size.height, HIGHEST))
            message = Resize(size, size, pixel_size=message.pixel_size)
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Hand on what is typed until told to stop; end the process where nothing ever will be."""
        typed = Typed()
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], _LOOK_S)[0]:
                self.heard_at = time.monotonic()
                for event in typed.take(self._read()):
                    self.process_message(event)
            for event in typed.wait():
                self.process_message(event)

    def _read(self) -> bytes:
        """Read what is there, at least a byte unless others made the terminal give none."""
        try:
            data = os.read(self.fileno, _READ_BYTES)
        except OSError:
            data = b""
        if not data:
            if not is_there(self.fileno):
                end()
            self.exit_event.wait(_LOOK_S)
        return data

    def start_application_mode(self) -> None:
        """Take the terminal; end where it is gone."""
        if self.input_tty and not is_there(self.fileno):
            end()
        sys.setswitchinterval(_TURN_S)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def suspend_application_mode(self) -> None:
        """Give the terminal back for a while."""
        self._suspended = True
        super().suspend_application_mode()

    def resume_application_mode(self) -> None:
        """Take the terminal again and paint it anew."""
        self._suspended = False
        super().resume_application_mode()
        self._paint_anew()

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back and stop."""
        self._between_frames(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        """Go on; after a bare SIGSTOP the terminal is still ours, whatever was written on it."""
        self._between_frames(self._go_on)

    def _go_on(self) -> None:
        if self._suspended:
            super()._sigcont_application()
        else:
            self._paint_anew()

    def _paint_anew(self) -> None:
        def paint() -> None:
            self.forget()
            self._app.refresh(layout=True)

        self._loop.call_soon_threadsafe(paint)
