"""Five thousand short trials on eight GPUs that NVIDIA's own binding reads from the stub of its
library, while everything happens to them that can."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.core.devices import Demand
from engine.core.gpus_wanted import gpus_wanted
from engine.core.machine import SweepMachine
from engine.core.model import (
    Complete,
    Failed,
    FailureKind,
    Goal,
    Pruned,
    Trial,
)
from engine.core.plan import Plan, StagePlan
from engine.core.projection import sweep_view, trial_view
from engine.core.scheduling import proposals_left
from engine.core.state import Scheduling
from engine.devices.keeper import NOT_NEEDED
from engine.devices.leases import FileLeases, Owner
from engine.devices.turns import AGAIN_S
from engine.devices.watched import GOOD_LOOKS
from engine.journal import Journal
from engine.search.base import Exhausted, Proposal
from engine.simulate import Line, Run
from tests.fakes.gpu_floor import Floor
from tests.fakes.gpu_life import LifeOnGpus
from tests.fakes.gpu_troubles import GpuTroubles
from tests.fakes.invariants import gpus_are_never_oversold
from tests.fakes.nvml.on_demand import OnDemand
from tests.fakes.troubles import FAILED_BY_GPU, Troubles

GPUS, FIRST_GPUS = 8, 6
STAGES = (
    StagePlan(name="wide", budget=1, trials=3000, gpus=0.25),
    StagePlan(name="single", budget=2, trials=1600, promote=200, gpus=1.0),
    StagePlan(name="pairs", budget=3, trials=400, promote=100, gpus=2.0),
)
TRIALS = 5000
SEED = 1
PATIENCE_S = 0.2
FOUND_AFTER_S = 15.0
"""A GPU that could not be asked is found again at the tenth look at the latest, and is watched for
a few more before it is used."""
BIG = dict.fromkeys(range(2840, 2990, 11), 40.0)
TOO_BIG = dict.fromkeys(range(150, TRIALS, 407), 100.0)
NEEDS = {**BIG, **TOO_BIG}
"""What trials need of a GPU's 80 GiB that need more than most; they run long enough to get it."""


def propose(index: int) -> tuple[Proposal | Exhausted, int]:
    chance = random.Random(index)
    params = {"lr": chance.random(), "pace": chance.uniform(0.7, 3.0)}
    return Proposal(params=params, origin=f"random #{index}"), index + 1


def script(trial: Trial, attempt: int) -> Run:
    """A few epochs from where it was; some are failed by their GPU, once or always."""
    first = (trial.last_step or 0) + 1
    pace = trial.params["pace"] + (3.0 if trial.number in NEEDS else 0.0)
    lines = [Line(pace, step, {"acc": trial.params["lr"] * step}) for step in range(first, 8)]
    if is_failed_by_gpus(trial.number) or (trial.number % 97 == 5 and attempt == 1):
        return Run(lines[:1] if trial.number % 2 else [], exit=FAILED_BY_GPU, seconds_to_exit=1.0)
    return Run(lines)


def is_failed_by_gpus(number: int) -> bool:
    return number % 601 == 300


def plan() -> Plan:
    return Plan(
        name="digits",
        metric="acc",
        goal=Goal.MAXIMIZE,
        slots=2,
        budget=3,
        gpus=1.0,
        auto_slots=True,
        stages=STAGES,
    )


class Watcher:
    """Fails the moment a GPU is idle that could be used, or something is done twice."""

    def __init__(self, life: LifeOnGpus, troubles: Troubles) -> None:
        self.life, self.troubles = life, troubles
        self.idle_since: float | None = None
        self.sizes: set[float] = set()
        self.most_at_once = 0
        self._checked = 0
        life.checks.append(self.look)

    def look(self) -> None:
        """Whenever the sweep has taken something in."""
        life = self.life
        if self.is_any_idle():
            self.idle_since = life.now if self.idle_since is None else self.idle_since
        else:
            self.idle_since = None
        self._checked += 1
        if self._checked % 50 == 0:
            gpus_are_never_oversold(life.state)
            assert life.state.gpus.held() <= gpus_wanted(life.state)
            self.sizes |= {trial_view(life.state.trials[n]).gpus for n in life.state.running}
            self.most_at_once = max(self.most_at_once, len(life.state.running))

    def before(self) -> None:
        """Whenever time may have passed."""
        if self.idle_since is not None and not self.life.is_down:
            idle_s = self.life.now - self.idle_since
            assert idle_s <= PATIENCE_S, f"a GPU was idle at {self.life.now}"

    def is_any_idle(self) -> bool:
        """Whether a trial waits, or could be proposed, that would fit the GPUs that are free."""
        state = self.life.state
        if state.scheduling is not Scheduling.OPEN or self.life.is_down:
            return False
        if not state.auto_slots and not state.slots.free:
            return False
        gpus = state.gpus
        free = [
            uuid
            for uuid, standing in gpus.standings.items()
            if not gpus.taken(uuid)
            and uuid not in gpus.excluded
            and (standing.state == "open" or self.is_spare(uuid))
        ]
        if not free:
            return False
        demands: set[Demand] = set(state.claims.waiting)
        if proposals_left(state):
            demands.add(state.demands.of_stage(state.stage.plan.name))
        for demand in demands:
            kept = sum(other.gpus for other in state.claims.starving if other != demand)
            if 0 < demand.gpus <= len(free) - kept:
                return True
        return False

    def is_spare(self, uuid: str) -> bool:
        """Whether a GPU was left to others when it was judged last, since nothing needed it."""
        watched = self.life.eyes.keeper.gpus.get(uuid)
        return watched is not None and watched.finding == NOT_NEEDED

    def sound_ones_are_open(self) -> None:
        """Whatever has had no trouble for a while is open, as far as the sweep has use for it."""
        life = self.life
        if life.is_down or life.eyes.judging.wanted <= len(life.eyes.leases.held):
            return
        for uuid, standing in life.state.gpus.standings.items():
            if life.floor.index(uuid) is None or not self.is_trusted_again(uuid):
                continue
            told = f"{standing.device.label} is {standing.state} at {life.now}: {standing.reason}"
            assert standing.state == "open" or "too few" in standing.reason, told

    def is_trusted_again(self, uuid: str) -> bool:
        """Whether a GPU has had no trouble for as long as one waits that has broken so often."""
        watched = self.life.eyes.keeper.gpus.get(uuid)
        if watched is None or "failed trials" in self.life.state.gpus.standings[uuid].reason:
            return False
        patience_s = FOUND_AFTER_S + (GOOD_LOOKS << watched.relapses)
        if not watched.turns.may(self.life.now):
            patience_s += AGAIN_S
        return self.troubles.is_sound(uuid, patience_s)


