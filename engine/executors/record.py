"""The files of an attempt that decide who lives: `lock`, `claim` and `exit.json`.

The lock is held by the runner as long as it lives. The claim is created once, by the runner or by
an engine that fences it off. `exit.json` appears whole or not at all.
Standard library only, Python 3.8 syntax: this file also runs in the trials' interpreters.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import Any

OUTPUT = "output.log"


def take_lock(attempt_dir: str) -> int | None:
    """Take the attempt's lock: its file descriptor, or None while another process holds it."""
    fd = os.open(os.path.join(attempt_dir, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def create_claim(attempt_dir: str, content: dict[str, Any]) -> bool:
    """Create the claim, whole or not at all; False where someone else was first."""
    path = os.path.join(attempt_dir, "claim")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        fd = os.open(path, flags, 0o644)
    except FileExistsError:
        return False
    try:
        with open(fd, "wb") as file:
            file.write(json.dumps(content).encode())
    except OSError:
        os.unlink(path)
        raise
    return True


def open_output(attempt_dir: str) -> int:
    """Open the file that takes the trial's standard output and error; its file descriptor."""
    path = os.path.join(attempt_dir, OUTPUT)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)


def read_claim(attempt_dir: str) -> dict[str, Any]:
    """Read the claim; empty where there is none or its writer died over it."""
    return _read(os.path.join(attempt_dir, "claim"))


def write_exit(attempt_dir: str, content: dict[str, Any]) -> str:
    """Write the result durably beside its place and return where it waits for `publish_exit`."""
    os.makedirs(attempt_dir, exist_ok=True)
    path = os.path.join(attempt_dir, "exit.json.tmp")
    with open(path, "wb") as file:
        file.write(json.dumps(content).encode())
        file.flush()
        os.fsync(file.fileno())
    return path


def publish_exit(path: str) -> None:
    """Put the result written by `write_exit` in its place."""
    os.replace(path, path[: -len(".tmp")])


def read_exit(attempt_dir: str) -> dict[str, Any]:
    """Read the result; empty where there is none."""
    return _read(os.path.join(attempt_dir, "exit.json"))


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            content = json.loads(file.read())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
