"""A person marks configurations infeasible, whatever they scored."""

from __future__ import annotations

from typing import Any

from engine.core.acts import Prune, Revive, Undo
from engine.core.commands import StopAttempt
from engine.core.model import Complete, Ending, Exited, Pruned, Signalled
from engine.core.observing import observe
from engine.core.views import TrialView
from tests.fakes.told_sweep import ANN, ToldSweep
from tui_tuner.view.range_points import gather

MARK = Prune(trials=(1,), infeasible=True)


def sweep_of(*accuracies: float, **plan: Any) -> ToldSweep:
    """Complete trials with these accuracies, and one that runs."""
    sweep = ToldSweep(slots=1, **plan)
    sweep.propose(len(accuracies) + 1)
    for number, acc in enumerate(accuracies, 1):
        sweep.report(number, 27, acc=acc)
        sweep.end(number)
    return sweep


def test_a_complete_trial_marked_infeasible_is_no_longer_the_best() -> None:
    sweep = sweep_of(0.9, 0.7)
    assert sweep.state.best == 1
    seen = sweep.do(MARK, why="too big")
    assert seen.sentence == "mark t0001 infeasible; results and checkpoints are kept"
    assert seen.details == {"t0001": "complete; no longer among the best"}
    assert sweep.trial(1).state == Pruned(
        at=sweep.at, reason=f"marked infeasible by {ANN}: too big", infeasible=True
    )
    assert sweep.state.best == 2
    assert [t.number for t in sweep.state.best_trials(5)] == [2]
    assert [t.number for t in sweep.state.leaders.top(5)] == [2]
    assert sweep.history()[-1] == "marked t0001 infeasible"


def test_search_methods_hear_that_it_is_infeasible() -> None:
    sweep = sweep_of(0.9)
    sweep.state.unlearned.clear()
    sweep.do(MARK)
    assert sweep.state.unlearned == {1}
    assert observe(sweep.trial(1)).status == "infeasible"


def test_a_running_trial_is_ended_and_then_infeasible() -> None:
    sweep = sweep_of()
    sweep.report(1, 3)
    seen = sweep.ask(MARK)
    assert seen.sentence.startswith("mark t0001 infeasible; frees 1 slot; saves 24 epochs")
    sweep.do(MARK)
    assert sweep.running(1).ending is Ending.INFEASIBLE
    assert StopAttempt(trial=1, attempt=1) in sweep.commands
    assert sweep.ask(Prune(trials=(1,))).skipped[0].why == "already being stopped"
    sweep.end(1, Signalled(signal=15))
    state = sweep.trial(1).state
    assert isinstance(state, Pruned)
    assert state.infeasible
    assert sweep.state.best is None


def test_undo_makes_it_the_best_again() -> None:
    sweep = sweep_of(0.9, 0.7)
    complete = sweep.trial(1).state
    sweep.do(MARK)
    sweep.do(Undo())
    assert sweep.trial(1).state == complete
    assert sweep.state.best == 1
    assert [t.number for t in sweep.state.leaders.top(5)] == [1, 2]
    assert observe(sweep.trial(1)).status == "complete"


def test_undo_lets_a_trial_that_was_being_stopped_go_on() -> None:
    sweep = sweep_of()
    sweep.do(MARK)
    sweep.do(Undo())
    assert sweep.running(1).ending is Ending.REQUEUED


def test_a_revived_trial_is_marked_no_longer() -> None:
    sweep = sweep_of(0.9, 0.7)
    sweep.do(MARK)
    sweep.do(Revive(trials=(1,)), checkpoints={1: 27})
    assert sweep.state.best == 1


def test_what_is_infeasible_already_is_left_alone() -> None:
    sweep = sweep_of(0.9)
    sweep.end(2, Exited(code=1, tail="CUDA out of memory"))
    sweep.do(MARK)
    skipped = sweep.ask(Prune(trials=(1, 2, 9), infeasible=True)).skipped
    assert [s.why for s in skipped] == [
        "is marked infeasible already",
        "is infeasible already: oom",
        "no such trial",
    ]


def test_a_pruned_trial_can_be_marked_and_a_complete_one_not_merely_pruned() -> None:
    sweep = sweep_of(0.9)
    sweep.do(Prune(trials=(2,)))
    sweep.end(2, Signalled(signal=15))
    assert sweep.ask(Prune(trials=(2,), infeasible=True)).done == ("t0002",)
    assert sweep.ask(Prune(trials=(1,))).done == ()
    assert isinstance(sweep.trial(1).state, Complete)


def test_a_restart_remembers_it() -> None:
    sweep = sweep_of(0.9, 0.7)
    sweep.do(MARK)
    before = sweep.told()
    sweep.restart()
    assert sweep.told() == before
    assert sweep.state.best == 2


def test_charts_draw_it_among_the_infeasible() -> None:
    sweep = sweep_of(0.9, 0.7)
    sweep.do(MARK)
    rows: list[TrialView] = [sweep.rows["t0001"], sweep.rows["t0002"]]
    cloud = gather(rows, "lr", [])
    assert cloud.infeasible == (0.001,)
    assert [value for value, _ in cloud.ended] == [0.002]
