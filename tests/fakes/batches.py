"""Small sweeps to put into a store."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from engine.core.events import (
    AttemptEnded,
    AttemptStarted,
    Event,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
)
from engine.core.model import (
    Exited,
    Goal,
    Report,
    trial_name,
)
from engine.core.plan import Plan
from engine.core.views import BestView, EngineView, MetricView, SweepView, TrialView
from engine.store.base import Batch, DeviceSample, Logged, Offset, UsageSample


def created(at: float = 1.0) -> SweepCreated:
    """A sweep of validation accuracy."""
    return SweepCreated(
        at=at, plan=Plan(name="digits", metric="val_acc", goal=Goal.MAXIMIZE, slots=2)
    )


def proposed(trial: int, **params: object) -> TrialProposed:
    """A trial with these parameters."""
    return TrialProposed(
        at=2.0, trial=trial, index=trial - 1, params=params or {"lr": 0.1}, origin="random", seed=7
    )


def started(trial: int, attempt: int = 1) -> AttemptStarted:
    """An attempt on the first slot."""
    return AttemptStarted(at=3.0, trial=trial, attempt=attempt, slot=0, device="cpu")


def ended(trial: int, attempt: int = 1) -> AttemptEnded:
    """An attempt that went well."""
    return AttemptEnded(at=9.0, trial=trial, attempt=attempt, exit=Exited(code=0, tail="done"))


def reported(
    trial: int, steps: Iterable[int], attempt: int = 1, value: float = 0.5, metric: str = "val_acc"
) -> ReportsArrived:
    """One metric at these steps, each made at `step` seconds."""
    made = tuple(Report(step, float(step), {metric: value}) for step in steps)
    return ReportsArrived(at=4.0, trial=trial, attempt=attempt, reports=made)


def logged(events: Iterable[Event], first: int = 1) -> list[Logged]:
    """Events numbered from `first`."""
    return [Logged(seq=seq, event=event) for seq, event in enumerate(events, first)]


def batch(*events: Event, first: int = 1) -> Batch:
    """A batch of events numbered from `first`."""
    return Batch(events=logged(events, first))


def offset(trial: int, to: int, attempt: int = 1) -> Offset:
    """How far an attempt's reports were read."""
    return Offset(trial=trial, attempt=attempt, file="reports.jsonl", offset=to)


def used(trial: int, at: float, attempt: int = 1, **fields: float | None) -> UsageSample:
    """What an attempt used at a time."""
    return UsageSample(trial=trial, attempt=attempt, at=at, **fields)


def seen(device: str, at: float, **fields: float | None) -> DeviceSample:
    """How a device was at a time."""
    return DeviceSample(device=device, at=at, **fields)


def trial_view(number: int, **fields: object) -> TrialView:
    """A running trial as people see it."""
    given = {"state": "running", "params": {"lr": 0.1, "optimizer": "adam"}, **fields}
    return TrialView(
        id=trial_name(number),
        stage="main",
        budget=3,
        origin="random",
        parent=None,
        space_version=1,
        seed=7,
        **given,
    )


def sweep_view(best: float | None = None, **fields: object) -> SweepView:
    """A running sweep as people see it."""
    found = (
        None if best is None else BestView(trial="t0001", value=best, step=3, params={"lr": 0.1})
    )
    return SweepView(
        name="digits",
        dir="sweeps/digits",
        state="running",
        engine=EngineView(pid=1, alive=True),
        metric=MetricView(name="val_acc", goal="maximize"),
        stage="main",
        space_version=1,
        slots=2,
        trials={"running": 1},
        best=found,
        **fields,
    )


def random_log(seed: int, length: int) -> list[Logged]:
    """Events of all shapes in any order, numbered with gaps."""
    random = Random(seed)
    shapes = (
        lambda: created(random.random()),
        lambda: proposed(random.randrange(9), lr=random.random(), nothing=None),
        lambda: started(random.randrange(9)),
        lambda: ended(random.randrange(9)),
        lambda: reported(random.randrange(9), range(random.randrange(20)), value=random.random()),
    )
    seq = 0
    log = []
    for _ in range(length):
        seq += random.randrange(1, 4)
        log.append(Logged(seq=seq, event=random.choice(shapes)()))
    return log
