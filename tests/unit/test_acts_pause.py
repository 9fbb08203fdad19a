"""Pausing lets a trial leave its slot, or holds it there; what that costs is said before."""

from __future__ import annotations

from engine.core.acts import Continue, Pause, Promote, Prune, Resume, Stop, Undo
from engine.core.commands import ContinueAttempt, HoldAttempt, StopAttempt, TellAttempt
from engine.core.events import AttemptFenced, EngineStarted, LimitReached, VerdictReached
from engine.core.model import (
    Complete,
    Ending,
    Exited,
    Failed,
    Lost,
    Paused,
    Pruned,
    Running,
    Signalled,
    Waiting,
)
from engine.core.plan import Limits
from engine.core.projection import trial_view
from tests.fakes.told_sweep import ToldSweep

LISTENING = frozenset({1, 2})


def running(*steps: int, **plan: object) -> ToldSweep:
    """A sweep whose first trial has come this far."""
    sweep = ToldSweep(**plan)
    sweep.propose()
    sweep.report(1, *steps)
    return sweep


def test_a_trial_is_asked_to_leave_frees_its_slot_and_continues_from_its_checkpoint() -> None:
    sweep = running(1, 2)
    seen = sweep.do(Pause(trials=(1,)), listening=LISTENING, checkpoints={1: 2})
    assert seen.details["t0001"] == (
        "leaves at its next epoch, frees slot 1; goes on from epoch 2 when continued"
    )
    assert sweep.commands[0] == TellAttempt(trial=1, attempt=1)
    assert sweep.running(1).gently
    sweep.report(1, 3)
    sweep.end(1)
    state = sweep.trial(1).state
    assert isinstance(state, Paused)
    assert state.reason == "paused by ann@pts/1"
    assert sweep.state.slots.free == 2
    seen = sweep.do(Continue(trials=(1,)), checkpoints={1: 3})
    assert seen.details["t0001"] == "continues from epoch 3"
    assert sweep.trial(1).state == Running(attempt=2, slot=1)


def test_a_script_that_does_not_listen_is_ended_and_the_cost_is_told_before() -> None:
    sweep = running(1, 2, 3, 4, 5)
    seen = sweep.ask(Pause(trials=(1,)), checkpoints={1: 2})
    assert seen.details["t0001"] == (
        "ended at once, frees slot 1; loses up to 3 epochs: its newest checkpoint is of epoch 2"
    )
    assert seen.epochs == 3
    seen = sweep.do(Pause(trials=(1,)))
    assert "starts over when continued: no checkpoint" in seen.details["t0001"]
    assert sweep.commands[0] == StopAttempt(trial=1, attempt=1)


def test_a_trial_that_fails_while_it_leaves_has_failed() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    sweep.end(1, Exited(code=1, tail="OSError: no space left"))
    assert isinstance(sweep.trial(1).state, Failed)


def test_a_trial_that_comes_to_its_end_while_it_leaves_is_complete() -> None:
    sweep = running(26)
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    sweep.report(1, 27)
    sweep.end(1)
    assert isinstance(sweep.trial(1).state, Complete)


def test_a_trial_that_is_leaving_can_be_ended_at_once_or_told_to_stay() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    again = sweep.ask(Pause(trials=(1,)), listening=LISTENING)
    assert again.skipped[0].why == "already pausing; --now ends it at once"
    sweep.do(Continue(trials=(1,)))
    assert sweep.trial(1).state == Running(attempt=1, slot=1)
    assert sweep.commands == [TellAttempt(trial=1, attempt=1)]
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    sweep.do(Pause(trials=(1,), how="now"))
    assert StopAttempt(trial=1, attempt=1) in sweep.commands
    sweep.end(1, Signalled(signal=15))
    assert isinstance(sweep.trial(1).state, Paused)


