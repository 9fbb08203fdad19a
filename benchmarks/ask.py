"""How long a slot waits for its next trial once 10,000 have finished, and whether the loop stalls.

The engine's own path, from a stored log on: its runtime, its writer and its model's process, with
trials that take a second and start nothing. A slot is idle from its trial's end until the next one
is started, so the commit that comes first is in it. The yardstick is Optuna's own ask of a study
of the same trials (for gp of the newest 1,000: its time grows with their cube). A line a method.
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from math import log10
from pathlib import Path
from typing import Any, NamedTuple

from engine.config.plan import to_plan
from engine.config.schema import Config, Metric
from engine.core.edits import SpaceVersion
from engine.core.events import (
    AttemptEnded,
    EngineStarted,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
)
from engine.core.machine import SweepMachine
from engine.core.model import Exited, Params, Process, Report, Running, Trial
from engine.core.observing import Observation
from engine.core.plan import Limits
from engine.core.projection import sweep_view
from engine.executors.base import AttemptSpec, Ended, Executor, Fenced, Settled
from engine.ingest.base import Harvest
from engine.journal import Journal
from engine.modelling.sources import sources_of
from engine.proposing import ConfiguredProposals
from engine.publisher import Publisher
from engine.runtime import Runtime
from engine.space.build import build_space
from engine.space.keeper import Keeper, document_of
from engine.store.sqlite import SqliteStore
from engine.store.writer import StoreWriter

TRIALS = 10_000
SLOTS = 4
ASKS = 60
TRIAL_S = 1.0
MOST_FOR_OPTUNA_GP = 1_000
IDLE_BARS_MS = {"random": 50, "halton": 50, "tpe": 100, "gp": 100, "cmaes": 100}
STALL_BAR_MS = 100
SPACE, _ = build_space(
    {
        "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
        "weight_decay": {"min": 1e-7, "max": 1e-1, "scale": "log"},
        "dropout": {"min": 0.0, "max": 0.7},
        "width": {"min": 16, "max": 1024, "scale": "log"},
        "layers": {"min": 1, "max": 8},
    }
)


class Measured(NamedTuple):
    """What one method took; idle times in seconds, one a slot's turn."""

    idle_s: list[float]
    takeover_s: float
    """The loop's longest stall until the engine's first commit, which shows all trials anew."""
    stall_s: float
    """The longest from then on."""
    sources: list[str]


def config_of(method: str) -> Config:
    """The sweep of a method."""
    return Config(
        name="ask",
        path="",
        folder="",
        metric=Metric(name="loss"),
        space=SPACE,
        method=method,
        limits=Limits(trials=TRIALS + ASKS),
    )


def loss_of(params: Params) -> float:
    """A bowl with its bottom at lr 1e-3, dropout 0.2, width 256 and 4 layers, and some noise."""
    noise = random.Random(str(params)).gauss(0.0, 0.02)
    return (
        (log10(params["lr"]) + 3) ** 2 / 20
        + (params["dropout"] - 0.2) ** 2
        + (log10(params["width"]) - log10(256)) ** 2 / 4
        + ((params["layers"] - 4) / 8) ** 2
        + noise
    )


def history() -> list[Params]:
    """The configurations of the finished trials."""
    draw = random.Random(0)
    return [SPACE.decode([draw.random() for _ in range(SPACE.dimension)]) for _ in range(TRIALS)]


def curve(params: Params, at: float) -> tuple[Report, ...]:
    """The reports of a trial, which comes to its loss in three steps."""
    end = loss_of(params)
    return tuple(Report(step, at, {"loss": end + 0.3 / step - 0.1}) for step in (1, 2, 3))


def record_history(store: SqliteStore, config: Config) -> None:
    """Store the log of a sweep with all its trials but the last ones finished."""
    machine = SweepMachine((), Keeper())
    journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
    space = document_of(SPACE)
    journal.record(SweepCreated(at=0.0, plan=to_plan(config, SLOTS), space=space))
    journal.record(EngineStarted(at=0.0, pid=1, resumed=False))
    for number, params in enumerate(history(), 1):
        at = float(number)
        journal.record(
            TrialProposed(
                at=at, trial=number, index=number - 1, params=params, origin="", seed=number
            )
        )
        reports = curve(params, at)
        journal.record(ReportsArrived(at=at, trial=number, attempt=1, reports=reports))
        journal.record(AttemptEnded(at=at, trial=number, attempt=1, exit=Exited(code=0)))
    store.write(journal.take()[0])