@pytest.fixture
def rival(tmp_path: Path) -> Iterator[FileLeases]:
    leases = FileLeases(Owner(id="letters", sweep="letters"), tmp_path)
    yield leases
    leases.close()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path, FIRST_GPUS, NEEDS)
    yield floor
    floor.close()


@pytest.mark.slow
def test_five_thousand_trials_outlive_all_that_happens_to_eight_gpus(
    tmp_path: Path, floor: Floor, rival: FileLeases
) -> None:
    with (
        OnDemand(floor.box.env) as looker,
        closing(
            LifeOnGpus(plan(), propose, script, floor=floor, looker=looker, leases=tmp_path)
        ) as life,
    ):
        troubles = GpuTroubles(life, rival, SEED, lambda: len(life.state.trials) >= TRIALS - 100)
        watcher = Watcher(life, troubles)
        for seconds in (20.0, 60.0):
            life.after(seconds, lambda: a_gpu_comes_late(life, troubles))
        looks = 0
        while life.step():
            watcher.before()
            if life.looks != looks:
                looks = life.looks
                watcher.sound_ones_are_open()
            assert life.now < 20_000
        life.commit()
    injected = {**troubles.had, **what_trials_met(life)}
    print(f"{life.now:.0f} s:", ", ".join(f"{n} {kind}" for kind, n in injected.items()))
    assert life.state.status == "finished"
    every_end_is_explained(life, troubles)
    nothing_is_lost(life)
    assert watcher.sizes == {0.25, 1.0, 2.0}
    assert watcher.most_at_once > GPUS
    assert min(injected.get(kind, 0) for kind in (*troubles.kinds, *MET)) >= 3, injected


def a_gpu_comes_late(life: LifeOnGpus, troubles: Troubles) -> None:
    life.floor.box.add()
    life.anew = True
    troubles.sound_since[life.floor.box.gpus[-1].uuid] = life.now


MET = ("out of memory beside others", "out of memory alone", "failed by the GPU", "on an instance")
"""What must have become of trials besides."""


def what_trials_met(life: LifeOnGpus) -> Counter[str]:
    met: Counter[str] = Counter()
    for trial in life.state.trials.values():
        for attempt in trial.attempts:
            outcome = attempt.end.outcome if attempt.end is not None else ""
            where = "beside others" if attempt.had_neighbours else "alone"
            met[f"out of memory {where}"] += outcome == "oom"
            met["failed by the GPU"] += outcome == "device"
            met["on an instance"] += any(uuid.startswith("MIG") for uuid in attempt.gpus)
    return met


def every_end_is_explained(life: LifeOnGpus, troubles: Troubles) -> None:
    state = life.state
    assert state.counted == TRIALS
    for trial in state.trials.values():
        end = trial.state
        match end:
            case Complete():
                assert trial.budget is not None
                assert trial.last_step == trial.budget, trial
            case Pruned():
                assert trial.number in troubles.by_person, trial
            case Failed(kind=FailureKind.OOM):
                assert trial.number in life.floor.short_of_memory, trial
            case Failed(kind=FailureKind.DEVICE):
                assert life.device_errors[trial.number] >= state.plan.max_losses, trial
            case _:
                raise AssertionError(trial)
        if trial.number in TOO_BIG or is_failed_by_gpus(trial.number):
            assert not isinstance(end, Complete), trial


def nothing_is_lost(life: LifeOnGpus) -> None:
    stored = [(r.trial, r.attempt, r.report.step) for r in life.store.reports()]
    assert sorted(stored) == sorted(life.made)
    assert len(set(stored)) == len(stored)
    machine = SweepMachine()
    Journal(machine, lambda: sweep_view(machine.state, directory="", pid=None)).replay(
        life.store.replay()
    )
    for number, trial in life.state.trials.items():
        assert machine.state.trials[number] == trial
        assert life.store.trial(number) == trial_view(trial)
