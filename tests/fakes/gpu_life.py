"""A sweep on the stub's GPUs, on a virtual clock. The machine, the keeper, leases and pynvml are
the real ones; what trials and people do is made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from engine.asking import Proposals
from engine.core.acting import Facts
from engine.core.acts import Act
from engine.core.commands import AwaitGone, Command, LaunchAttempt
from engine.core.events import (
    Acted,
    AttemptEnded,
    AttemptLaunched,
    DevicesChanged,
    Event,
    ReportsArrived,
    SlotFreed,
)
from engine.core.faults import fault_of
from engine.core.model import Exit, Exited, Process, Running
from engine.core.plan import Plan
from engine.devices.keeper import STALE_S, Keeper
from engine.devices.leases import FileLeases, Owner
from engine.devices.sample import Look
from engine.devices.usage import Usages
from engine.devices.watched import Rules
from engine.gpu_judging import GpuJudging
from engine.simulate import Propositions, Script, Simulation
from engine.store.memory import MemoryStore
from tests.fakes.gpu_floor import Floor, Key
from tests.fakes.nvml.on_demand import Ask, OnDemand

LOOK_S = 1.0
JUDGED_AFTER_S = 0.05
"""How long a look is under way to whoever judges it."""
COMMITTED_AFTER_S = 0.02
NOTICED_S = LOOK_S + JUDGED_AFTER_S


class Eyes:
    """What an engine looks at GPUs with; lost with it."""

    def __init__(self, life: LifeOnGpus, owner: Owner, directory: Path) -> None:
        self.leases = FileLeases(owner, directory)
        self.keeper = Keeper(Rules(), self.leases, owner.id)
        self.usages = Usages()
        self.judging = GpuJudging(life.state, self.keeper, self.usages, life.floor.is_there)


class LifeOnGpus(Simulation):
    """A `Simulation` that looks at `floor` every second, and may be down for a while.

    What happens while no engine lives is found by the next one. `checks` are called whenever the
    sweep has taken something in. `made` are the reports that trials wrote, `told` all that people
    asked for and did not get.
    """

    def __init__(
        self,
        plan: Plan,
        proposals: Proposals | Propositions,
        script: Script,
        *,
        floor: Floor,
        looker: OnDemand,
        leases: Path,
    ) -> None:
        self.floor = floor
        self.looker = looker
        self.is_down = False
        self.is_hung = False
        self.anew = False
        self.xids: list[tuple[str, int]] = []
        """The errors that the driver is about to report, by their GPUs."""
        self.driver_fails = False
        self.leaves = 0
        """How many of the next trials that end leave a process behind."""
        self.device_errors: Counter[int] = Counter()
        self.failed_at: dict[str, float] = {}
        """When a trial last blamed a GPU for its end."""
        self.made: list[tuple[int, int, int]] = []
        self.checks: list[Callable[[], None]] = []
        self.refused: Counter[str] = Counter()
        self.looks = 0
        self._leases = leases
        self._owner = Owner(id=f"digits {leases}", sweep="digits")
        self._backlog: list[Event] = []
        self._gone_at: dict[tuple[str, ...], float] = {}
        self._lives = 0
        self._latest: Look | None = None
        self._is_listening = False
        self._is_hurried = True
        super().__init__(plan, proposals, script, store=MemoryStore())
        self.eyes = Eyes(self, self._owner, leases)
        self._is_hurried = False
        self._after(0.0, self._look_around)

    @property
    def store(self) -> MemoryStore:
        """What outlives engines."""
        assert isinstance(self._store, MemoryStore)
        return self._store

    # People, and the end of engines -----------------------------------------------------------

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        """Let something happen in so many seconds."""
        self._after(seconds, happen)

    def close(self) -> None:
        """Let go of what the engine leases."""
        self.eyes.leases.close()

    def act(self, act: Act) -> bool:
        """Do what a person asks for, if it can be done."""
        if self.is_down:
            return False
        facts = Facts(at=self.now, listening=frozenset(self.state.running))
        prepared = self.machine.prepare(act, facts)
        if prepared.preview.refused is not None or not prepared.past:
            self.refused[type(act).__name__] += 1
            return False
        request = f"r{self.journal.seq}"
        self._do(Acted(at=self.now, request=request, who="ann@pts/1", act=prepared.act))
        return True

    def crash(self) -> None:
        """Kill the engine: the kernel takes its leases, but for those that runners hold."""
        self.is_down = True
        self.commit()
        self.eyes.leases.close()

    def come_back(self) -> None:
        """Start an engine, which finds what happened meanwhile."""
        self.is_down = False
        self._lives += 1
        self._latest = None
        found, self._backlog = self._backlog, []
        self.restart()
        self.eyes = Eyes(self, self._owner, self._leases)
        self._is_hurried = False
        for event in found:
            self._take_in(replace(event, at=self.now))

    def fail(self, key: Key, exit_: Exit) -> None:
        """End an attempt's process."""
        self._end(*key, exit_)

    # Looks ------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        if self.state.status == "finished":
            return
        self._after(LOOK_S, self._look_around)
        for key in self.floor.show(self.now):
            self.fail(key, Exited(code=1, fault="oom", tail="CUDA out of memory"))
        if not self.is_hung:
            self.looks += 1
            look = self.looker.look(Ask(self.now, self._report_errors(), self.anew))
            self._latest = replace(look, own_pids=True)
            self._is_listening = look.error is None and not self.anew
            self.anew = False
        if not self.is_down:
            self._judge_after(JUDGED_AFTER_S)

    def _judge_after(self, seconds: float) -> None:
        life, latest = self._lives, self._latest
        self._after(seconds, lambda: self._judge(latest, life))

    def _report_errors(self) -> tuple[str, ...]:
        """Have the driver report what it is to report, if there is who listens."""
        if not self._is_listening or self.driver_fails:
            return ()
        due, self.xids = self.xids, []
        for uuid, code in due:
            index = self.floor.index(uuid)
            assert index is not None
            self.floor.box.xid(index, code)
        return tuple(uuid for uuid, _ in due)

    def _judge(self, look: Look | None, life: int) -> None:
        """Do with a look what an engine does."""
        if self.is_down or life != self._lives:
            return
        eyes, judging = self.eyes, self.eyes.judging
        eyes.usages.keep((n, self.state.trials[n].attempts[-1].n) for n in self.state.running)
        is_new = look is not eyes.keeper.latest
        if look is not None and is_new:
            origins = self.floor.origins(look)
            judging.found = judging.attribute(look, origins, judging.running())
        self._is_hurried = False
        standings = judging.judge(look, self.now)
        if standings:
            self._do(DevicesChanged(at=self.now, standings=tuple(standings)))
        if is_new:
            eyes.usages.take(judging.found.readings)

    # What happens -----------------------------------------------------------------------------

    def _do(self, event: Event) -> None:
        event = self._as_it_is(event)
        if self.is_down:
            self._backlog.append(event)
        else:
            self._take_in(event)

    def _take_in(self, event: Event) -> None:
        super()._do(event)
        if isinstance(event, AttemptEnded):
            self.eyes.judging.note_peaks([event.trial])
        if not self._is_hurried and self.eyes.judging.is_short:
            self._is_hurried = True
            self._judge_after(COMMITTED_AFTER_S)
        for check in self.checks:
            check()

    def _as_it_is(self, event: Event) -> Event:
        """What the floor knows of an event besides."""
        match event:
            case AttemptLaunched(trial=number, attempt=n):
                return replace(event, process=Process(pid=self._runner(number, n), start="spawn"))
            case ReportsArrived(trial=number, attempt=n, reports=reports):
                self.made += [(number, n, report.step) for report in reports]
            case AttemptEnded():
                return self._ended(event)
        return event

    def _runner(self, number: int, n: int) -> int:
        one = self.floor.running.get((number, n))
        return one.runner if one is not None else 1

    def _ended(self, event: AttemptEnded) -> AttemptEnded:
        key = (event.trial, event.attempt)
        fault = fault_of(event.exit)
        if fault is not None and fault.kind == "device":
            self.device_errors[event.trial] += 1
            attempt = self.state.trials[event.trial].attempts[-1]
            self.failed_at |= dict.fromkeys(attempt.gpus, self.now)
        leaves = self.leaves > 0 and self.floor.running.get(key) is not None
        one = self.floor.end(key, leaves=leaves)
        leftover: tuple[str, ...] = ()
        if one is not None and leaves:
            self.leaves -= 1
            leftover = (f"python ({one.pid}@{self.looks})",)
            self._gone_at[leftover] = self.now + 3.0 + one.pid % 7
            self._after(3.0 + one.pid % 7, lambda: self.floor.left.pop(one.pid) and None)
        return replace(
            event,
            leftover=leftover,
            peak_memory=self.eyes.usages.peak(*key),
            mean_util=self.eyes.usages.mean_util(*key),
        )

    def _carry_out(self, command: Command) -> None:
        match command:
            case LaunchAttempt(trial=number, attempt=n):
                self._start(number, n)
            case AwaitGone(slot=slot, leftover=leftover):
                left_s = max(0.0, self._gone_at[leftover] - self.now)
                life = self._lives
                self._after(left_s + 0.01, lambda: self._free(slot, life))
        super()._carry_out(command)

    def _start(self, number: int, n: int) -> None:
        trial = self.state.trials[number]
        attempt = trial.attempts[-1]
        assert isinstance(trial.state, Running)
        assert attempt.gpus, f"{trial.name} was placed on {attempt.device}"
        for uuid in attempt.gpus:
            is_open = self.state.gpus.standings[uuid].state == "open"
            assert is_open, f"{trial.name} starts on a closed {uuid}"
            assert uuid not in self.state.gpus.excluded
            seen_by = self.floor.stranger_since(uuid) + NOTICED_S + STALE_S * self.is_hung
            assert self.now <= seen_by, f"{trial.name} starts beside a stranger"
        self.floor.start((number, n), trial, self.eyes.leases, self.now)

    def _free(self, slot: int, life: int) -> None:
        if not self.is_down and life == self._lives:
            self._do(SlotFreed(at=self.now, slot=slot))

    def _make_proposals(self) -> None:
        if not self.is_down:
            super()._make_proposals()
