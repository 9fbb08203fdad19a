"""What every test gets: a state folder of its own, and no process left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep sockets and the registry of sweeps out of the user's home."""
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("TUI_TUNER_LINGER_S", "30")


@pytest.fixture(autouse=True)
def _no_process_left(tmp_path: Path) -> Iterator[None]:
    """End the engines, runners and trials that a test left behind in its own folder."""
    yield
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or [])
        env = process.info["environ"] or {}
        ours = str(tmp_path) in words or str(tmp_path) in env.get("TUI_TUNER_ATTEMPT_DIR", "")
        if ours and process.pid != os.getpid():
            with suppress(psutil.Error, ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
