"""The machine decides; these tests tell it what happened and read what it wants done."""

from __future__ import annotations

from math import nan

import pytest

from engine.core.acting import Facts
from engine.core.acts import Prune, Resume, Stop
from engine.core.events import (
    Acted,
    AttemptEnded,
    AttemptFenced,
    EngineStarted,
    ReportsArrived,
    SweepCreated,
    TrialProposed,
)
from engine.core.machine import SweepMachine
from engine.core.model import (
    Complete,
    Exited,
    Failed,
    FailureKind,
    Goal,
    Lost,
    Pruned,
    Report,
    Running,
    Signalled,
    Waiting,
)
from engine.core.plan import Limits, Plan
from engine.core.projection import sweep_view, trial_view
from engine.core.views import SweepView
from engine.journal import Journal
from engine.stopping.diverged import Diverged


def plan(**changes: object) -> Plan:
    settings = {"name": "s", "metric": "acc", "goal": Goal.MAXIMIZE, "slots": 2, "budget": 3}
    return Plan(**{**settings, **changes})  # type: ignore[arg-type]


class Sweep:
    """A machine told what happens, second by second."""

    def __init__(self, **changes: object) -> None:
        self.machine = SweepMachine([Diverged()])
        self.journal = Journal(self.machine, self.view)
        self.at = 0.0
        self.tell(SweepCreated, plan=plan(**changes))
        self.tell(EngineStarted, pid=1, resumed=False)

    def view(self) -> SweepView:
        return sweep_view(self.machine.state, directory="/s", pid=1)

    def tell(self, kind: type, **fields: object) -> list[object]:
        self.at += 1.0
        return list(self.journal.record(kind(at=self.at, **fields)))

    def propose(self, count: int = 1) -> None:
        for _ in range(count):
            number = len(self.machine.state.trials) + 1
            self.tell(
                TrialProposed,
                trial=number,
                index=number - 1,
                params={"lr": number / 10},
                origin="random",
                seed=number,
                budget=3,
            )

    def report(self, trial: int, step: int, **metrics: float) -> list[object]:
        n = self.trial(trial).next_attempt - 1
        made = (Report(step, self.at, metrics),)
        return self.tell(ReportsArrived, trial=trial, attempt=n, reports=made)

    def end(self, trial: int, exit_: object = None) -> list[object]:
        n = self.trial(trial).next_attempt - 1
        return self.tell(AttemptEnded, trial=trial, attempt=n, exit=exit_ or Exited(code=0))

    def act(self, act: object, request: str = "") -> list[object]:
        return self.tell(Acted, request=request or f"r{self.at}", who="ann@pts/1", act=act)

    def trial(self, number: int):  # type: ignore[no-untyped-def]
        return self.machine.state.trials[number]

    @property
    def status(self) -> str:
        return self.machine.state.status


def test_proposals_take_the_free_slots_in_order_and_the_rest_waits() -> None:
    sweep = Sweep()
    sweep.propose(3)
    assert [sweep.trial(n).state for n in (1, 2)] == [
        Running(attempt=1, slot=1),
        Running(attempt=1, slot=2),
    ]
    assert sweep.trial(3).state == Waiting()


def test_a_freed_slot_goes_to_the_trial_that_waits() -> None:
    sweep = Sweep()
    sweep.propose(3)
    sweep.report(1, 3, acc=0.5)
    sweep.end(1)
    assert isinstance(sweep.trial(1).state, Complete)
    assert sweep.trial(3).state == Running(attempt=1, slot=1)


def test_exit_zero_without_a_report_is_a_failure_that_says_so() -> None:
    sweep = Sweep()
    sweep.propose()
    sweep.end(1)
    state = sweep.trial(1).state
    assert isinstance(state, Failed)
    assert state.kind is FailureKind.ERROR
    assert state.reason.startswith("reported nothing; ")


def test_the_reason_of_an_error_is_the_last_line_it_printed() -> None:
    sweep = Sweep()
    sweep.propose()
    sweep.end(1, Exited(code=1, tail="Traceback ...\nModuleNotFoundError: No module named 'x'\n"))
    assert "No module named 'x'" in sweep.trial(1).state.reason