def test_a_held_trial_keeps_its_slot_and_goes_on_where_it_was() -> None:
    sweep = running(1)
    seen = sweep.do(Pause(trials=(1,), how="hold"))
    assert seen.sentence == "hold t0001; its memory and 1 slot stay taken"
    assert sweep.commands[0] == HoldAttempt(trial=1, attempt=1)
    view = trial_view(sweep.trial(1))
    assert (view.state, view.held, view.slot) == ("paused", True, 1)
    assert sweep.state.counts["paused"] == 1
    sweep.do(Continue(trials=(1,)))
    assert ContinueAttempt(trial=1, attempt=1) in sweep.commands
    assert sweep.trial(1).state == Running(attempt=1, slot=1)


def test_a_held_trial_that_is_to_leave_is_let_go_on_so_that_it_can() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    assert sweep.commands[:2] == [
        TellAttempt(trial=1, attempt=1),
        ContinueAttempt(trial=1, attempt=1),
    ]
    assert not sweep.running(1).held


def test_a_held_trial_can_be_pruned() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.do(Prune(trials=(1,)))
    assert StopAttempt(trial=1, attempt=1) in sweep.commands
    sweep.end(1, Signalled(signal=15))
    assert isinstance(sweep.trial(1).state, Pruned)


def test_a_held_trial_stays_paused_when_the_machine_goes_down_and_fails_when_it_is_killed() -> None:
    for ended, state in [(Lost(reason="rebooted"), Paused), (Signalled(signal=9), Failed)]:
        sweep = running(1)
        sweep.do(Pause(trials=(1,), how="hold"))
        sweep.end(1, ended)
        assert isinstance(sweep.trial(1).state, state)


def test_a_held_trial_that_had_just_ended_does_not_go_on_to_a_raised_budget() -> None:
    sweep = running(1, 27)
    sweep.do(Promote(trials=(1,), budget=81))
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.end(1)
    assert isinstance(sweep.trial(1).state, Paused)


def test_a_held_trial_says_nothing_of_how_long_an_epoch_takes() -> None:
    sweep = running(1, 2)
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.at += 3600.0
    sweep.do(Continue(trials=(1,)))
    sweep.end(1)
    assert sweep.state.epoch_seconds.count == 0


def test_a_waiting_trial_is_paused_where_it_is_and_a_finished_one_is_left_alone() -> None:
    sweep = running(1, slots=1)
    sweep.propose()
    sweep.do(Pause(trials=(2,)))
    assert isinstance(sweep.trial(2).state, Paused)
    assert "waits" not in sweep.history()[-1]
    sweep.end(1)
    whys = {s.id: s.why for s in sweep.ask(Pause(trials=(1, 2))).skipped}
    assert whys == {"t0001": "already complete", "t0002": "already paused"}
    hold = sweep.ask(Pause(trials=(1, 2), how="hold"))
    assert hold.done == ()


def test_a_trial_that_waits_cannot_be_held() -> None:
    sweep = running(1, slots=1)
    sweep.propose()
    seen = sweep.ask(Pause(trials=(2,), how="hold"))
    assert seen.skipped[0].why == "waits: there is nothing to hold"


def test_continuing_what_is_not_paused_says_so() -> None:
    sweep = running(1)
    assert sweep.ask(Continue(trials=(1,))).skipped[0].why == "is not paused: it is running"


def test_the_sweep_does_not_finish_while_a_trial_is_paused() -> None:
    sweep = running(1, limits=Limits(trials=1))
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    sweep.end(1)
    assert sweep.state.status == "running"
    sweep.do(Continue(trials=(1,)))
    sweep.report(1, 27)
    sweep.end(1)
    assert sweep.state.status == "finished"


def test_a_limit_ends_the_sweep_and_a_paused_trial_can_still_be_continued() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    sweep.end(1)
    sweep.tell(LimitReached, limit="hours", sentence="8 hours are over")
    assert sweep.state.status == "finished"
    sweep.do(Continue(trials=(1,)))
    assert sweep.running(1).attempt == 2
    sweep.report(1, 27)
    sweep.end(1)
    assert (sweep.state.status, sweep.state.sentence) == ("finished", "8 hours are over")


def test_nothing_is_held_in_a_sweep_that_is_about_to_end() -> None:
    sweep = running(1)
    sweep.do(Stop())
    refused = sweep.ask(Pause(trials=(1,), how="hold")).refused
    assert refused == "the sweep is stopping: a held trial would keep it from ending"


