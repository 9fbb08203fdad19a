"""A person's shell: verbs of the command line in a folder of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.lifecycle import engine_pid
from tui_tuner.cli import main

CONFIG = """\
name: toy
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr: {min: 1.0e-4, max: 1.0, scale: log}
method: random
budget: {parameter: epochs, max: 3}
limits: {trials: 3}
resources: {slots: 2}
start: spawn
"""
SCRIPT = """\
import os, sys, time
wait = float(os.environ.get("TOY_WAIT", "0"))
for step in (1, 2, 3):
    print('tui-tuner: {"step": %d, "val_acc": %f}' % (step, step / 4), flush=True)
    time.sleep(wait)
"""


class Shell:
    """Runs verbs in a folder of its own, as a user with no other sweeps.

    `run` starts a process, as a shell does; `say` and `json` save its start-up.
    """

    def __init__(
        self,
        folder: Path,
        captured: pytest.CaptureFixture[str],
        config: str = CONFIG,
        script: str = SCRIPT,
    ) -> None:
        self.folder = folder
        self._captured = captured
        self.env = {
            **os.environ,
            "TUI_TUNER_STATE_DIR": str(folder / "state"),
            "TUI_TUNER_LINGER_S": "20",
            "NO_COLOR": "1",
        }
        (folder / "sweep.yaml").write_text(config)
        (folder / "train.py").write_text(script)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tui_tuner", *words]

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def say(self, *words: str, status: int = 0) -> str:
        self._captured.readouterr()
        assert main(words) == status, self._captured.readouterr().err
        out, err = self._captured.readouterr()
        return out if status == 0 else err

    def json(self, *words: str) -> Any:
        return json.loads(self.say(*words, "--json"))

    def until(self, **expected: Any) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            status: dict[str, Any] = self.json("status")
            if all(v in (status.get(k), status["trials"].get(k)) for k, v in expected.items()):
                return status
        raise AssertionError(f"never {expected}: {status}")

    def end(self) -> None:
        for directory in (self.folder / "sweeps").glob("*"):
            pid = engine_pid(directory)
            if pid:
                main(["stop", "--now", str(directory)])
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
