"""A sweep in memory, changed step by step by a test: what an engine would show of it."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from engine.core.acts import (
    Act,
    Add,
    Clone,
    Continue,
    ContinueScheduling,
    Decision,
    EditSpace,
    Note,
    Pause,
    PauseScheduling,
    Promote,
    Prune,
    Resume,
    Retry,
    Revive,
    SetSlots,
    Stop,
    Undo,
    UseGpus,
)
from engine.core.model import STATES, Goal, Params, trial_name, trial_number
from engine.core.views import (
    AttemptView,
    BestView,
    EngineView,
    MetricView,
    SweepView,
    TrialView,
)
from engine.errors import ActError, NotFoundError
from engine.protocol.messages import (
    ActResult,
    CheckpointView,
    DevicePoint,
    Space,
    UsagePoint,
    VersionView,
)
from engine.server.source import Changes, SweepSource
from engine.store.base import DeviceSample, Point, UsageSample
from tests.fakes.fake_acts import ON_TRIALS, preview

START = 1_730_000_000.0


def parameter(name: str, low: float, high: float, *, scale: str = "linear") -> dict[str, Any]:
    """A numeric parameter, as `GetSpace` describes one."""
    span = {"min": low, "max": high, "scale": scale}
    word = "log_uniform" if scale == "log" else "uniform"
    return {
        "name": name,
        "kind": "float",
        "role": None,
        **span,
        "distribution": word,
        "q": None,
        "values": None,
        "probabilities": None,
        "value": None,
        "when": None,
        "original": {**span, "kind": "float", "values": None, "value": None},
    }


class FakeSource(SweepSource):
    """Holds whole rows; each method that changes something is one commit, told to watchers.

    Time stands still unless a test moves `now`. `holding` makes a prune wait for `let_go`, as a
    real process takes its time to die. `acts` records what was done: (act, who, why).
    `parameters` is the space as `describe` gives it, `checkpoints` are each trial's;
    `usage_points` and `device_points` are what each trial used, and each device by its label.
    """

    def __init__(
        self,
        directory: Path,
        *,
        name: str = "digits",
        metric: str = "val_acc",
        goal: str = "maximize",
        slots: int = 2,
        live: bool = True,
        epochs: int = 5,
    ) -> None:
        self.directory = directory
        self.live = live
        self.now = START
        self.epochs = epochs
        self.holding = False
        self.left = False
        self.acts: list[tuple[Act, str, str | None]] = []
        self.checkpoints: dict[int, list[CheckpointView]] = {}
        self.usage_points: dict[int, list[UsagePoint]] = {}
        self.device_points: dict[str, list[DevicePoint]] = {}
        self.parameters = [parameter("lr", 1e-5, 1.0, scale="log")]
        self._versions = [
            VersionView(version=1, at=START, who="config", sentence="as the config has it")
        ]
        self._seq = 0
        self._rows: dict[int, TrialView] = {}
        self._points: dict[int, dict[str, list[Point]]] = {}
        self._decisions: list[Decision] = []
        self._watchers: list[Callable[[Changes], None]] = []
        self._done: dict[str, ActResult] = {}
        self._sweep = SweepView(
            name=name,
            dir=str(directory),
            state="running",
            engine=EngineView(pid=4242 if live else None, alive=live),
            metric=MetricView(name=metric, goal=goal),
            stage="main",
            space_version=1,
            slots=slots,
            trials={},
            started_at=START,
            method="random",
        )

    # What sessions ask ------------------------------------------------------------------------

    @property
    def seq(self) -> int:
        return self._seq

    def status(self) -> SweepView:
        counts = dict.fromkeys(STATES, 0)
        for row in self._rows.values():
            counts[row.state] += 1
        elapsed_s = self.now - START
        return replace(self._sweep, trials=counts, best=self._best(), elapsed_s=elapsed_s)

    def trials(self) -> list[TrialView]:
        return [self._rows[number] for number in sorted(self._rows)]

    def trial(self, number: int) -> TrialView:
        try:
            return self._rows[number]
        except KeyError:
            raise NotFoundError(f"no trial {trial_name(number)} in this sweep") from None

    def decisions(self) -> list[Decision]:
        return self._decisions

    def space(self, version: int | None = None) -> Space:
        return self.parameters

    def versions(self) -> list[VersionView]:
        return self._versions

    async def series(self, number: int) -> dict[str, list[Point]]:
        self.trial(number)
        return {name: list(points) for name, points in self._points.get(number, {}).items()}

    async def usage_of(self, number: int) -> list[UsageSample]:
        return [
            UsageSample(trial=number, attempt=1, **asdict(point))
            for point in self.usage_points.get(number, [])
        ]

    async def device_history(self, device: str, since: float) -> list[DeviceSample]:
        points = self.device_points.get(device, [])
        return [DeviceSample(device=device, **asdict(p)) for p in points if p.at >= since]

    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, dry_run: bool
    ) -> ActResult:
        if not self.live:
            raise ActError("the engine of this sweep is not running")
        if request in self._done:
            return self._done[request]
        result = preview(act, self._rows, self._sweep.state, self._sweep.undo)
        if dry_run or (isinstance(act, ON_TRIALS) and not result.done):
            return result
        self.acts.append((act, who, why))
        n = len(self._decisions) + 1
        result = replace(result, decision=n, past=f"did: {result.sentence}")
        self._done[request] = result
        self._carry_out(act, result, who, why)
        return result

    def watch(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        self._watchers.append(listener)
        return lambda: self._watchers.remove(listener)

    def leave(self) -> bool:
        self.left = self._sweep.state in ("finished", "stopped")
        return self.left

    # What a test scripts ----------------------------------------------------------------------

    def propose(self, params: Params | None = None, **fields: Any) -> int:
        """Add a waiting trial; give its number."""
        number = len(self._rows) + 1
        row = TrialView(
            id=trial_name(number),
            state="waiting",
            params=params if params is not None else {"lr": 10.0 ** -(number % 5), "width": 64},
            stage="main",
            budget=self.epochs,
            origin=f"random #{number - 1}",
            parent=None,
            space_version=1,
            seed=number,
        )
        self._rows[number] = replace(row, **fields)
        self.commit(number)
        return number

    def start(self, number: int, slot: int = 0) -> None:
        """Let a waiting trial run."""
        row = self._rows[number]
        n = row.attempts + 1
        attempt = AttemptView(
            n=n,
            device="cpu",
            slot=slot,
            pid=5000 + number,
            started_at=self.now,
            ended_at=None,
            exit=None,
            outcome=None,
            start="zygote",
        )
        self.change(
            number,
            state="running",
            device="cpu",
            slot=slot,
            attempts=n,
            attempt_list=[*row.attempt_list, attempt],
            started_at=row.started_at or self.now,
            attempt_started_at=self.now,
        )

    def report(self, number: int, step: int, value: float, **metrics: float) -> None:
        """Let a running trial report its objective, and other metrics, at a step."""
        row = self._rows[number]
        curves = self._points.setdefault(number, {})
        for name, v in {self._sweep.metric.name: value, **metrics}.items():
            curves.setdefault(name, []).append(Point(step, v, self.now))
        finite = isfinite(value)
        goal = Goal(self._sweep.metric.goal)
        leads = finite and (row.best is None or goal.better(value, row.best))
        self._sweep = replace(self._sweep, metrics=list(curves))
        self.change(
            number,
            step=step,
            value=value if finite else None,
            last_text=None if finite else str(value),
            best=value if leads else row.best,
            best_step=step if leads else row.best_step,
            reports=row.reports + 1,
            spark=[*row.spark, value if finite else None][-32:],
        )

    def pace(self, number: int, epoch_s: float) -> None:
        """Have a running trial begun so long ago that each of its steps took `epoch_s`."""
        row = self._rows[number]
        began = self.now - epoch_s * (row.step or 0)
        for name, points in self._points.get(number, {}).items():
            at = [Point(p.step, p.value, began + epoch_s * p.step) for p in points]
            self._points[number][name] = at
        attempt = replace(row.attempt_list[-1], started_at=began)
        attempts = [*row.attempt_list[:-1], attempt]
        self.change(number, started_at=began, attempt_started_at=began, attempt_list=attempts)

    def end(self, number: int, state: str = "complete", **fields: Any) -> None:
        """Bring a trial to a final state."""
        row = self._rows[number]
        ran = self.now - row.attempt_started_at if row.attempt_started_at is not None else 0.0
        attempts = list(row.attempt_list)
        if attempts and attempts[-1].ended_at is None:
            outcome = fields.get("failure") or state
            attempts[-1] = replace(attempts[-1], ended_at=self.now, exit="exit 0", outcome=outcome)
        ended = {
            "state": state,
            "device": None,
            "slot": None,
            "ending": None,
            "attempt_started_at": None,
            "ended_at": self.now,
            "elapsed_s": row.elapsed_s + ran,
            "attempt_list": attempts,
        }
        self.change(number, **(ended | fields))

    def change(self, number: int, **fields: Any) -> None:
        """Replace fields of a trial's row."""
        self._rows[number] = replace(self._rows[number], **fields)
        self.commit(number)

    def set_sweep(self, **fields: Any) -> None:
        """Replace fields of the sweep's view."""
        self._sweep = replace(self._sweep, **fields)
        self.commit()

    def finish(self, sentence: str = "all trials are done") -> None:
        """End the sweep."""
        self.set_sweep(state="finished", ended_at=self.now, sentence=sentence)

    def decide(self, what: str, sentence: str, *trials: int, who: str = "engine") -> Decision:
        """Add a decision to the history."""
        decision = self._note(what, sentence, trials, who, None)
        self.commit(decisions=[decision])
        return decision

    def write_log(self, number: int, text: str | bytes, attempt: int = 1) -> None:
        """Append to the output of an attempt, in the sweep's directory."""
        folder = self.directory / "trials" / f"{number:04d}" / "attempts" / str(attempt)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "output.log").open("ab") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def let_go(self) -> None:
        """Let every trial that is ending be gone."""
        for row in self.trials():
            if row.ending is not None:
                self.end(trial_number(row.id), row.ending)

    def commit(self, *changed: int, decisions: list[Decision] | None = None) -> None:
        """Tell watchers of one commit."""
        self._seq += 1
        changes = Changes(seq=self._seq, sweep=True, trials=set(changed), decisions=decisions or [])
        for watcher in list(self._watchers):
            watcher(changes)

    @property
    def watchers(self) -> int:
        """How many sessions watch."""
        return len(self._watchers)

    # Acts -------------------------------------------------------------------------------------

    def _carry_out(self, act: Act, result: ActResult, who: str, why: str | None) -> None:
        numbers = tuple(trial_number(name) for name in result.done)
        verb = type(act).__name__.lower()
        decision = self._note(verb, result.sentence, numbers, who, why)
        self.set_sweep(undo=None if isinstance(act, Undo) else result.sentence)
        self.commit(decisions=[decision])
        because = f" by {who}" + (f": {why}" if why else "")
        for number in numbers:
            self._touch(act, number, because)
        match act:
            case Stop():
                self.set_sweep(state="stopping")
            case Resume() | ContinueScheduling():
                self.set_sweep(state="running")
            case PauseScheduling():
                self.set_sweep(state="paused")
            case SetSlots(count=count):
                self.set_sweep(slots=count if count is not None else len(self._sweep.devices))
            case UseGpus(gpus=gpus, use=use):
                self._use(gpus, use, who)
            case EditSpace():
                self._new_version(result.sentence, who)
        if not self.holding:
            self.let_go()

    def _touch(self, act: Act, number: int, because: str) -> None:
        """Do to one trial what an act says."""
        row = self._rows.get(number)
        running = row is not None and row.state == "running"
        match act:
            case Prune() if running:
                self.change(number, ending="pruned", reason=f"pruned{because}")
            case Prune():
                self.end(number, "pruned", reason=f"pruned{because}")
            case Pause(how="hold"):
                self.change(number, state="paused", held=True, reason=f"held{because}")
            case Pause() if running:
                self.change(number, ending="paused", reason=f"paused{because}")
            case Pause():
                self.end(number, "paused", reason=f"paused{because}")
            case Continue() if row is not None and row.held:
                self.change(number, state="running", held=False, reason=None)
            case Continue() | Revive() | Retry():
                self.change(number, state="waiting", ending=None, reason=None, failure=None)
            case Promote(budget=budget):
                raised = budget or 3 * self.epochs
                state = "running" if running else "waiting"
                self.change(number, state=state, budget=raised)
            case Note(text=text):
                self.change(number, note=text or None)
            case Clone(trial=parent, changes=changes):
                params = {**self._rows[parent].params, **changes}
                name = trial_name(parent)
                self.propose(params, origin=f"clone of {name}", parent=name)
            case Add(values=values):
                best = self._best()
                params = {**(best.params if best else {}), **values}
                self.propose(params, origin="added")

    def _use(self, gpus: tuple[str, ...], use: str, who: str) -> None:
        words = {"include": "ok", "exclude": "excluded", "quarantine": "quarantined"}
        self.set_sweep(
            devices=[
                replace(device, state=words[use], reason="" if use == "include" else f"by {who}")
                if device.id in gpus
                else device
                for device in self._sweep.devices
            ]
        )

    def _new_version(self, sentence: str, who: str) -> None:
        version = len(self._versions) + 1
        self._versions.append(VersionView(version=version, at=self.now, who=who, sentence=sentence))
        self.set_sweep(space_version=version)

    def _note(
        self, what: str, sentence: str, trials: tuple[int, ...], who: str, why: str | None
    ) -> Decision:
        decision = Decision(
            n=len(self._decisions) + 1,
            at=self.now,
            who=who,
            what=what,
            trials=tuple(trial_name(t) for t in trials),
            why=why,
            sentence=sentence,
        )
        self._decisions.append(decision)
        return decision

    def _best(self) -> BestView | None:
        goal = Goal(self._sweep.metric.goal)
        best: TrialView | None = None
        for row in self._rows.values():
            if row.best is None:
                continue
            if best is None or best.best is None or goal.better(row.best, best.best):
                best = row
        if best is None or best.best is None:
            return None
        return BestView(
            trial=best.id, value=best.best, step=best.best_step or 0, params=best.params
        )