def test_a_lost_trial_waits_at_the_head_of_the_queue_and_gives_up_after_three_losses() -> None:
    sweep = Sweep(slots=1)
    sweep.propose(2)
    for _ in range(2):
        sweep.end(1, Lost(reason="the runner vanished"))
        assert isinstance(sweep.trial(1).state, Running)
    view = trial_view(sweep.trial(1))
    assert view.failure == "lost"
    assert [a.outcome for a in view.attempt_list] == ["lost", "lost", None]
    sweep.end(1, Lost(reason="the runner vanished"))
    state = sweep.trial(1).state
    assert isinstance(state, Failed)
    assert state.kind is FailureKind.LOST


def test_a_fenced_attempt_leaves_no_trace_but_its_number() -> None:
    sweep = Sweep(slots=1)
    sweep.propose(1)
    sweep.tell(AttemptFenced, trial=1, attempt=1)
    assert [a.n for a in sweep.trial(1).attempts] == [2]
    assert sweep.trial(1).losses == 0


def test_a_later_attempt_replaces_the_curve_from_its_first_step() -> None:
    sweep = Sweep(slots=1)
    sweep.propose()
    for step, acc in ((1, 0.1), (2, 0.9), (3, 0.3)):
        sweep.report(1, step, acc=acc)
    sweep.end(1, Lost(reason="power"))
    sweep.report(1, 2, acc=0.2)
    assert (sweep.trial(1).steps, sweep.trial(1).values) == ([1, 2], [0.1, 0.2])
    assert sweep.trial(1).best.value == 0.2


def test_pruning_stops_the_process_and_the_slot_is_free_only_when_it_is_gone() -> None:
    sweep = Sweep(slots=1)
    sweep.propose(2)
    commands = sweep.act(Prune(trials=(1,)))
    assert [type(c).__name__ for c in commands] == ["StopAttempt"]
    assert sweep.trial(2).state == Waiting()
    sweep.end(1, Signalled(signal=15))
    assert isinstance(sweep.trial(1).state, Pruned)
    assert isinstance(sweep.trial(2).state, Running)


def test_a_waiting_trial_is_pruned_at_once_and_a_final_one_is_left_alone() -> None:
    sweep = Sweep(slots=1)
    sweep.propose(2)
    sweep.act(Prune(trials=(2,)))
    assert isinstance(sweep.trial(2).state, Pruned)
    seen = sweep.machine.prepare(Prune(trials=(2, 1)), Facts(at=sweep.at)).preview
    assert seen.done == ("t0001",)
    assert [(s.id, s.why) for s in seen.skipped] == [("t0002", "already pruned by ann@pts/1")]


def test_the_same_request_twice_acts_once() -> None:
    sweep = Sweep(slots=1)
    sweep.propose()
    assert sweep.act(Stop(now=True), request="once")
    assert sweep.act(Stop(now=True), request="once") == []


def test_nan_makes_a_trial_diverge_and_does_not_count_as_a_bug() -> None:
    sweep = Sweep()
    sweep.propose()
    commands = sweep.report(1, 1, acc=0.1, train_loss=nan)
    assert [type(c).__name__ for c in commands] == ["StopAttempt"]
    sweep.end(1, Signalled(signal=15))
    state = sweep.trial(1).state
    assert isinstance(state, Failed)
    assert state.kind is FailureKind.DIVERGED
    assert "train_loss is nan at step 1" in state.reason
    assert sweep.machine.state.failures_in_a_row == 0


def test_the_sweep_finishes_when_the_last_of_its_trials_is_done() -> None:
    sweep = Sweep(limits=Limits(trials=2))
    sweep.propose(2)
    for number in (1, 2):
        assert sweep.status == "running"
        sweep.report(number, 3, acc=0.5)
        sweep.end(number)
    assert sweep.status == "finished"
    assert sweep.view().sentence == "all 2 trials are done"


