"""An executor without processes: tests say when an attempt ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from engine.core.model import Exit, Exited, Process, Signalled
from engine.executors.base import AttemptSpec, Ended, Executor, Fenced, Settled


class FakeExecutor(Executor):
    """Remembers what it was asked; `launched`, `stopped` and `held` hold (trial, attempt).

    `immortal` are the processes that would not die, until a test takes them out; a launch takes
    until `may_launch` is set.
    """

    def __init__(self) -> None:
        self.on_end: Callable[[Ended], None] = lambda ended: None
        self.launched: list[tuple[int, int]] = []
        self.stopped: list[tuple[int, int]] = []
        self.held: set[tuple[int, int]] = set()
        self.immortal: set[str] = set()
        self.may_launch = asyncio.Event()
        self.may_launch.set()
        self.specs: dict[tuple[int, int], AttemptSpec] = {}

    async def start(self) -> None:
        """Nothing to make ready."""

    async def launch(self, spec: AttemptSpec) -> Process:
        self.launched.append((spec.trial, spec.attempt))
        self.specs[spec.trial, spec.attempt] = spec
        await self.may_launch.wait()
        return Process(pid=4_000_000 + spec.trial, start="spawn")

    def stop(self, trial: int, attempt: int) -> None:
        if (trial, attempt) not in self.stopped:
            self.stopped.append((trial, attempt))
            self.end(trial, attempt, Signalled(signal=15))

    def hold(self, trial: int, attempt: int) -> None:
        self.held.add((trial, attempt))

    def carry_on(self, trial: int, attempt: int) -> None:
        self.held.discard((trial, attempt))

    async def await_gone(self, leftover: tuple[str, ...]) -> None:
        while self.immortal & set(leftover):  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    def end(self, trial: int, attempt: int, exit_: Exit | None = None) -> None:
        """Let an attempt's process be gone, save those that would not die."""
        self.on_end(
            Ended(
                trial=trial,
                attempt=attempt,
                exit=exit_ or Exited(code=0),
                ended_at=time.time(),
                leftover=tuple(sorted(self.immortal)),
            )
        )

    async def settle(self, spec: AttemptSpec) -> Settled:
        return Fenced()

    async def close(self) -> None:
        """Nothing to let go of."""
