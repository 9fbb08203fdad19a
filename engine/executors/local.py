"""Runs attempts as processes of this machine, each under a runner that outlives the engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import structs

from engine.core.model import Exit, Lost, Process, trial_name
from engine.errors import LaunchError

from . import aftermath, procfs
from .aftermath import Finished, Gone, Held, NeverStarted
from .base import Adopted, AttemptSpec, Ended, Executor, Fenced, Settled
from .command import OtherCommand, PythonCommand, find_program, recognise
from .environment import trial_environment
from .gpu_memory import peak_gpu_memory
from .nursery import Refused, Zygote
from .own_engine import keep_own_engine
from .watch import Watch
from .zygotes import Zygotes

_REAP_S = 2.0
"""How long to wait for a zygote's word that what a dead runner left is gone."""

_GONE_POLL_S = 0.5
"""How often to look for processes that would not die."""

_PLAIN_TRIES = 3
"""How often the plain zygote may fail or die before its attempt does."""

Key = tuple[int, int]


class LocalExecutor(Executor):
    """Has a runner forked per attempt, from a zygote, and watches it through a pidfd.

    `base_env` is the environment that trials start from; `sweep_dir`/sdk goes on their path.
    """

    def __init__(self, sweep_dir: Path, base_env: Mapping[str, str]) -> None:
        self.on_end: Callable[[Ended], None] = lambda ended: None
        self._sdk_dir = sweep_dir / "sdk"
        self._base_env = dict(base_env)
        self._zygotes = Zygotes(self._base_env)
        self._watches: dict[Key, Watch] = {}
        self._stop_at_launch: dict[Key, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing to make ready: zygotes start when first needed."""

    async def launch(self, spec: AttemptSpec) -> Process:
        env = trial_environment(self._base_env, spec, self._sdk_dir)
        program = find_program(spec, env)
        key = spec.trial, spec.attempt
        self._stop_at_launch[key] = False
        try:
            spec.attempt_dir.mkdir(parents=True, exist_ok=True)
            keep_own_engine(spec, self._sdk_dir)
            process, watch = await self._launch(spec, env, program)
        except OSError as fault:
            name = trial_name(spec.trial)
            raise LaunchError(
                f"{name} cannot start: {spec.attempt_dir}: {fault.strerror}"
            ) from fault
        finally:
            stop = self._stop_at_launch.pop(key)
        self._watches[key] = watch
        if stop:
            watch.stop()
        return process

    def stop(self, trial: int, attempt: int) -> None:
        if watch := self._watches.get((trial, attempt)):
            watch.stop()
        elif (trial, attempt) in self._stop_at_launch:
            self._stop_at_launch[trial, attempt] = True

    def hold(self, trial: int, attempt: int) -> None:
        if watch := self._watches.get((trial, attempt)):
            watch.hold()

    def carry_on(self, trial: int, attempt: int) -> None:
        if watch := self._watches.get((trial, attempt)):
            watch.carry_on()

    async def await_gone(self, leftover: tuple[str, ...]) -> None:
        while any(procfs.is_there(process) for process in leftover):  # noqa: ASYNC110
            await asyncio.sleep(_GONE_POLL_S)

    async def settle(self, spec: AttemptSpec) -> Settled:
        found = await asyncio.to_thread(aftermath.examine, spec.attempt_dir)
        match found:
            case Finished():
                return _finished(spec, found)
            case NeverStarted():
                # A trial that removed its own folder took its claim along, and may still run.
                await asyncio.to_thread(aftermath.kill_survivors, spec.attempt_dir)
                return Fenced()
            case Held():
                watch = Watch(spec, found.process.pid, found.start_time, None, self._on_gone)
                self._watches[spec.trial, spec.attempt] = watch
                return Adopted(process=found.process)
            case Gone():
                return await _lost(spec, found.reason)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        running = {watch.pid for watch in self._watches.values()}
        for watch in self._watches.values():
            watch.close()
        self._watches.clear()
        await self._zygotes.close(running)

    async def _launch(
        self, spec: AttemptSpec, env: dict[str, str], program: str
    ) -> tuple[Process, Watch]:
        """Fork from a warm zygote where that can be, else start afresh and note why not."""
        note = None
        if spec.start != "spawn":
            command = recognise(spec.argv)
            try:
                if isinstance(command, OtherCommand):
                    raise Refused(command.reason)
                zygote = await self._zygotes.warm(spec, env, program)
                return await self._fork(zygote, self._request(spec, env, command), spec)
            except Refused as refusal:
                note = str(refusal)
        request = self._request(spec, env, None, note)
        for _ in range(_PLAIN_TRIES):
            try:
                return await self._fork(await self._zygotes.plain(), request, spec)
            except Refused as refusal:
                reason = refusal
        raise LaunchError(f"{trial_name(spec.trial)} cannot start: {reason}") from reason

    def _request(
        self,
        spec: AttemptSpec,
        env: dict[str, str],
        command: PythonCommand | None,
        note: str | None = None,
    ) -> dict[str, Any]:
        request = {
            "name": trial_name(spec.trial),
            "attempt_dir": str(spec.attempt_dir),
            "argv": spec.argv,
            "cwd": str(spec.cwd),
            "env": env,
            "threads": spec.threads,
            "grace_s": spec.grace_s,
            "leases": [str(lease) for lease in spec.leases],
            "lease_owner": spec.lease_owner,
            "failpoint": self._base_env.get("TUI_TUNER_FAILPOINT"),
            "claim": {"start": "zygote" if command else "spawn", "note": note},
        }
        return request | {"python": structs.asdict(command)} if command else request

    async def _fork(
        self, zygote: Zygote, request: dict[str, Any], spec: AttemptSpec
    ) -> tuple[Process, Watch]:
        pid, start_time = await zygote.fork(request)
        process = Process(pid=pid, **request["claim"])
        return process, Watch(spec, pid, start_time, zygote, self._on_gone)

    def _on_gone(self, watch: Watch) -> None:
        """Report the end at once where the runner told it; else clear up after the runner."""
        if finished := aftermath.read_finished(watch.spec.attempt_dir):
            self._end(_finished(watch.spec, finished))
            return
        task = asyncio.get_running_loop().create_task(self._clear_up(watch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _clear_up(self, watch: Watch) -> None:
        if watch.zygote:
            await watch.zygote.await_gone(watch.pid, _REAP_S)
        try:
            settled = await self.settle(watch.spec)
        except OSError as fault:
            settled = await _lost(watch.spec, f"the runner died: {fault.strerror}")
        if isinstance(settled, Fenced):
            settled = await _lost(watch.spec, "the runner died before it started the trial")
        if isinstance(settled, Ended):
            self._end(settled)
        # Else another runner was first, under a zygote that died since: it is watched now.

    def _end(self, ended: Ended) -> None:
        del self._watches[ended.trial, ended.attempt]
        self.on_end(ended)


def _finished(spec: AttemptSpec, finished: Finished) -> Ended:
    ended = _ended(spec, finished.exit, finished.ended_at, finished.leftover)
    return structs.replace(
        ended, peak_memory=finished.peak_memory, peak_gpu_memory=peak_gpu_memory(spec.attempt_dir)
    )


async def _lost(spec: AttemptSpec, reason: str) -> Ended:
    """Report a loss after killing whatever still carries the attempt's marks."""
    leftover = await asyncio.to_thread(aftermath.kill_survivors, spec.attempt_dir)
    return _ended(spec, Lost(reason=reason), time.time(), leftover)


def _ended(spec: AttemptSpec, exit: Exit, at: float, leftover: tuple[str, ...]) -> Ended:
    return Ended(trial=spec.trial, attempt=spec.attempt, exit=exit, ended_at=at, leftover=leftover)
