"""A told sweep with processes beside it, that do what the machine's commands say."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from engine.core.commands import (
    AwaitGone,
    Command,
    ContinueAttempt,
    HoldAttempt,
    LaunchAttempt,
    Propose,
    StopAttempt,
    TellAttempt,
    WriteSpace,
)
from engine.core.events import (
    AttemptEnded,
    AttemptFenced,
    AttemptLaunched,
    AttemptStarted,
    EngineStarted,
    Event,
    RoundEvolved,
    StageEntered,
    TrialProposed,
)
from engine.core.model import (
    Complete,
    Ending,
    Exited,
    Failed,
    Lost,
    Paused,
    Pruned,
    Running,
    TrialState,
    Waiting,
)
from engine.core.model import Process as Runner

from .told_sweep import ToldSweep


class Process(Struct, kw_only=True):
    """An attempt's process: `epoch` is its last one, `told` what its control file says."""

    trial: int
    attempt: int
    epoch: int
    told: tuple[bool, int | None]
    launched: bool = False
    signalled: bool = False
    held: bool = False


class SteeredWorld(ToldSweep):
    """Carries commands out one happening late, as a commit does; a crash loses those not yet done.

    Fails where a command is for an attempt that does not run.
    """

    def __init__(self, **plan: Any) -> None:
        self.processes: dict[tuple[int, int], Process] = {}
        self.unsettled: set[tuple[int, int]] = set()
        self.due: list[Command] = []
        self.asked = 0
        super().__init__(**plan)

    def record(self, event: Event) -> list[Command]:
        """Let something happen, once all that was due is done."""
        self.does_as_told()
        before = len(self.log)
        was = self._running_before(event)
        commands = super().record(event)
        if was is not None:
            number, running = was
            now = self.trial(number).state
            promoted = any(_promotes(logged.event, number) for logged in self.log[before:])
            assert promoted or _is_as_asked(running, now), (running, event, now)
        for logged in self.log[before:]:
            self._follow(logged.event)
        for command in commands:
            self._check(command)
        self.due = list(commands)
        return commands

    def _running_before(self, event: Event) -> tuple[int, Running] | None:
        """The trial whose attempt this event ends, and what it was."""
        if not isinstance(event, AttemptEnded | AttemptFenced):
            return None
        return event.trial, self.running(event.trial)

    def catch_up(self) -> None:
        """Carry out what is due."""
        due, self.due = self.due, []
        for command in due:
            self._carry_out(command)

    def crash(self, fates: list[int]) -> None:
        """Lose the engine and what it was about to do; the next one finds out what is left.

        `fates` say what became of each process meanwhile: 0 it runs, 1 it is lost, 2 it left.
        """
        self.due, self.asked = [], 0
        self.unsettled = set(self.processes)
        self.restart()
        self.tell(EngineStarted, pid=2, resumed=True)
        for place, key in enumerate(sorted(self.unsettled)):
            self._settle(self.processes[key], fates[place % len(fates)])
            self.unsettled.discard(key)

    def _settle(self, process: Process, fate: int) -> None:
        number, attempt = process.trial, process.attempt
        if not process.launched:
            self.tell(AttemptFenced, trial=number, attempt=attempt)
        elif fate == 0:
            self._adopt(process)
        else:
            ended = Lost(reason="rebooted") if fate == 1 else Exited(code=0)
            self.tell(AttemptEnded, trial=number, attempt=attempt, exit=ended)

    def launch(self, process: Process) -> None:
        """Have an attempt's process begin, unless it has, and do what was asked of it meanwhile."""
        if process.launched:
            return
        self.tell(
            AttemptLaunched,
            trial=process.trial,
            attempt=process.attempt,
            process=Runner(pid=7, start="zygote"),
        )
        process.launched = True
        self._adopt(process)

    def _adopt(self, process: Process) -> None:
        """Have it do what was asked of it, as an engine does that adopts an attempt."""
        running = self.running(process.trial)
        process.held = running.held
        process.signalled = running.ending is not None and not running.gently
        process.told = self._asked_of(process)

    def _follow(self, event: Event) -> None:
        match event:
            case AttemptStarted(trial=number, attempt=attempt, slot=slot, gpus=gpus):
                assert 1 <= slot <= self.state.slots.count
                assert slot not in self.state.slots.blocked
                assert all(map(self.state.gpus.usable, gpus))
                trial = self.trial(number)
                self.processes[number, attempt] = Process(
                    trial=number,
                    attempt=attempt,
                    epoch=trial.last_step or 0,
                    told=(False, trial.budget),
                )
            case (
                AttemptEnded(trial=number, attempt=attempt)
                | AttemptFenced(trial=number, attempt=attempt)
            ):
                del self.processes[number, attempt]
            case TrialProposed():
                self.asked = max(0, self.asked - 1)

    def _check(self, command: Command) -> None:
        match command:
            case (
                LaunchAttempt(trial=number, attempt=attempt)
                | StopAttempt(trial=number, attempt=attempt)
                | TellAttempt(trial=number, attempt=attempt)
                | HoldAttempt(trial=number, attempt=attempt)
                | ContinueAttempt(trial=number, attempt=attempt)
            ):
                assert self.running(number).attempt == attempt, command
            case AwaitGone(slot=slot, leftover=leftover):
                assert self.state.slots.blocked[slot] == leftover
            case WriteSpace(version=version):
                assert 1 <= version <= self.state.space_version
            case Propose(count=count):
                assert count > 0

    def _carry_out(self, command: Command) -> None:
        match command:
            case Propose(count=count):
                self.asked += count
            case LaunchAttempt():
                assert not self._process(command).launched
            case StopAttempt():
                self._process(command).signalled = True
            case HoldAttempt():
                self._process(command).held = True
            case ContinueAttempt():
                self._process(command).held = False
            case TellAttempt():
                process = self._process(command)
                process.told = self._asked_of(process)

    def _process(
        self,
        command: LaunchAttempt | StopAttempt | HoldAttempt | ContinueAttempt | TellAttempt,
    ) -> Process:
        return self.processes[command.trial, command.attempt]

    def _asked_of(self, process: Process) -> tuple[bool, int | None]:
        running = self.running(process.trial)
        return running.gently, self.trial(process.trial).budget

    def does_as_told(self) -> None:
        """Carry out what is due, and fail unless every process then is held, signalled and told
        as its trial's state says."""
        self.catch_up()
        for key, process in self.processes.items():
            running = self.running(process.trial)
            assert process.attempt == running.attempt
            if key in self.unsettled or not process.launched:
                continue
            going = running.ending is not None and not running.gently
            assert process.signalled is going, (process, running)
            if not going:
                assert process.held is running.held, (process, running)
                assert process.told == self._asked_of(process), (process, running)


def _promotes(event: Event, number: int) -> bool:
    """Whether a stage begins with the trial, which then goes on at once."""
    if isinstance(event, RoundEvolved):
        return number in event.survivors or number in {gone.trial for gone in event.replaced}
    return isinstance(event, StageEntered) and number in event.entry.promoted


def _is_as_asked(was: Running, now: TrialState) -> bool:
    """Whether a trial became what it was to become once its process was gone."""
    match was.ending:
        case Ending.PRUNED | Ending.INFEASIBLE:
            return isinstance(now, Pruned)
        case Ending.DIVERGED:
            return isinstance(now, Failed)
        case Ending.PAUSED:
            return isinstance(now, Paused | Complete) or (was.gently and isinstance(now, Failed))
        case Ending.REQUEUED:
            back = isinstance(now, Waiting | Running | Complete)
            return back or (was.gently and isinstance(now, Failed))
    return not (was.held and isinstance(now, Waiting | Running))
