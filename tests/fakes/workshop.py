"""A sweep directory with a real local executor in it, for tests that run real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import dedent
from typing import Any

from engine.core.model import Process
from engine.executors import aftermath, marks, procfs, record
from engine.executors.base import AttemptSpec, Ended
from engine.executors.local import LocalExecutor

PATIENCE_S = 20.0


async def until(condition: Callable[[], Any]) -> Any:
    """Wait until the condition holds and return what it gave."""
    async with asyncio.timeout(PATIENCE_S):
        while not (value := condition()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        return value


def all_gone(pids: Iterable[int]) -> bool:
    """Whether none of the processes runs any more."""
    return not any(procfs.is_running(pid) for pid in pids)


class Workshop:
    """Makes scripts and specs, launches them, and hears of their ends."""

    def __init__(self, root: Path, start: str = "spawn", **env: str) -> None:
        self.root = root
        self.start = start
        self.env = {**os.environ, **env}
        self.ends: dict[tuple[int, int], asyncio.Future[Ended]] = {}
        self.executor = self._executor()

    async def __aenter__(self) -> Workshop:
        await self.executor.start()
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.executor.close()
        for claimed in self.root.glob("trials/*/attempts/*/claim"):
            claim = record.read_claim(str(claimed.parent))
            if aftermath.is_claimant(claim) and claim["pid"] != os.getpid():
                os.kill(claim["pid"], signal.SIGKILL)
                aftermath.kill_survivors(claimed.parent)

    async def reopen(self) -> None:
        """Close the executor and open another one on the same directory, as a restart does."""
        await self.executor.close()
        self.executor = self._executor()
        self.ends.clear()
        await self.executor.start()

    def script(self, text: str, name: str = "train.py") -> Path:
        """Write a training script."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    def spec(self, *argv: str | Path, trial: int = 1, **changes: Any) -> AttemptSpec:
        """Describe an attempt; without a program it is this Python with train.py."""
        trial_dir = self.root / "trials" / f"{trial:04d}"
        fields: dict[str, Any] = {
            "trial": trial,
            "attempt": 1,
            "trial_dir": trial_dir,
            "attempt_dir": trial_dir / "attempts" / "1",
            "argv": tuple(map(str, argv or (sys.executable, "train.py"))),
            "cwd": self.root,
            "env": {},
            "start": self.start,
            "preload": (),
            "grace_s": 10.0,
        }
        return AttemptSpec(**fields | changes)

    async def launch(self, spec: AttemptSpec) -> Process:
        """Launch an attempt whose end will be heard."""
        return await self.executor.launch(spec)

    async def end(self, spec: AttemptSpec) -> Ended:
        """Wait for the attempt's end."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._end(spec.trial, spec.attempt)

    async def run(self, spec: AttemptSpec) -> Ended:
        """Launch an attempt and wait for its end."""
        await self.launch(spec)
        return await self.end(spec)

    async def says(self, spec: AttemptSpec, text: str = "\n") -> str:
        """Wait until the attempt's output contains the text and return all of it."""
        await until(lambda: text in self.output(spec))
        return self.output(spec)

    def output(self, spec: AttemptSpec) -> str:
        """Read what the attempt has printed."""
        path = spec.attempt_dir / "output.log"
        return path.read_text() if path.exists() else ""

    def survivors(self, spec: AttemptSpec) -> list[int]:
        """List the processes that carry the attempt's marks."""
        return marks.marked_processes(str(spec.attempt_dir))

    def _executor(self) -> LocalExecutor:
        executor = LocalExecutor(self.root, self.env)
        executor.on_end = self._hear
        return executor

    def _hear(self, ended: Ended) -> None:
        future = self._end(ended.trial, ended.attempt)
        assert not future.done(), "an attempt ended twice"
        future.set_result(ended)

    def _end(self, trial: int, attempt: int) -> asyncio.Future[Ended]:
        loop = asyncio.get_running_loop()
        return self.ends.setdefault((trial, attempt), loop.create_future())
