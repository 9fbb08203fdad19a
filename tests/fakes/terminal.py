"""A terminal with a process in it: a real pty, its bytes kept, an emulator shows them."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fakes.emulator import Emulator

PATIENCE_S = 30.0

_OWN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """`tui-tuner` with `words` in a pty of `size` = (columns, lines), leading its own session.

    If it is not to be `told` of a hangup, the pty is not its controlling terminal. `errors`
    is a file for what goes to stderr.
    """

    def __init__(
        self,
        *words: str,
        cwd: Path,
        size: tuple[int, int] = (120, 30),
        env: Mapping[str, str] | None = None,
        told: bool = True,
        errors: Path | None = None,
    ) -> None:
        self.raw = bytearray()
        self._lock = threading.Lock()
        self._screen = Emulator(*size)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._left = b""
        self._master, slave = os.openpty()
        self._set_size(*size)
        own = (sys.executable, "-c", _OWN_TERMINAL)
        other = errors.open("wb") if errors else None
        self.process = subprocess.Popen(
            [*(own if told else ()), sys.executable, "-m", "tui_tuner", *words],
            stdin=slave,
            stdout=slave,
            stderr=other or slave,
            cwd=cwd,
            env=_environment(env or {}),
            start_new_session=True,
        )
        os.close(slave)
        if other is not None:
            other.close()
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def lines(self) -> list[str]:
        """What the terminal shows now."""
        with self._lock:
            return list(self._screen.display)

    @property
    def text(self) -> str:
        """What the terminal shows now, in one piece."""
        return "\n".join(self.lines)

    def row(self, trial: str) -> str:
        """The line of a trial in the table, without its cursor and mark; '' where it is not."""
        rows = [line for line in self.lines if line[2 : 2 + len(trial)] == trial]
        return rows[0][2:] if rows else ""

    def resize(self, columns: int, lines: int) -> None:
        """Change the size; what was shown is lost, as in the worst of terminals."""
        with self._lock:
            self._screen.resize(lines, columns)
            self._screen.erase_in_display(2)
        self._set_size(columns, lines)

    def scrawl(self, text: str) -> None:
        """Write on it from elsewhere."""
        with self._lock:
            self._screen.feed(text)

    def press(self, *keys: str) -> None:
        """Type."""
        for key in keys:
            os.write(self._master, key.encode())

    def send(self, data: bytes) -> None:
        """Send what no keyboard would."""
        while data:
            data = data[os.write(self._master, data[:1024]) :]

    def until(self, happened: Callable[[], object], what: str) -> None:
        """Wait for a condition; fail with the screen where it never comes."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            if time.monotonic() > deadline:
                raise AssertionError(f"in vain until {what}; the terminal shows:\n{self.text}")
            time.sleep(0.03)

    def sees(self, *texts: str) -> None:
        """Wait until the terminal shows all of these."""
        self.until(lambda: all(text in self.text for text in texts), f"it shows {texts}")

    def written_within(self, seconds: float) -> bytes:
        """Give what is written in so many seconds from now."""
        before = len(self.raw)
        self._over.wait(seconds)
        return bytes(self.raw[before:])

    def ends(self) -> int:
        """Wait for the process to end by itself, and for its last words; give its exit status."""
        status = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return status

    def close(self) -> None:
        """Take the terminal away, as a lost connection does: the kernel hangs up on its session."""
        self.stall()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def stall(self) -> None:
        """Read nothing more of what is written, as a frozen connection does."""
        self._over.set()
        self._reader.join(PATIENCE_S)

    def leave(self) -> None:
        """Close, and see to it that the process is gone."""
        self.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _set_size(self, columns: int, lines: int) -> None:
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def _read(self) -> None:
        while not self._over.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.05)
            if not ready:
                continue
            try:
                piece = os.read(self._master, 65536)
            except OSError:
                return
            if not piece:
                return
            with self._lock:
                self.raw += piece
                self._show(piece)

    def _show(self, piece: bytes) -> None:
        whole = self._left + piece
        start = whole.rfind(b"\x1b")
        cut = len(whole) if start < 0 or len(whole) - start > 64 else start
        if start >= 0 and re.match(rb"\x1b(\[[<>=?]?[0-9;$]*[a-zA-Z]|[^\[])", whole[start:]):
            cut = len(whole)
        whole, self._left = whole[:cut], whole[cut:]
        self._screen.feed(self._decoder.decode(whole))


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    mine = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "COLORTERM": "truecolor"}
    dropped = ("LC_ALL", "LC_CTYPE", "NO_COLOR", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, **mine, **more}
