"""A pty with `tui-tuner` in it: when which bytes came, which keys went, what the process used."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
from pathlib import Path
from typing import NamedTuple

from .priority import prefer_session, prefer_thread

COLUMNS, LINES = 200, 50
PATIENCE_S = 5.0
TUI_TUNER = str(Path(sys.executable).with_name("tui-tuner"))

_MODES = {b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
"""What a terminal is asked and what a good one answers: that it takes whole frames."""

_SHELL = (
    *("PATH", "HOME", "USER", "PYTHONPATH"),
    *("TUI_TUNER_STATE_DIR", "TUI_TUNER_CONFIG_DIR"),
)
_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


class Piece(NamedTuple):
    """Bytes as they were read, and when."""

    at: float
    data: bytes


class Console:
    """Runs a command in a pty of 200x50 until `close`; `pieces` grows as it writes."""

    def __init__(self, *command: str) -> None:
        self.pieces: list[Piece] = []
        self.began = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            _become(command)
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, keys: str) -> float:
        """Type; gives the time."""
        at = time.perf_counter()
        os.write(self._master, keys.encode())
        return at

    def rest(self, seconds: float) -> list[Piece]:
        """Let so many seconds pass; gives what was written meanwhile."""
        before = len(self.pieces)
        time.sleep(seconds)
        return self.pieces[before:]

    @property
    def cpu_s(self) -> float:
        """Seconds of a core that the process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_bytes(self) -> int:
        """The memory that the process holds now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """Leave by q, or by force."""
        self.press("q")
        self.wait()

    def wait(self) -> None:
        """Wait for the process to end by itself, for a few seconds."""
        deadline = time.monotonic() + PATIENCE_S
        while not os.waitpid(self.pid, os.WNOHANG)[0]:
            time.sleep(0.01)
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
        self._over.set()
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        prefer_thread()
        while not self._over.is_set():
            if not select.select([self._master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            self.pieces.append(Piece(time.perf_counter(), data))
            for question, answer in _MODES.items():
                if question in data:
                    os.write(self._master, answer)


def _become(command: tuple[str, ...]) -> None:
    prefer_session()
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    kept = {name: os.environ[name] for name in _SHELL if name in os.environ}
    os.execve(command[0], list(command), {**kept, **_TERMINAL})
