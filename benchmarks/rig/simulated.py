"""An engine that is none: the real listener and protocol over a sweep that lives in memory.

`python -m rig.simulated DIR TRIALS RUNNING` serves the sweep at DIR, says so on stdout, and goes on
until it is killed. Every second each running trial reports once and the devices change; a trial at
its budget completes, and the next one starts. With no trial running the sweep has finished.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from engine.core.acts import Act, Decision
from engine.core.model import STATES, trial_name
from engine.core.projection import SPARK_POINTS
from engine.core.views import (
    AttemptView,
    BestView,
    DeviceView,
    EngineView,
    MetricView,
    SweepView,
    TrialView,
)
from engine.errors import ActError, NotFoundError
from engine.lifecycle import socket_path
from engine.protocol.messages import ActResult, Space, VersionView
from engine.server.listener import Listener
from engine.server.source import Changes, SweepSource
from engine.store.base import DeviceSample, Point, UsageSample

from .priority import prefer_session

EPOCHS = 100
DEVICES = 8
WAITING = 20
TURNS = 16
"""How many times a second some of the running trials report."""


class SimulatedSource(SweepSource):
    """A sweep of `trials` rows of which `running` run; `second` and `report` move it on."""

    live = True

    def __init__(self, directory: Path, trials: int, running: int) -> None:
        self.directory = directory
        self._draw = random.Random(trials)
        self._now = time.time()
        self._began = self._now - 3600.0
        self._seq = 0
        self._watchers: list[Callable[[Changes], None]] = []
        waiting = min(WAITING, trials - running) if running else 0
        ended = trials - running - waiting
        states = ["ended"] * ended + ["running"] * running + ["waiting"] * waiting
        self._rows = {n: self._row(n, state) for n, state in enumerate(states, 1)}
        self.running = [n for n, row in self._rows.items() if row.state == "running"]
        self._waiting = [n for n, row in self._rows.items() if row.state == "waiting"]
        self._counts = dict.fromkeys(STATES, 0)
        for row in self._rows.values():
            self._counts[row.state] += 1
        self._best = max(self._rows.values(), key=lambda row: row.best or 0.0)
        self._devices = [self._device(i) for i in range(DEVICES)]

    # What sessions ask --------------------------------------------------------------------------

    @property
    def seq(self) -> int:
        return self._seq

    def status(self) -> SweepView:
        best, running = self._best, bool(self.running)
        return SweepView(
            name="resnet-cifar",
            dir=str(self.directory),
            state="running" if running else "finished",
            engine=EngineView(pid=os.getpid(), alive=True),
            metric=MetricView(name="val_acc", goal="maximize"),
            stage="main",
            space_version=1,
            slots=len(self.running),
            trials=dict(self._counts),
            best=BestView(
                trial=best.id, value=best.best or 0.0, step=best.best_step or 0, params=best.params
            ),
            started_at=self._began,
            elapsed_s=(time.time() if running else self._now) - self._began,
            eta_s=7200.0 if running else None,
            devices=self._devices,
            method="tpe",
            sentence="" if running else "all trials are done",
            metrics=["val_acc", "val_loss", "train_loss"],
        )

    def trials(self) -> list[TrialView]:
        return list(self._rows.values())

    def trial(self, number: int) -> TrialView:
        try:
            return self._rows[number]
        except KeyError:
            raise NotFoundError(f"no trial {trial_name(number)} in this sweep") from None

    def decisions(self) -> list[Decision]:
        return []

    def space(self, version: int | None = None) -> Space:
        return []

    def versions(self) -> list[VersionView]:
        return []

    async def series(self, number: int) -> dict[str, list[Point]]:
        steps = range(1, (self.trial(number).step or 0) + 1)
        accuracy = [Point(step, value(number, step), self._began + step) for step in steps]
        loss = [Point(p.step, -math.log(max(p.value, 1e-3)), p.at) for p in accuracy]
        train = [Point(p.step, 0.8 * p.value, p.at) for p in loss]
        return {"val_acc": accuracy, "val_loss": loss, "train_loss": train}

    async def usage_of(self, number: int) -> list[UsageSample]:
        return []

    async def device_history(self, device: str, since: float) -> list[DeviceSample]:
        return []

    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, dry_run: bool
    ) -> ActResult:
        raise ActError("a simulated engine does nothing")

    def watch(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        self._watchers.append(listener)
        return lambda: self._watchers.remove(listener)

    def leave(self) -> bool:
        return False

    # What happens -------------------------------------------------------------------------------

    def report(self, number: int) -> None:
        """Let a running trial come to its next epoch; at its budget it makes room for another."""
        row = self._rows[number]
        step = (row.step or 0) + 1
        now = value(number, step)
        leads = row.best is None or now > row.best
        self._rows[number] = replace(
            row,
            step=step,
            value=now,
            best=now if leads else row.best,
            best_step=step if leads else row.best_step,
            reports=step,
            spark=spark(number, step),
        )
        if leads and now > (self._best.best or 0.0):
            self._best = self._rows[number]
        changed = {number}
        if step >= EPOCHS:
            self._change(number, state="complete", attempt_started_at=None, elapsed_s=float(step))
            if self._waiting:
                changed.add(self._start_next(self.running.index(number)))
            else:
                self.running.remove(number)
        self._tell(changed)

    def second(self) -> None:
        """Let a second pass for the devices."""
        self._devices = [self._device(i) for i in range(DEVICES)]
        self._tell(set())

    def _start_next(self, slot: int) -> int:
        number = self._waiting.pop(0)
        self.running[slot] = number
        self._change(
            number, state="running", attempts=1, started_at=time.time(), slot=slot,
            attempt_started_at=time.time(), attempt_list=[_attempt(slot, time.time(), None)],
        )  # fmt: skip
        return number

    def _change(self, number: int, *, state: str, **fields: object) -> None:
        self._counts[self._rows[number].state] -= 1
        self._counts[state] += 1
        self._rows[number] = replace(self._rows[number], state=state, **fields)

    def _tell(self, trials: set[int]) -> None:
        self._seq += 1
        for watcher in list(self._watchers):
            watcher(Changes(seq=self._seq, sweep=True, trials=trials))

    def _device(self, i: int) -> DeviceView:
        return DeviceView(
            id=f"gpu{i}",
            name=f"GPU{i}",
            util=float(self._draw.randint(85, 99)) if self.running else 0.0,
            mem_used=self._draw.randint(30, 60) << 30 if self.running else 0,
            mem_total=80 << 30,
            temperature=float(self._draw.randint(60, 75)) if self.running else 30.0,
            power=400.0,
            trials=[trial_name(n) for n in self.running[i::DEVICES]],
        )

    def _row(self, number: int, state: str) -> TrialView:
        draw = random.Random(number)
        if state == "ended":
            state = draw.choices(["complete", "pruned", "failed"], [60, 35, 5])[0]
        step = {"complete": EPOCHS, "waiting": 0}.get(state, draw.randint(1, EPOCHS - 1))
        best_step = max(range(1, step + 1), key=lambda s: value(number, s), default=None)
        started = self._now - step if state == "running" else self._began + draw.random() * 3000
        tried = state != "waiting"
        slot = number % 64
        return TrialView(
            id=trial_name(number),
            state=state,
            params={
                "lr": 10 ** draw.uniform(-5, 0),
                "weight_decay": 10 ** draw.uniform(-7, -2),
                "dropout": draw.random() * 0.7,
                "width": draw.choice([64, 128, 256, 512]),
                "optimizer": draw.choice(["sgd", "adam", "adamw"]),
                "batch_size": draw.choice([32, 64, 128]),
            },
            stage="main",
            budget=EPOCHS,
            origin=f"tpe #{number}",
            parent=None,
            space_version=1,
            seed=number,
            failure="error" if state == "failed" else None,
            reason=_REASONS.get(state),
            step=step or None,
            value=value(number, step) if step else None,
            best=value(number, best_step) if best_step else None,
            best_step=best_step,
            attempts=int(tried),
            slot=slot if state == "running" else None,
            started_at=started if tried else None,
            ended_at=None if state in ("running", "waiting") else started + step,
            elapsed_s=0.0 if state in ("running", "waiting") else float(step),
            attempt_started_at=started if state == "running" else None,
            reports=step,
            spark=spark(number, step),
            attempt_list=[_attempt(slot, started, None if state == "running" else started + step)]
            if tried
            else [],
        )


_REASONS = {
    "pruned": "pruned by asha: 0.6120 at epoch 3 is below 0.7391, the 1/3 quantile of 12 trials",
    "failed": "exit 1: RuntimeError: mat1 and mat2 shapes cannot be multiplied",
}


def value(number: int, step: int) -> float:
    """The objective of a trial at a step: a noisy way up to a ceiling of its own."""
    mixed = (number * 2654435761 + step * 40503) % 1000 / 1000
    ceiling = 0.5 + (number * 7919 % 1000) / 2200
    return ceiling * (1 - math.exp(-step / 25)) + 0.02 * (mixed - 0.5)


def spark(number: int, step: int) -> list[float | None]:
    """The curve up to a step as the engine thins it for the table."""
    count = min(step, SPARK_POINTS)
    last = step - 1
    return [value(number, 1 + i * last // max(1, count - 1)) for i in range(count)]


def _attempt(slot: int, started: float, ended: float | None) -> AttemptView:
    return AttemptView(
        n=1,
        device=f"gpu{slot % DEVICES}",
        slot=slot,
        pid=1000 + slot,
        started_at=started,
        ended_at=ended,
        exit="exit 0" if ended else None,
        outcome="complete" if ended else None,
        start="zygote",
    )


async def serve(directory: Path, trials: int, running: int) -> None:
    """Serve the sweep, and let time pass in it."""
    source = SimulatedSource(directory, trials, running)
    listener = Listener(source, socket_path(directory))
    await listener.start()
    print("ready", flush=True)
    due = time.monotonic()
    while True:
        for turn in range(TURNS):
            for number in source.running[turn::TURNS]:
                source.report(number)
            due += 1 / TURNS
            await asyncio.sleep(due - time.monotonic())
        if source.running:
            source.second()


if __name__ == "__main__":
    prefer_session()
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
