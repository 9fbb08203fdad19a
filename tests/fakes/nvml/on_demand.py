"""Looks at the GPUs when it is asked to: the product's reader of the driver, on its asker's clock.

As a program it answers each `Ask` on its standard input with a look, as lines of JSON; its
other end is `OnDemand`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import msgspec
from msgspec import Struct

from engine.devices import xids
from engine.devices.nvml import BoxError, Nvml
from engine.devices.sample import Look


class Ask(Struct, omit_defaults=True):
    """Look at `at`, once the driver's reports of an XID of the GPUs `heard` have come.

    `anew`: load the library anew afterwards, as the product does where GPUs come and go.
    """

    at: float
    heard: tuple[str, ...] = ()
    anew: bool = False


class OnDemand:
    """Looks at a box when told to; a context manager."""

    def __init__(self, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **env},
        )

    def look(self, ask: Ask) -> Look:
        """What there is to be seen now."""
        self.ask(ask)
        return self.answer()

    def ask(self, ask: Ask) -> None:
        """Ask for a look, which may hang."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(ask) + b"\n")
        self._process.stdin.flush()

    def answer(self) -> Look:
        """The look that was asked for."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "it has ended"
        return msgspec.json.decode(line, type=Look)

    def __enter__(self) -> OnDemand:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def _main() -> None:
    clock = SimpleNamespace(monotonic=lambda: asked.at, sleep=lambda _: time.sleep(0.005))
    xids.time = clock  # type: ignore[assignment]
    nvml: Nvml | None = None
    for line in iter(sys.stdin.buffer.readline, b""):
        asked = msgspec.json.decode(line, type=Ask)
        try:
            nvml = nvml or Nvml()
            _hear(nvml, asked.heard)
            look = nvml.look()
        except BoxError as error:
            look = Look(at=0.0, error=str(error))
        sys.stdout.buffer.write(msgspec.json.encode(msgspec.structs.replace(look, at=asked.at)))
        sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
        if asked.anew:
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _hear(nvml: Any, uuids: tuple[str, ...]) -> None:
    while not all(nvml._xids.fault(uuid) for uuid in uuids):
        time.sleep(0.001)


if __name__ == "__main__":
    _main()
