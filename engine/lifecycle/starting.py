"""Starts a sweep's engine, detached from whoever asks."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec

from engine.errors import EngineRunningError, TunerError
from engine.ownership import engine_pid
from engine.protocol.messages import Hello
from engine.store.failures import NEARLY_FULL_BYTES
from engine.store.filesystem import free_bytes
from engine.text import clean

from .places import socket_path
from .registry import remember

LOG = "engine.log"
START_S = 60.0
"""Long enough for a box under load, or a Python on a slow network disk."""
ANSWER_S = 2.0
_LOOK_EVERY_S = 0.02
_LAST_LINES = 5


def start_engine(sweep: Path) -> int:
    """Start the engine of a sweep and give its pid once it answers.

    It gets its own session, no terminal, and the caller's environment; its output goes to the
    sweep's engine.log. Raises EngineRunningError where there is one, TunerError with the last
    lines of its log where it ends before it answers.
    """
    sweep = sweep.resolve()
    running = engine_pid(sweep)
    if running is not None:
        raise EngineRunningError(running or None)
    remember(sweep)
    log = sweep / LOG
    try:
        with log.open("ab") as output:
            begin = output.tell()
            engine = _spawn(sweep, output.fileno())
    except OSError as error:
        raise TunerError(f"cannot start the engine of {sweep}: {error.strerror}") from None
    door = socket_path(sweep)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if engine_pid(sweep) == engine.pid and answers(door, ANSWER_S):
            threading.Thread(target=engine.wait, daemon=True, name="engine-reaper").start()
            return engine.pid
        if engine.poll() is not None:
            raise TunerError(f"the engine cannot run: {_end_of(log, begin)}")
        time.sleep(_LOOK_EVERY_S)
    engine.terminate()
    engine.wait()
    raise TunerError(f"the engine did not answer within {START_S:.0f} s; see {log}")


def answers(door: Path, within_s: float = ANSWER_S) -> bool:
    """Whether an engine shakes hands at this socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(within_s)
        try:
            line.connect(str(door))
            line.sendall(msgspec.json.encode(Hello(id=1, who="", read_only=True)) + b"\n")
            return bool(line.recv(1))
        except OSError:
            return False


def _spawn(sweep: Path, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "engine", str(sweep)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd="/",
        env=engine_environment(),
        start_new_session=True,
    )


def engine_environment() -> dict[str, str]:
    """The caller's environment, save that no `engine` of the user's is found before ours.

    Their PYTHONPATH is kept in TUI_TUNER_USER_PYTHONPATH, for the trials.
    """
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    env.pop("TUI_TUNER_USER_PYTHONPATH", None)
    theirs = os.environ.get("PYTHONPATH")
    if theirs:
        env["TUI_TUNER_USER_PYTHONPATH"] = os.pathsep.join(
            os.path.abspath(entry) for entry in theirs.split(os.pathsep)
        )
    root = str(Path(__file__).resolve().parents[2])
    if not _finds_engine(root, env):
        env["PYTHONPATH"] = root
    return env


def _finds_engine(root: str, env: dict[str, str]) -> bool:
    """Whether a bare interpreter finds this very package."""
    code = "import importlib.util as u; print((u.find_spec('engine') or u).origin)"
    command = [sys.executable, "-P", "-c", code]
    found = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False)
    with contextlib.suppress(OSError):
        return os.path.samefile(found.stdout.strip(), Path(root, "engine", "__init__.py"))
    return False


def _end_of(log: Path, begin: int) -> str:
    try:
        with log.open("rb") as file:
            file.seek(begin)
            text = file.read().decode(errors="replace")
    except OSError as error:
        return f"{log}: {error.strerror}"
    lines = [clean(line, limit=500) for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-_LAST_LINES:]) or _why_silent(log)


def _why_silent(log: Path) -> str:
    """Why an engine left no word: a full disk keeps its log from growing."""
    with contextlib.suppress(OSError):
        if free_bytes(log.parent) < NEARLY_FULL_BYTES:
            return f"no space left on the disk of {log.parent}: free some, then start it again"
    return f"it said nothing; see {log}"
