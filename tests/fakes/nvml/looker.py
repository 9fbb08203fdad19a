"""The process that looks at the GPUs, read line by line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.devices.sample import Look

from .box import Box

COMMAND = (sys.executable, "-P", "-m", "engine.devices.watch", "0.01", "30")


class Looker:
    """Looks a hundred times a second at a box; a context manager."""

    def __init__(self, box: Box | None = None, **env: str) -> None:
        self.process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path("/"),
            env={**os.environ, **(box.env if box else {}), **env},
        )

    def next(self) -> Look:
        """The next look."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it has ended"
        return msgspec.json.decode(line, type=Look)

    def until(self, seen: Callable[[Look], object]) -> Look:
        """The first look that shows something."""
        while not seen(look := self.next()):
            pass
        return look

    def __enter__(self) -> Looker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