def test_a_stop_lets_held_trials_go_and_they_stay_paused_over_it() -> None:
    sweep = running(1)
    sweep.propose()
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.do(Pause(trials=(2,)), listening=LISTENING)
    sweep.do(Stop(now=True))
    assert {StopAttempt(trial=n, attempt=1) for n in (1, 2)} <= set(sweep.commands)
    for number in (1, 2):
        sweep.end(number, Signalled(signal=15))
    assert all(isinstance(sweep.trial(n).state, Paused) for n in (1, 2))
    assert sweep.state.status == "stopped"
    sweep.do(Resume())
    assert sweep.state.counts["paused"] == 2


def test_a_trial_paused_before_its_process_began_stays_paused_after_a_crash() -> None:
    for how in ("now", "hold"):
        sweep = ToldSweep()
        sweep.propose()
        sweep.do(Pause(trials=(1,), how=how))
        sweep.restart()
        sweep.tell(EngineStarted, pid=2, resumed=True)
        sweep.tell(AttemptFenced, trial=1, attempt=1)
        assert isinstance(sweep.trial(1).state, Paused)
        assert sweep.trial(1).attempts == []


def test_a_pruned_trial_whose_process_never_began_does_not_run_after_a_crash() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.do(Prune(trials=(1,)))
    sweep.restart()
    sweep.tell(EngineStarted, pid=2, resumed=True)
    sweep.tell(AttemptFenced, trial=1, attempt=1)
    assert isinstance(sweep.trial(1).state, Pruned)


def test_a_rule_stops_a_held_trial_whose_last_reports_came_late() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.tell(VerdictReached, trial=1, attempt=1, rule="median", sentence="below the median")
    assert sweep.running(1).ending is Ending.PRUNED


def test_undoing_a_pause_takes_the_request_back_or_queues_the_trial_first() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    sweep.do(Undo())
    assert sweep.trial(1).state == Running(attempt=1, slot=1)
    sweep.do(Pause(trials=(1,)), listening=LISTENING)
    sweep.end(1)
    sweep.do(Undo())
    assert sweep.trial(1).state == Running(attempt=2, slot=1)


def test_undoing_a_pause_at_once_lets_the_trial_go_and_wait() -> None:
    sweep = running(1, slots=1)
    sweep.do(Pause(trials=(1,), how="now"))
    sweep.do(Undo())
    assert sweep.running(1).ending is Ending.REQUEUED
    sweep.end(1, Signalled(signal=15))
    assert sweep.running(1).attempt == 2


def test_undo_holds_again_what_was_let_go_on_and_the_other_way_round() -> None:
    sweep = running(1)
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.do(Continue(trials=(1,)))
    sweep.do(Undo())
    assert sweep.running(1).held
    assert HoldAttempt(trial=1, attempt=1) in sweep.commands
    sweep.do(Undo())
    assert sweep.trial(1).state == Running(attempt=1, slot=1)
    assert ContinueAttempt(trial=1, attempt=1) in sweep.commands


def test_continued_trials_keep_their_order_at_the_head_of_the_queue() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(4)
    sweep.do(Pause(trials=(3, 4)))
    sweep.do(Continue(trials=(3, 4)))
    assert list(sweep.state.waiting) == [3, 4, 2]
    sweep.do(Undo())
    assert isinstance(sweep.trial(3).state, Paused)
    assert isinstance(sweep.trial(2).state, Waiting)


def test_a_trial_that_heard_of_a_pause_before_it_was_called_off_goes_on_after_it_left() -> None:
    for call_off in (Undo(), Continue(trials=(1,))):
        sweep = running(1, 2)
        sweep.do(Pause(trials=(1,)), listening=LISTENING, checkpoints={1: 2})
        sweep.do(call_off, checkpoints={1: 2})
        sweep.end(1)
        assert sweep.trial(1).state == Running(attempt=2, slot=1)
        sweep.report(1, *range(3, 28))
        sweep.end(1)
        assert isinstance(sweep.trial(1).state, Complete)
