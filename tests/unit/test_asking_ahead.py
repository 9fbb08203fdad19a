"""A slot never waits for a model: it gets a candidate made ahead, or a draw that says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from engine.config.schema import Config, Metric
from engine.core.acting import Facts
from engine.core.acts import Act, Add, ContinueScheduling, EditSpace, PauseScheduling
from engine.core.commands import Command, LaunchAttempt, Propose
from engine.core.edits import SetRange
from engine.core.events import (
    Acted,
    AttemptEnded,
    AttemptLaunched,
    EngineStarted,
    ReportsArrived,
    SweepCreated,
)
from engine.core.machine import SweepMachine
from engine.core.model import Exited, Goal, Process, Report, Trial
from engine.core.plan import Limits, Plan
from engine.core.projection import sweep_view
from engine.journal import Journal
from engine.modelling.asking import AskingAhead, Learning
from engine.proposing import ConfiguredProposals
from engine.publisher import Publisher
from engine.space.build import build_space
from engine.space.keeper import Keeper, document_of
from engine.store.base import Batch
from tests.fakes.told_model import ToldModel

SPACE, _ = build_space({"x": {"min": 0.0, "max": 1.0}})
PATIENCE_S = 20.0


class AtOnce:
    """A writer that stores nothing and is done in the next turn of the loop."""

    def submit(self, batch: Batch, on_done: Callable[[BaseException | None], None]) -> None:
        asyncio.get_running_loop().call_soon(on_done, None)


class Sweep:
    """A sweep whose trials do nothing until a test ends them, and a model beside it."""

    def __init__(self, *, slots: int = 1, startup: int = 1, trials: int = 50, **plan: Any) -> None:
        config = Config(
            name="s", path="", folder="", metric=Metric(name="a"), space=SPACE, method="halton"
        )
        self.machine = SweepMachine(ranges=Keeper())
        self.state = self.machine.state
        journal = Journal(self.machine, lambda: sweep_view(self.state, directory="", pid=1))
        self.publisher = Publisher(journal, AtOnce())
        self.model = ToldModel()
        self.tasks: list[asyncio.Task[None]] = []
        self.asking = AskingAhead(
            self.publisher,
            ConfiguredProposals(config, 0),
            Learning(model=self.model, startup_trials=startup, stand_in="halton", wait_s=0.001),
            clock=lambda: 1.0,
            spawn=self._spawn,
        )
        self.publisher.carry_out = self._carry_out
        self.publisher.after_commit = self.asking.look
        self.plan = Plan(
            name="s",
            metric="a",
            goal=Goal.MAXIMIZE,
            method="tpe",
            slots=slots,
            prefetch=0,
            limits=Limits(trials=trials),
            **plan,
        )

    def begin(self) -> None:
        space = document_of(SPACE)
        self.publisher.record(SweepCreated(at=0.0, plan=self.plan, space=space))
        self.publisher.record(EngineStarted(at=0.0, pid=1, resumed=False))

    def act(self, act: Act) -> None:
        prepared = self.machine.prepare(act, Facts(at=1.0))
        assert prepared.preview.refused is None
        request = f"r{self.publisher.journal.seq}"
        acted = Acted(at=1.0, request=request, who="ann", act=prepared.act)  # type: ignore[arg-type]
        self.publisher.record(acted)

    def report(self, number: int, step: int = 1, value: float = 0.5) -> None:
        reports = (Report(step, 1.0, {"a": value}),)
        event = ReportsArrived(at=1.0, trial=number, attempt=1, reports=reports)
        self.publisher.record(event)

    def end(self, number: int) -> None:
        """Let a trial report, and end well."""
        self.report(number)
        exit_ = Exited(code=0)
        self.publisher.record(AttemptEnded(at=1.0, trial=number, attempt=1, exit=exit_))

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait for a condition."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def running(self, count: int) -> None:
        """Wait until so many trials have been proposed, and all slots are taken."""
        await self.until(lambda: len(self.trials) >= count and not self.state.slots.free)

    async def ready(self, asked: int = 1) -> None:
        """Wait until the model was asked so often, and all that is due is ready."""
        await self.until(lambda: len(self.model.asked) >= asked)
        await self.until(lambda: self.publisher.seq == self.publisher.journal.seq)
        await self.until(lambda: not any(self._unfinished()))

    @property
    def trials(self) -> dict[int, Trial]:
        return self.state.trials

    @property
    def sources(self) -> list[str]:
        """Who made each trial: start-up, fallback, or model."""
        return [t.origin.partition(", ")[2].partition(" ")[0] for t in self.trials.values()]

    def _unfinished(self) -> list[asyncio.Task[None]]:
        return [task for task in self.tasks if not task.done()]

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.get_running_loop().create_task(work))
        return self.tasks[-1]

    def _carry_out(self, command: Command) -> None:
        match command:
            case Propose():
                self.asking.ask()
            case LaunchAttempt(trial=trial, attempt=attempt):
                process = Process(pid=1, start="spawn")
                self.publisher.record(
                    AttemptLaunched(at=1.0, trial=trial, attempt=attempt, process=process)
                )

    async def close(self) -> None:
        for task in self._unfinished():
            task.cancel()
        faults = await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.asking.close()
        assert [f for f in faults if isinstance(f, Exception)] == []


@asynccontextmanager
async def sweep_of(**options: Any) -> AsyncIterator[Sweep]:
    sweep = Sweep(**options)
    sweep.begin()
    try:
        yield sweep
    finally:
        await sweep.close()


async def test_start_up_trials_are_drawn_at_once_without_a_model() -> None:
    async with sweep_of(slots=2, startup=3) as sweep:
        await sweep.running(2)
        assert sweep.sources == ["start-up", "start-up"]
        assert sweep.trials[1].origin == "halton #0, start-up of tpe"
        assert sweep.model.starts == 0
        assert sweep.state.source is not None
        assert sweep.state.source.method == "tpe"
        assert sweep.state.source.startup


async def test_a_slot_that_comes_free_gets_the_candidate_at_hand() -> None:
    async with sweep_of() as sweep:
        await sweep.running(1)
        await sweep.ready()
        sweep.model.hold()
        sweep.end(1)
        await sweep.running(2)
        assert sweep.trials[2].origin == "model, 0 observations"
        assert sweep.state.source is not None
        assert not sweep.state.source.fallback


async def test_a_slot_does_not_wait_for_a_model_that_thinks() -> None:
    async with sweep_of() as sweep:
        sweep.model.hold()
        for number in (1, 2, 3):
            await sweep.running(number)
            sweep.end(number)
        await sweep.running(4)
        assert sweep.trials[4].origin.endswith(", while tpe thinks")
        view = sweep_view(sweep.state, directory="", pid=1).proposer
        assert view is not None
        assert (view.method, view.fallback) == ("halton", True)


async def test_what_the_model_learns_meanwhile_makes_the_candidate_anew() -> None:
    async with sweep_of() as sweep:
        await sweep.running(1)
        await sweep.ready()
        sweep.report(1)
        await sweep.until(lambda: len(sweep.model.asked) >= 2)
        await sweep.ready()
        sweep.end(1)
        await sweep.running(2)
        assert sweep.trials[2].origin == "model, 1 observations"


async def test_there_are_as_many_candidates_as_slots_each_knowing_of_the_others() -> None:
    async with sweep_of(slots=3) as sweep:
        await sweep.running(3)
        await sweep.ready(3)
        _, beside = sweep.model.asked[-1]
        assert {one.status for one in beside} == {"open"}
        assert len({one.number for one in beside}) == 2
        assert all(one.number < 0 for one in beside)
        open_trials = [one.number for one in sweep.model.told.values() if one.status == "open"]
        assert sorted(open_trials) == [1, 2, 3]


async def test_a_burst_of_slots_takes_all_candidates_before_it_draws() -> None:
    async with sweep_of(slots=3) as sweep:
        await sweep.running(3)
        await sweep.ready(3)
        sweep.model.hold()
        for number in (1, 2, 3):
            sweep.end(number)
        await sweep.running(6)
        assert sweep.sources[3:] == ["0"] * 3


async def test_no_two_proposals_share_an_index() -> None:
    async with sweep_of(slots=3, trials=30) as sweep:
        for number in range(1, 28):
            await sweep.running(number + 2)
            if number % 4 == 0:
                sweep.model.hold()
            if number % 4 == 2:
                sweep.model.let(3)
            sweep.end(number)
        await sweep.running(30)
        seeds = [trial.seed for trial in sweep.trials.values()]
        assert len(set(seeds)) == 30
        assert len({trial.params["x"] for trial in sweep.trials.values()}) == 30


async def test_an_edit_throws_candidates_away_and_makes_others_in_the_new_space() -> None:
    async with sweep_of() as sweep:
        await sweep.running(1)
        await sweep.ready()
        sweep.act(EditSpace(edits=(SetRange(parameter="x", low=0.9),)))
        await sweep.ready(2)
        sweep.end(1)
        await sweep.running(2)
        assert sweep.trials[2].params["x"] >= 0.9
        assert sweep.trials[2].space_version == 2
        assert [v.version for v in sweep.model.versions] == [1, 2]
        assert sweep.model.starts == 1


async def test_a_candidate_being_made_while_the_space_was_edited_is_made_anew() -> None:
    async with sweep_of() as sweep:
        sweep.model.hold()
        await sweep.running(1)
        await sweep.until(lambda: sweep.model.asked)
        sweep.act(EditSpace(edits=(SetRange(parameter="x", low=0.9),)))
        await sweep.until(lambda: sweep.state.space_version == 2)
        sweep.model.let(2)
        await sweep.ready(2)
        sweep.end(1)
        await sweep.running(2)
        assert sweep.trials[2].origin.startswith("model")
        assert sweep.trials[2].params["x"] >= 0.9


async def test_what_a_person_adds_is_not_proposed_as_well() -> None:
    async with sweep_of() as sweep:
        await sweep.running(1)
        await sweep.ready()
        index, _ = sweep.model.asked[-1]
        sweep.model.hold()
        sweep.act(Add(values={"x": 1 / (2 + index)}))
        await sweep.until(lambda: len(sweep.trials) == 2)
        sweep.end(1)
        await sweep.running(2)
        sweep.end(2)
        await sweep.running(3)
        assert sweep.trials[3].params["x"] != sweep.trials[2].params["x"]


async def test_a_model_that_dies_is_started_again_and_told_all_anew() -> None:
    async with sweep_of() as sweep:
        for number in (1, 2, 3):
            await sweep.running(number)
            sweep.end(number)
        await sweep.running(4)
        await sweep.ready()
        sweep.model.die()
        sweep.report(4)
        await sweep.until(lambda: sweep.model.starts == 2)
        await sweep.ready()
        assert sorted(sweep.model.told) == [1, 2, 3, 4]
        assert [v.version for v in sweep.model.versions] == [1]


async def test_a_model_that_fails_is_shown_until_it_works_again() -> None:
    async with sweep_of() as sweep:
        sweep.model.fault = "ValueError: no such distribution"
        await sweep.until(lambda: "search" in sweep.state.warnings)
        text = sweep.state.warnings["search"].text
        assert text == (
            "tpe cannot propose (ValueError: no such distribution); halton stands in until it can"
        )
        sweep.end(1)
        await sweep.running(2)
        assert sweep.sources[1] == "while"
        sweep.model.fault = None
        await sweep.until(lambda: "search" not in sweep.state.warnings)


async def test_no_more_candidates_are_made_than_trials_are_left() -> None:
    async with sweep_of(slots=3, trials=4) as sweep:
        await sweep.running(3)
        await sweep.ready()
        assert not any(in_flight for _, in_flight in sweep.model.asked)
        for number in (1, 2, 3):
            sweep.end(number)
        await sweep.until(lambda: len(sweep.trials) == 4)
        sweep.end(4)
        await sweep.until(lambda: sweep.state.ended_at is not None)
        await sweep.until(lambda: not sweep.model.alive)


async def test_a_paused_sweep_leaves_the_model_alone() -> None:
    async with sweep_of() as sweep:
        await sweep.running(1)
        await sweep.ready()
        sweep.act(PauseScheduling())
        await sweep.until(lambda: sweep.publisher.seq == sweep.publisher.journal.seq)
        before = len(sweep.model.asked)
        sweep.report(1)
        await sweep.until(lambda: sweep.publisher.seq == sweep.publisher.journal.seq)
        assert len(sweep.model.asked) == before
        sweep.act(ContinueScheduling())
        await sweep.until(lambda: len(sweep.model.asked) > before)


async def test_at_most_so_many_trials_are_in_flight_as_asked_for() -> None:
    async with sweep_of(slots=4, max_in_flight=2) as sweep:
        await sweep.until(lambda: len(sweep.trials) == 2)
        await sweep.until(lambda: len(sweep.state.running) == 2)
        sweep.act(Add(values={"x": 0.123}))
        await sweep.until(lambda: len(sweep.state.running) == 3)
        sweep.end(1)
        await sweep.until(lambda: len(sweep.trials) == 4)
        await sweep.until(lambda: len(sweep.state.running) == 3)
        assert sweep.state.asked == 0


async def test_what_was_closed_starts_no_model_again() -> None:
    async with sweep_of() as sweep:
        sweep.model.hold()
        await sweep.running(1)
        await sweep.until(lambda: sweep.model.asked)
        await sweep.asking.close()
        sweep.end(1)
        await sweep.until(lambda: sweep.publisher.seq == sweep.publisher.journal.seq)
        assert not sweep.model.alive
        assert sweep.model.starts == 1
        assert len(sweep.trials) == 1
