"""The contract between the runtime and whatever runs attempts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from engine.core.model import Exit, Process

StartMode = Literal["auto", "zygote", "spawn"]


class AttemptSpec(Struct, frozen=True, kw_only=True):
    """Everything needed to start one attempt's process.

    `argv[0]` is already the interpreter or program to run, resolved to a path where possible.
    `env` is laid over the environment that the engine was started from; None removes a variable.
    `threads` is the trial's share of CPU threads, or None where the user's config sets it.
    """

    trial: int
    attempt: int
    trial_dir: Path
    attempt_dir: Path
    argv: tuple[str, ...]
    cwd: Path
    env: dict[str, str | None]
    threads: int | None = None
    start: StartMode = "auto"
    preload: tuple[str, ...] | None = None
    """Modules the zygote imports; None: torch and torch._dynamo where the interpreter has torch."""
    grace_s: float = 10.0
    leases: tuple[Path, ...] = ()
    """Lease files of its GPUs, which the runner holds as long as it lives."""
    lease_owner: str = ""
    """What the lease files must say: who they belong to."""


class Ended(Struct, frozen=True, kw_only=True):
    """An attempt's process tree is gone. `leftover` names processes that would not die.

    `peak_memory` is the most resident bytes of the largest of its processes, `peak_gpu_memory` the
    most that its script's torch reserved on its GPUs; None: not known.
    """

    trial: int
    attempt: int
    exit: Exit
    ended_at: float
    leftover: tuple[str, ...] = ()
    peak_memory: int | None = None
    peak_gpu_memory: int | None = None


class Adopted(Struct, frozen=True, kw_only=True):
    """After a restart: the attempt still runs; `on_end` will tell of its end."""

    process: Process


class Fenced(Struct, frozen=True):
    """After a restart: the attempt never claimed its start, and now never will."""


Settled = Adopted | Fenced | Ended


class Executor(ABC):
    """Runs attempts. All methods are called on the event loop of the runtime and never block it.

    `on_end` is called on that loop exactly once for every attempt that was launched or adopted,
    after its whole process tree is verifiably gone (or named in `leftover`).
    """

    on_end: Callable[[Ended], None]

    @abstractmethod
    async def start(self) -> None:
        """Make ready; called once, before anything else."""

    @abstractmethod
    async def launch(self, spec: AttemptSpec) -> Process:
        """Start the attempt and return once its runner is known.

        Raises LaunchError where nothing was started (then `on_end` is not called).
        """

    @abstractmethod
    def stop(self, trial: int, attempt: int) -> None:
        """Begin to end the attempt: SIGTERM and SIGCONT to the group, grace, SIGKILL.

        Returns at once; asking twice changes nothing; unknown attempts are ignored.
        """

    @abstractmethod
    def hold(self, trial: int, attempt: int) -> None:
        """Begin to stop the attempt's whole process tree where it is: SIGSTOP.

        Returns at once; of hold and carry_on the last one asked counts; a stop ends a held attempt
        too. Unknown attempts are ignored.
        """

    @abstractmethod
    def carry_on(self, trial: int, attempt: int) -> None:
        """Begin to let the attempt's whole process tree go on: SIGCONT. Returns at once.

        Unknown attempts are ignored.
        """

    @abstractmethod
    async def await_gone(self, leftover: tuple[str, ...]) -> None:
        """Wait until the processes that an `Ended` named as leftover are gone."""

    @abstractmethod
    async def settle(self, spec: AttemptSpec) -> Settled:
        """After a restart: find out what became of an attempt thought to be running."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything; attempts that run go on running."""
