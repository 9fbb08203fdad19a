"""What every test gets: a state folder of its own, and a look at what it leaves behind."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

SETTLE_S = 3.0


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep sockets and the registry of sweeps out of the user's home."""
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("TUI_TUNER_LINGER_S", "30")


@pytest.fixture(autouse=True)
def _nothing_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a file descriptor open in this process."""
    threads = set(threading.enumerate())
    descriptors = _descriptors()
    yield
    deadline = time.monotonic() + SETTLE_S
    while left := _left(threads, descriptors):
        if time.monotonic() > deadline:
            pytest.fail(f"left open: {', '.join(left)}")
        gc.collect()
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _no_process_left(_nothing_leaks: None, tmp_path: Path) -> Iterator[None]:
    """End the engines, runners and trials that live in the test's own folder: they are made to
    outlive whoever starts them."""
    yield
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or [])
        env = process.info["environ"] or {}
        ours = str(tmp_path) in words or str(tmp_path) in env.get("TUI_TUNER_ATTEMPT_DIR", "")
        if ours and process.pid != os.getpid():
            with suppress(psutil.Error, ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


def _left(threads: set[threading.Thread], descriptors: dict[str, str]) -> list[str]:
    new = [f"thread {t.name}" for t in threading.enumerate() if t not in threads]
    return new + [f"fd {n} {to}" for n, to in _descriptors().items() if descriptors.get(n) != to]


def _descriptors() -> dict[str, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found[name] = os.readlink(f"/proc/self/fd/{name}")
    return found
