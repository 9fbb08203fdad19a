"""Who the processes on GPUs are: whose tree they hang from, and what people call them."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from msgspec import Struct

from engine.text import clean

from .sample import Look

FORKED = "a tui-tuner trial"
"""What a process is called that a zygote forked, which leaves it the zygote's command line."""
_ZYGOTE = b"/executors/boot.py"
_LONGEST_COMMAND = 200
_DEEPEST = 64


class Origin(Struct, frozen=True, kw_only=True):
    """Where a process comes from. `ancestors` are pids, its parent first; of a process that was
    adopted since they are those it had when first seen. `command` is safe to show.
    """

    ancestors: tuple[int, ...] = ()
    user: str = ""
    command: str = ""


class Origins:
    """Reads /proc for a pid when it is new, and never again while it stays on a GPU."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = str(proc)
        self._known: dict[int, Origin] = {}

    def look(self, look: Look) -> dict[int, Origin]:
        """Give the origin of each process that a look found; those that cannot be seen from here,
        or had ended when they were first looked for, are left out."""
        listed = {process.pid for gpu in look.gpus for process in gpu.processes}
        found = {}
        for pid in listed if look.own_pids else ():
            origin = self._known.get(pid) or self._read(pid)
            if origin is not None:
                found[pid] = origin
        self._known = found
        return dict(found)

    def knows(self, look: Look) -> bool:
        """Whether `look` would read nothing: no process on a GPU is new."""
        pids = (process.pid for gpu in look.gpus for process in gpu.processes)
        return not look.own_pids or all(pid in self._known for pid in pids)

    def is_there(self, pid: int) -> bool:
        """Whether a process has not ended, seen or not; the dead do not count, buried or not."""
        state = self._stat(pid)
        if state is not None:
            return state[0] not in (b"Z", b"X")
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return True
        return True

    def _read(self, pid: int) -> Origin | None:
        """Read who a process is; None: it is gone."""
        ancestors: list[int] = []
        stat = self._stat(pid)
        while stat is not None and (parent := int(stat[1])) > 0 and len(ancestors) < _DEEPEST:
            ancestors.append(parent)
            stat = self._stat(parent)
        if not ancestors:
            return None
        user, command = self._user(pid), self._command(pid)
        return Origin(ancestors=tuple(ancestors), user=user, command=command)

    def _stat(self, pid: int) -> list[bytes] | None:
        """The fields of proc(5)'s stat, from the state on."""
        data = self._file(pid, "stat")
        return data[data.rindex(b")") + 2 :].split() if b")" in data else None

    def _user(self, pid: int) -> str:
        try:
            uid = os.stat(f"{self._proc}/{pid}").st_uid
        except OSError:
            return ""
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return f"uid {uid}"

    def _command(self, pid: int) -> str:
        """Its command line, without the folder of the program; where it hides that, its name."""
        words = self._file(pid, "cmdline").rstrip(b"\0").split(b"\0")
        if any(word.endswith(_ZYGOTE) for word in words[:4]):
            return FORKED
        words[0] = words[0].rpartition(b"/")[2]
        line = b" ".join(words) or self._file(pid, "comm").strip()
        return clean(line.decode(errors="replace"), limit=_LONGEST_COMMAND)

    def _file(self, pid: int, name: str) -> bytes:
        try:
            with open(f"{self._proc}/{pid}/{name}", "rb") as file:
                return file.read()
        except OSError:
            return b""