def test_a_graceful_stop_lets_running_trials_finish_and_resume_goes_on() -> None:
    sweep = Sweep(slots=1)
    sweep.propose(2)
    assert sweep.act(Stop()) == []
    assert sweep.status == "stopping"
    sweep.report(1, 3, acc=0.5)
    sweep.end(1)
    assert sweep.status == "stopped"
    assert sweep.trial(2).state == Waiting()
    sweep.act(Resume())
    assert sweep.status == "running"
    assert isinstance(sweep.trial(2).state, Running)


def test_stop_now_sends_running_trials_back_to_the_queue() -> None:
    sweep = Sweep(slots=1)
    sweep.propose(2)
    sweep.act(Stop(now=True))
    sweep.end(1, Signalled(signal=15))
    assert sweep.status == "stopped"
    assert sweep.trial(1).state == Waiting()
    assert sweep.trial(1).attempts[0].end.outcome == "stopped"
    sweep.act(Resume())
    assert isinstance(sweep.trial(1).state, Running)


def test_five_failures_before_any_report_stop_a_broken_sweep() -> None:
    sweep = Sweep(slots=1)
    for _ in range(5):
        sweep.propose()
        sweep.end(len(sweep.machine.state.trials), Exited(code=1, tail="ImportError: torch"))
    assert sweep.status == "stopped"
    assert "ImportError: torch" in sweep.view().sentence


def test_reaching_the_target_ends_the_sweep_with_a_sentence() -> None:
    sweep = Sweep(slots=1, limits=Limits(target=0.9))
    sweep.propose(1)
    sweep.report(1, 1, acc=0.95)
    sweep.end(1)
    assert sweep.status == "finished"
    assert "t0001 reached the target" in sweep.view().sentence


def test_a_metric_that_no_report_carries_is_warned_about_with_the_names_seen() -> None:
    sweep = Sweep(slots=1)
    sweep.propose()
    sweep.report(1, 1, accuracy=0.5)
    assert sweep.view().warnings == []
    sweep.end(1)
    assert sweep.view().warnings == [
        "no report carries the metric 'acc'; reported so far: accuracy"
    ]


def test_the_best_trial_follows_the_goal() -> None:
    sweep = Sweep(goal=Goal.MINIMIZE)
    sweep.propose(2)
    sweep.report(1, 1, acc=0.5)
    sweep.report(2, 1, acc=0.4)
    sweep.report(2, 2, acc=nan)
    best = sweep.view().best
    assert best is not None
    assert (best.trial, best.value, best.step) == ("t0002", 0.4, 1)


def test_replaying_the_log_gives_the_same_state() -> None:
    sweep = Sweep(slots=1, limits=Limits(trials=3))
    sweep.propose(2)
    sweep.report(1, 1, acc=0.5)
    sweep.act(Prune(trials=(1,)))
    sweep.end(1, Signalled(signal=15))
    batch, _, _ = sweep.journal.take()
    again = Journal(SweepMachine([Diverged()]), sweep.view)
    again.replay(batch.events)
    trials = again.machine.state.trials
    assert [trial_view(t) for t in trials.values()] == [
        trial_view(t) for t in sweep.machine.state.trials.values()
    ]
    assert again.machine.history.decisions == sweep.machine.history.decisions


@pytest.mark.parametrize("act", [Resume()])
def test_resuming_a_running_sweep_is_refused_with_a_sentence(act: Resume) -> None:
    assert (
        Sweep().machine.prepare(act, Facts(at=1.0)).preview.refused
        == "the sweep is running already"
    )


def test_the_lead_is_lost_when_a_restarted_leader_falls_behind() -> None:
    sweep = Sweep()
    sweep.propose(2)
    sweep.report(1, 1, acc=0.3)
    sweep.report(1, 2, acc=0.9)
    sweep.report(2, 1, acc=0.5)
    assert sweep.view().best.trial == "t0001"  # type: ignore[union-attr]
    sweep.end(1, Lost(reason="power"))
    sweep.report(1, 2, acc=0.4)
    assert sweep.view().best.trial == "t0002"  # type: ignore[union-attr]
