"""Whatever people do, processes report and engines die of, in any order, a sweep stays whole.

`TUI_TUNER_PROPERTY_EXAMPLES=5000` looks longer, and elsewhere each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.config.evolution import round_plans
from engine.core.acts import Act, Note, Resume, Undo, UseGpus
from engine.core.events import (
    Acted,
    AttemptEnded,
    LimitReached,
    ReportsArrived,
    SearchExhausted,
    SlotFreed,
    TrialProposed,
)
from engine.core.evolution import Rounds
from engine.core.model import (
    Exited,
    Lost,
    NotStarted,
    Report,
    Signalled,
    Trial,
)
from engine.core.plan import Limits, RungPlan, StagePlan
from engine.core.seeds import seed_for
from engine.space.keeper import space_of
from tests.fakes.any_act import ON_THE_SWEEP, ON_TRIALS, aimed
from tests.fakes.invariants import check
from tests.fakes.steered_world import Process, SteeredWorld
from tests.fakes.told_sweep import ANN
from tests.fakes.undone import Before

LONGER = os.environ.get("TUI_TUNER_PROPERTY_EXAMPLES")

PICK = st.integers(0, 99)
RARELY = st.sampled_from([False] * 15 + [True])
UNITS = st.tuples(*[st.sampled_from([0.0, 0.3, 0.8, 1.0])] * 3)
VALUE = st.sampled_from([0.1, 0.5, 0.7, 0.9, 0.95, float("nan"), float("inf"), -1000.0])
STAGES = (
    StagePlan(name="coarse", budget=2, trials=4, overrides={"data_fraction": 0.1}),
    StagePlan(name="fine", budget=6, trials=3, promote=2, narrow_top=3, repeats=2),
)
ROUNDS = Rounds(population=4, rounds=3, interval=2)
RUNGS = RungPlan(budgets=(2, 4, 6), reduction=2.0)
ENDS = [
    Exited(code=1, tail="CUDA out of memory"),
    Exited(code=1, tail="KeyError: 'lr'"),
    Signalled(signal=9),
    Lost(reason="the runner vanished"),
    NotStarted(reason="no such program"),
]


class AnySweep(RuleBasedStateMachine):
    """Anything that can happen to a sweep, one thing after the other."""

    world: SteeredWorld

    @initialize(
        slots=st.integers(1, 3),
        begun=st.integers(0, 4),
        trials=st.sampled_from([None, None, 3, 8]),
        failures=st.sampled_from([None, None, 2]),
        wished=st.sampled_from([None, None, 0.93]),
        by=st.sampled_from(["nothing", "stages", "stages", "rungs", "rounds"]),
        method=st.sampled_from(["random", "random", "random", "manual"]),
    )
    def a_sweep_begins(
        self,
        slots: int,
        begun: int,
        trials: int,
        failures: int,
        wished: float,
        by: str,
        method: str,
    ) -> None:
        limits = Limits(trials=trials, failures=failures, target=wished)
        settings: dict[str, Any] = {
            "slots": slots,
            "limits": limits,
            "stages": {"stages": STAGES, "rounds": round_plans(ROUNDS)}.get(by, ()),
            "evolution": ROUNDS if by == "rounds" else None,
            "rungs": RUNGS if by == "rungs" else None,
            "method": method,
            "budget": 6,
            "prefetch": 1,
        }
        self.world = SteeredWorld(**self.placed(settings))
        self.world.does_as_told()
        for number in range(begun):
            if self.searching() and method == "random":
                self.propose((number / 9, 0.3, 0.3))
        self.acted: list[Acted] = []
        self.attempts: dict[int, dict[str, int]] = {}
        """Decision -> each trial's next attempt then; notes can be taken back whatever ran."""
        self.late: Act | None = None

    # What the engine finds out ------------------------------------------------------------

    @precondition(lambda self: self.searching())
    @rule(units=st.lists(UNITS, min_size=1, max_size=4))
    def the_search_proposes(self, units: list[tuple[float, ...]]) -> None:
        for unit in units:
            if self.searching():
                self.propose(unit)

    @precondition(lambda self: self.searching())
    @rule(is_done=RARELY)
    def the_search_has_nothing_left(self, is_done: bool) -> None:
        if is_done or self.world.state.plan.method == "manual":
            self.world.asked = 0
            self.world.tell(SearchExhausted, reason="the grid is done")

    @precondition(lambda self: self.working())
    @rule(pick=PICK, epochs=st.integers(1, 3), value=VALUE, over=st.booleans())
    def a_trial_reports(self, pick: int, epochs: int, value: float, over: bool) -> None:
        process = self.one_of(self.working(), pick)
        self.world.launch(process)
        if over:
            process.epoch = 0
        reports = []
        for _ in range(epochs):
            process.epoch += 1
            reports.append(Report(process.epoch, self.world.at, {"acc": value}))
        self.world.tell(
            ReportsArrived,
            trial=process.trial,
            attempt=process.attempt,
            reports=tuple(reports),
        )

    @precondition(lambda self: self.working())
    @rule(pick=PICK)
    def a_script_ends_well(self, pick: int) -> None:
        process = self.one_of(self.working(), pick)
        self.world.launch(process)
        self.ends(process, Exited(code=0))

    @precondition(lambda self: self.world.processes)
    @rule(pick=PICK, ended=st.sampled_from(ENDS), stays=st.sampled_from([False, False, True]))
    def a_process_ends_otherwise(self, pick: int, ended: Any, stays: bool) -> None:
        process = self.one_of(list(self.world.processes.values()), pick)
        self.ends(process, ended, leftover=("python (7@1)",) if stays else ())

    @precondition(lambda self: self.signalled())
    @rule(pick=PICK)
    def what_was_signalled_goes(self, pick: int) -> None:
        self.ends(self.one_of(self.signalled(), pick), Signalled(signal=15))

    @precondition(lambda self: self.world.due)
    @rule()
    def what_was_decided_is_done(self) -> None:
        self.world.does_as_told()

    @precondition(lambda self: self.world.state.slots.blocked)
    @rule(pick=PICK)
    def what_would_not_die_is_gone(self, pick: int) -> None:
        slot = self.one_of(sorted(self.world.state.slots.blocked), pick)
        self.world.tell(SlotFreed, slot=slot)

    @rule(are_over=RARELY)
    def the_hours_are_over(self, are_over: bool) -> None:
        if are_over:
            self.world.tell(LimitReached, limit="hours", sentence="8 hours are over")

    @rule(fates=st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=1, max_size=3))
    def the_engine_is_killed(self, fates: list[int]) -> None:
        self.a_replay_gives_the_same()
        self.world.crash(fates)

    def a_replay_gives_the_same(self) -> None:
        before, undoable = self.world.told(), self.world.state.undoable
        replayed = copy(self.world)
        replayed.restart()
        assert replayed.told() == before
        assert replayed.state.undoable == undoable

    # What people do -----------------------------------------------------------------------

    @precondition(lambda self: self.world.state.trials)
    @rule(act=ON_TRIALS, knows=st.booleans())
    def a_person_steers_trials(self, act: Act, knows: bool) -> None:
        self.acts(act, knows)

    @rule(act=ON_THE_SWEEP)
    def a_person_steers_the_sweep(self, act: Act) -> None:
        self.acts(act, knows=True)

    @rule(act=st.one_of(ON_TRIALS, ON_THE_SWEEP), knows=st.booleans())
    def a_person_acts_and_takes_it_back(self, act: Act, knows: bool) -> None:
        before = Before(self.world)
        if self.acts(act, knows):
            before.compare(self.acts(Undo(), knows), self.world)

    @precondition(lambda self: self.world.state.status in ("stopped", "stopping", "paused"))
    @rule()
    def a_person_resumes(self) -> None:
        self.acts(Resume(), knows=True)

    @precondition(lambda self: self.world.state.undoable)
    @rule(n=st.sampled_from([None, None, None, 3]))
    def a_person_undoes(self, n: int | None) -> None:
        begun = self.each_trial(lambda t: t.next_attempt)
        undone = self.acts(Undo(n=n), knows=True)
        if undone is None:
            return
        act = self.acted[-1].act
        assert isinstance(act, Undo)
        if isinstance(act.inverse, UseGpus):
            return  # Trials that leave GPUs are told of, not put back.
        then = self.attempts.get(act.n or 0)
        for name in undone.done if then is not None else ():
            assert begun[name] == then.get(name, 1), f"{name} has run since, and was put back"

    @rule(act=ON_TRIALS, knows=st.booleans())
    def a_person_makes_up_their_mind(self, act: Act, knows: bool) -> None:
        prepared = self.world.prepare(aimed(act, self.world.rows), **self.facts(knows))
        self.late = prepared.act if prepared.preview.done else None

    @precondition(lambda self: self.late is not None)
    @rule()
    def an_act_comes_after_others_it_did_not_know_of(self) -> None:
        act, self.late = self.late, None
        self.world.tell(Acted, request=f"late {len(self.world.log)}", who=ANN, act=act)

    @precondition(lambda self: self.acted)
    @rule(pick=PICK)
    def a_request_is_sent_twice(self, pick: int) -> None:
        before = self.world.told()
        assert self.world.record(self.one_of(self.acted, pick)) == []
        assert self.world.told() == before

    # What is always so --------------------------------------------------------------------

    @invariant()
    def the_sweep_is_whole(self) -> None:
        if hasattr(self, "world"):
            check(self.world)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.a_replay_gives_the_same()

    # How it is done -----------------------------------------------------------------------

    def placed(self, plan: dict[str, Any]) -> dict[str, Any]:
        """The sweep's plan, and what its trials run on: CPU slots."""
        return plan

    def acts(self, act: Act, knows: bool) -> Any:
        """Ask, then do it if it can be done; a refused act, and a question, change nothing."""
        act, facts = aimed(act, self.world.rows), self.facts(knows)
        before = self.world.told()
        prepared = self.world.prepare(act, **facts)
        assert self.world.told() == before
        seen = prepared.preview
        if seen.refused is not None or (getattr(act, "trials", None) and not seen.done):
            return None
        assert prepared.past
        curves = self.each_trial(lambda t: str((t.steps, t.values)))
        if not isinstance(act, Note):
            n = len(self.world.machine.history.decisions) + 1
            self.attempts[n] = self.each_trial(lambda t: t.next_attempt)
        acted = Acted(
            at=self.world.at,
            request=f"r{len(self.world.log)}",
            who=ANN,
            act=prepared.act,
            sentence=prepared.past,
        )
        self.world.record(acted)
        self.acted.append(acted)
        assert curves.items() <= self.each_trial(lambda t: str((t.steps, t.values))).items()
        return seen

    def each_trial(self, what: Callable[[Trial], Any]) -> dict[str, Any]:
        return {t.name: what(t) for t in self.world.state.trials.values()}

    def propose(self, unit: tuple[float, ...]) -> None:
        state = self.world.state
        space = space_of(state.space.document)
        self.world.tell(
            TrialProposed,
            trial=state.next_number,
            index=state.next_index,
            params=space.decode(unit[: space.dimension]),
            origin="random",
            seed=seed_for(0, state.next_index),
            stage=state.stage.plan.name,
            space_version=state.space_version,
            budget=state.stage.plan.budget,
        )

    def searching(self) -> bool:
        return self.world.asked > 0

    def facts(self, knows: bool) -> dict[str, Any]:
        """Half the time scripts listen and have checkpoints, half the time they do not."""
        if not knows:
            return {}
        trials = self.world.state.trials.values()
        return {
            "checkpoints": {t.number: t.last_step for t in trials if t.last_step},
            "listening": frozenset(self.world.state.running),
        }

    def ends(self, process: Process, ended: Any, leftover: tuple[str, ...] = ()) -> None:
        self.world.tell(
            AttemptEnded,
            trial=process.trial,
            attempt=process.attempt,
            exit=ended,
            leftover=leftover,
        )

    def working(self) -> list[Process]:
        return [p for p in self.world.processes.values() if not p.held]

    def signalled(self) -> list[Process]:
        return [p for p in self.world.processes.values() if p.signalled]

    @staticmethod
    def one_of(things: list[Any], pick: int) -> Any:
        return things[pick % len(things)]


@pytest.mark.slow
def test_no_order_of_acts_reports_exits_and_crashes_breaks_a_sweep() -> None:
    run_state_machine_as_test(
        AnySweep,
        settings=settings(
            max_examples=int(LONGER or 300),
            stateful_step_count=50,
            derandomize=LONGER is None,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