class Clocked(Executor):
    """Trials that only take their time. `idle_s` is how long slots were without one."""

    on_end: Callable[[Ended], None] = staticmethod(lambda ended: None)

    def __init__(self, trials: dict[int, Trial]) -> None:
        self.idle_s: list[float] = []
        self._trials = trials
        self._freed: dict[int, float] = {}

    async def start(self) -> None:
        """Nothing to make ready."""

    async def launch(self, spec: AttemptSpec) -> Process:
        state = self._trials[spec.trial].state
        assert isinstance(state, Running)
        freed = self._freed.get(state.slot)
        if freed is not None:
            self.idle_s.append(time.perf_counter() - freed)
        first = (state.slot + 1) / SLOTS  # So that the slots do not come free together.
        loop = asyncio.get_running_loop()
        loop.call_later(TRIAL_S * (1.0 if freed is not None else first), self._end, spec)
        return Process(pid=1, start="spawn")

    def _end(self, spec: AttemptSpec) -> None:
        state = self._trials[spec.trial].state
        assert isinstance(state, Running)
        self._freed[state.slot] = time.perf_counter()
        ended = Ended(trial=spec.trial, attempt=1, exit=Exited(code=0), ended_at=time.time())
        self.on_end(ended)

    def stop(self, trial: int, attempt: int) -> None:
        """Nothing is stopped."""

    def hold(self, trial: int, attempt: int) -> None:
        """Nothing is held."""

    def carry_on(self, trial: int, attempt: int) -> None:
        """Nothing is held."""

    async def await_gone(self, leftover: tuple[str, ...]) -> None:
        """Nothing stays behind."""

    async def settle(self, spec: AttemptSpec) -> Settled:
        return Fenced()

    async def close(self) -> None:
        """Nothing to let go of."""


class Results:
    """Folders that nobody writes to, and the curves that trials would have written there."""

    def __init__(self, folder: Path, trials: dict[int, Trial]) -> None:
        self._folder = folder
        self._trials = trials

    def spec(self, trial: Trial, attempt: int) -> AttemptSpec:
        home = self._folder
        return AttemptSpec(
            trial=trial.number,
            attempt=attempt,
            trial_dir=home,
            attempt_dir=home,
            argv=(),
            cwd=home,
            env={},
        )

    def inherit(self, trial: Trial, parent: int) -> int | None:
        return None

    def attempt_dir(self, trial: int, attempt: int) -> Path:
        return self._folder

    def watch(self, spec: AttemptSpec, offsets: dict[str, int]) -> None:
        """Nothing is read before the end."""

    async def finish(self, trial: int, attempt: int) -> list[Harvest]:
        reports = curve(self._trials[trial].params, time.time())
        return [Harvest(trial=trial, attempt=attempt, reports=reports, offsets={})]


