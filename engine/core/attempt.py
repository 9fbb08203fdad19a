"""An attempt of a trial: how its process runs, and how it ended."""

from __future__ import annotations

from msgspec import Struct


class Exited(Struct, frozen=True, kw_only=True, tag="exited"):
    """The trial's process ended by itself. `tail` is the end of its output.

    `fault` is what its script's last exception says was short, where that is known for sure: 'oom',
    the GPU's memory, or 'device', the GPU itself.
    """

    code: int
    tail: str = ""
    fault: str | None = None

    def __str__(self) -> str:
        return f"exit {self.code}"


class Signalled(Struct, frozen=True, kw_only=True, tag="signalled"):
    """The trial's process was ended by a signal."""

    signal: int
    tail: str = ""

    def __str__(self) -> str:
        return f"signal {self.signal}"


class Lost(Struct, frozen=True, kw_only=True, tag="lost"):
    """The runner vanished without a result: killed, or the machine went down."""

    reason: str

    def __str__(self) -> str:
        return "lost"


class NotStarted(Struct, frozen=True, kw_only=True, tag="not_started"):
    """The process could not be started at all (no such program, no memory for a fork)."""

    reason: str

    def __str__(self) -> str:
        return "not started"


Exit = Exited | Signalled | Lost | NotStarted


class Process(Struct, frozen=True, kw_only=True):
    """How an attempt runs: the runner's pid, zygote or spawn, and why if not as wished."""

    pid: int
    start: str
    note: str | None = None


class AttemptEnd(Struct, frozen=True, kw_only=True):
    """How an attempt ended. `outcome`: complete, pruned, stopped, lost, or a failure kind."""

    at: float
    exit: Exit
    outcome: str
    leftover: tuple[str, ...] = ()
    peak_memory: int | None = None
    mean_util: float | None = None


class Attempt(Struct, kw_only=True):
    """One process that runs, or ran, a trial.

    `budget` is the one it was started with, `first_step` that of its first report. `was_held`: it
    was stopped in memory for a while, so that its duration says nothing of its pace. `was_asked`:
    it was asked to leave, and may have heard that before it was called off. `gpus` are the UUIDs of
    its GPUs, `share` its millionths of each; `had_neighbours`: others ran on them meanwhile.
    """

    n: int
    slot: int
    device: str
    started_at: float
    budget: int | None = None
    first_step: int | None = None
    was_held: bool = False
    was_asked: bool = False
    gpus: tuple[str, ...] = ()
    share: int = 0
    had_neighbours: bool = False
    process: Process | None = None
    end: AttemptEnd | None = None