async def longest_stall(stalls: list[float]) -> None:
    """Measure by how much a sleeping task of the loop wakes up late."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.002)
        stalls[0] = max(stalls[0], time.perf_counter() - began - 0.002)


async def measured(config: Config, folder: Path) -> Measured:
    """Go on with the stored sweep for its last trials."""
    store = SqliteStore.open(folder / "sweep.db")
    machine = SweepMachine((), Keeper())
    journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
    writer = StoreWriter(store, directory=folder, on_full=lambda full, text: None)
    publisher = Publisher(journal, writer)
    publisher.replay(store.replay())
    gc.freeze()
    trials = machine.state.trials
    executor, results = Clocked(trials), Results(folder, trials)
    proposals, learning = sources_of(config, 0)
    runtime = Runtime(
        publisher,
        executor=executor,
        proposals=proposals,
        learning=learning,
        launcher=results,
        clock=time.time,
    )
    runtime.attempts.tails = results
    stalls = [0.0]
    watching = asyncio.create_task(longest_stall(stalls))
    await runtime.start(to_plan(config, SLOTS), 1, [])
    await publisher.committed()
    await asyncio.sleep(0.01)
    takeover_s, stalls[0] = stalls[0], 0.0
    await runtime.ended.wait()
    watching.cancel()
    await runtime.close()
    await asyncio.to_thread(writer.close)
    made = [trials[n].origin for n in range(TRIALS + 1, TRIALS + ASKS + 1)]
    return Measured(executor.idle_s, takeover_s, stalls[0], made)


def ask_s(config: Config) -> float:
    """Median seconds of an ask of the method itself, once it knows all trials."""
    known = [
        Observation(
            number=number,
            params=params,
            space_version=1,
            status="complete",
            steps=(1, 2, 3),
            values=tuple(report.metrics["loss"] for report in curve(params, 0.0)),
        )
        for number, params in enumerate(history(), 1)
    ]
    proposals = ConfiguredProposals(config, 0)
    versions = [SpaceVersion(version=1, at=0.0, document=document_of(SPACE))]
    index = proposals.propose(TRIALS, versions, known)[1]
    took = []
    for _ in range(5):
        began = time.perf_counter()
        index = proposals.propose(index, versions, [])[1]
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def optuna_ask_s(method: str) -> float:
    """Median seconds of Optuna's ask of a study of the same trials."""
    import optuna
    from optuna.distributions import FloatDistribution, IntDistribution
    from optuna.samplers import (
        CmaEsSampler,
        GPSampler,
        QMCSampler,
        RandomSampler,
        TPESampler,
    )

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    samplers: dict[str, Callable[[], Any]] = {
        "random": lambda: RandomSampler(seed=0),
        "halton": lambda: QMCSampler(qmc_type="halton", scramble=True, seed=0),
        "tpe": lambda: TPESampler(seed=0),
        "gp": lambda: GPSampler(seed=0),
        "cmaes": lambda: CmaEsSampler(seed=0),
    }
    space: dict[str, Any] = {
        "lr": FloatDistribution(1e-6, 10.0, log=True),
        "weight_decay": FloatDistribution(1e-7, 1e-1, log=True),
        "dropout": FloatDistribution(0.0, 0.7),
        "width": IntDistribution(16, 1024, log=True),
        "layers": IntDistribution(1, 8),
    }
    shown = history()[-MOST_FOR_OPTUNA_GP:] if method == "gp" else history()
    study = optuna.create_study(sampler=samplers[method]())
    study.add_trials(
        [optuna.create_trial(params=p, distributions=space, value=loss_of(p)) for p in shown]
    )
    took = []
    for _ in range(6):
        began = time.perf_counter()
        trial = study.ask(space)
        took.append(time.perf_counter() - began)
        study.tell(trial, loss_of(trial.params))
    return statistics.median(took[1:])


def line(method: str) -> str:
    """Measure a method, and say what it took."""
    config = config_of(method)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = SqliteStore.create(folder / "sweep.db")
        record_history(store, config)
        store.close()
        got = asyncio.run(measured(config, folder))
    own, theirs = ask_s(config), optuna_ask_s(method)
    drawn = sum("while" in origin for origin in got.sources)
    known = MOST_FOR_OPTUNA_GP if method == "gp" else TRIALS
    return (
        f"ask {method}: {TRIALS} trials finished; over {len(got.idle_s)} turns of {SLOTS} slots "
        f"idle {statistics.median(got.idle_s) * 1e3:.0f} ms at the median, "
        f"{max(got.idle_s) * 1e3:.0f} ms at most (bar {IDLE_BARS_MS[method]}); "
        f"longest stall of the loop {got.stall_s * 1e3:.0f} ms (bar {STALL_BAR_MS}), "
        f"at the take-over before {got.takeover_s * 1e3:.0f} ms; "
        f"{drawn} of {ASKS} drawn while it thought; an ask takes it {own * 1e3:.1f} ms "
        f"(yardstick: Optuna's, {known} trials, {theirs * 1e3:.1f} ms)"
    )


def main() -> None:
    """Measure the methods named, or each in a process of its own."""
    if len(sys.argv) > 1:
        for method in sys.argv[1:]:
            print(line(method), flush=True)
        return
    for method in IDLE_BARS_MS:
        subprocess.run([sys.executable, __file__, method], check=True)


if __name__ == "__main__":
    main()
