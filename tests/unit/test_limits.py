"""What ends a sweep before its trials are done, told to the machine second by second."""

from __future__ import annotations

import pytest

from engine.core.acts import Pause, Prune, Resume, Undo
from engine.core.commands import Emit
from engine.core.events import AttemptFenced, EngineStarted, LimitReached, VerdictReached
from engine.core.limits import time_left
from engine.core.model import Exited, FailureKind, Lost, Signalled
from engine.core.plan import Limits
from tests.fakes.told_sweep import ToldSweep

HOUR = 3600.0


def finish(sweep: ToldSweep, trial: int, acc: float) -> None:
    sweep.report(trial, 27, acc=acc)
    sweep.end(trial)


# Failures in a row -------------------------------------------------------------------------


def test_failures_in_a_row_end_the_sweep_with_the_last_lines_of_the_last() -> None:
    sweep = ToldSweep(limits=Limits(failures=2))
    sweep.propose(3)
    sweep.end(1, Exited(code=1, tail="ValueError: first"))
    tail = (
        "Traceback (most recent call last):\n  File 'train.py'\n\n  x = 1 / 0\nZeroDivisionError: 0"
    )
    sweep.end(2, Exited(code=1, tail=tail))
    assert sweep.state.limit == "failures"
    assert sweep.state.sentence == (
        "2 trials failed in a row; the last: t0002: ZeroDivisionError: 0; its output ends: "
        "File 'train.py' | x = 1 / 0 | ZeroDivisionError: 0"
    )


def test_an_output_that_says_no_more_than_the_reason_is_not_repeated() -> None:
    sweep = ToldSweep(limits=Limits(failures=1))
    sweep.propose()
    sweep.end(1, Exited(code=1, tail="boom\n"))
    assert sweep.state.sentence == "a trial failed; the last: t0001: boom"


def test_marks_under_a_line_of_a_traceback_are_no_last_lines() -> None:
    sweep = ToldSweep(limits=Limits(failures=1))
    sweep.propose()
    tail = "epoch 3\n  x = open(path)\n      ^^^^~~^^\nOSError: gone"
    sweep.end(1, Exited(code=1, tail=tail))
    assert sweep.state.sentence.endswith("epoch 3 | x = open(path) | OSError: gone")


def test_a_trial_that_was_killed_tells_what_it_printed_last() -> None:
    sweep = ToldSweep(limits=Limits(failures=1))
    sweep.propose()
    sweep.end(1, Signalled(signal=11, tail="loading data\n"))
    assert sweep.state.sentence.endswith("killed by SIGSEGV; its output ends: loading data")


def test_an_infeasible_trial_is_not_the_one_that_broke_the_circuit() -> None:
    sweep = ToldSweep(limits=Limits(failures=1))
    sweep.propose(2)
    sweep.end(1, Exited(code=1, tail="boom"))
    assert sweep.state.limit == "failures"
    sweep.end(2, Exited(code=1, tail="CUDA out of memory"))
    assert "t0001" in sweep.state.sentence


# No improvement ----------------------------------------------------------------------------


def no_improvement(most: int, **plan: object) -> ToldSweep:
    sweep = ToldSweep(slots=1, limits=Limits(no_improvement=most), **plan)
    sweep.propose(8)
    return sweep


def test_trials_in_a_row_without_a_new_best_end_the_sweep() -> None:
    sweep = no_improvement(3)
    for trial, acc in enumerate([0.5, 0.7, 0.6, 0.6], 1):
        finish(sweep, trial, acc)
    assert sweep.state.limit is None
    finish(sweep, 5, 0.5)
    assert sweep.state.limit == "no_improvement"
    assert (
        sweep.state.sentence == "3 trials in a row brought no new best: t0002 leads with acc 0.727"
    )
    assert sweep.history()[-2:] == [
        f"{sweep.state.sentence}; no further trial is proposed",
        sweep.state.sentence,
    ]
    assert sweep.state.status == "finished"


def test_a_new_best_begins_the_count_anew_even_before_its_trial_has_ended() -> None:
    sweep = no_improvement(2)
    for trial, acc in enumerate([0.5, 0.4], 1):
        finish(sweep, trial, acc)
    sweep.report(3, 5, acc=0.6)
    assert not sweep.state.since_best
    sweep.end(3)
    assert not sweep.state.since_best
    assert sweep.state.limit is None


def test_a_pruned_trial_brought_no_new_best_and_a_broken_one_says_nothing() -> None:
    sweep = no_improvement(3)
    finish(sweep, 1, 0.5)
    sweep.do(Prune(trials=(2,)))
    sweep.end(2, Signalled(signal=15))
    assert sweep.state.since_best == {2}
    sweep.end(3, Exited(code=1, tail="boom"))
    assert sweep.state.since_best == {2}
    verdict = {"rule": "diverged", "sentence": "NaN", "failure": FailureKind.DIVERGED}
    sweep.tell(VerdictReached, trial=4, attempt=1, **verdict)
    sweep.end(4, Signalled(signal=15))
    assert sweep.state.since_best == {2, 4}


def test_a_proposal_pruned_before_it_ran_says_nothing() -> None:
    sweep = no_improvement(1)
    sweep.report(1, 5, acc=0.5)
    sweep.do(Prune(trials=(3, 4)))
    assert not sweep.state.since_best


def test_nothing_ends_while_no_trial_has_an_objective() -> None:
    sweep = no_improvement(1)
    for trial in (1, 2, 3):
        sweep.do(Prune(trials=(trial,)))
        sweep.end(trial, Signalled(signal=15))
    assert sweep.state.limit is None


def test_an_old_log_of_the_sweep_comes_to_the_same_count() -> None:
    sweep = no_improvement(4)
    for trial, acc in enumerate([0.5, 0.4, 0.3], 1):
        finish(sweep, trial, acc)
    before = set(sweep.state.since_best)
    sweep.restart()
    assert sweep.state.since_best == before == {2, 3}


# Slot-hours --------------------------------------------------------------------------------


def test_every_slot_that_is_held_uses_up_its_hours() -> None:
    sweep = ToldSweep(slots=2, limits=Limits(slot_hours=2))
    sweep.propose(2)
    begun = sweep.at
    left = time_left(sweep.state, begun)
    assert left is not None
    assert (left.limit, left.left_s) == ("slot_hours", pytest.approx(HOUR, abs=1))
    sweep.at = begun + HOUR / 2
    sweep.end(1)
    left = time_left(sweep.state, sweep.at)
    assert left is not None
    assert left.left_s == pytest.approx(HOUR, abs=5)


def test_no_time_runs_out_while_no_slot_is_held() -> None:
    sweep = ToldSweep(limits=Limits(slot_hours=1))
    assert time_left(sweep.state, 9 * HOUR) is None


def test_a_held_trial_uses_its_slot_up_and_one_that_left_it_does_not() -> None:
    sweep = ToldSweep(slots=2, limits=Limits(slot_hours=100))
    sweep.propose(2)
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.do(Pause(trials=(2,), how="now"))
    sweep.end(2, Signalled(signal=15))
    used = sweep.state.slot_time.elapsed(sweep.at)
    assert sweep.state.slot_time.elapsed(sweep.at + HOUR) == pytest.approx(used + HOUR)


def test_used_up_slot_hours_end_the_sweep_when_a_trial_would_start() -> None:
    sweep = ToldSweep(slots=1, limits=Limits(slot_hours=1))
    sweep.propose(3)
    sweep.report(1, 27)
    sweep.at += HOUR
    sweep.end(1)
    assert (sweep.state.limit, sweep.state.sentence) == ("slot_hours", "1 slot-hours are used up")
    assert sweep.state.status == "finished"


def test_the_hours_of_the_sweep_end_it_when_a_trial_would_start() -> None:
    sweep = ToldSweep(slots=1, limits=Limits(hours=1, slot_hours=9))
    sweep.propose(3)
    sweep.report(1, 27)
    sweep.at += HOUR
    sweep.end(1)
    assert (sweep.state.limit, sweep.state.sentence) == ("hours", "1 hours are over")


def test_slots_are_used_while_no_engine_runs_as_far_as_reports_tell() -> None:
    sweep = ToldSweep(slots=2)
    sweep.propose(2)
    left_at = sweep.at
    sweep.at += 10 * HOUR
    sweep.tell(EngineStarted, pid=2, resumed=True)
    sweep.report(1, 5)
    sweep.end(1)
    sweep.end(2, Lost(reason="the machine went down"))
    used = sweep.state.slot_time.elapsed(sweep.at)
    assert used == pytest.approx(10 * HOUR + 2 * left_at, abs=20)


def test_a_trial_that_ended_meanwhile_is_counted_until_its_last_report() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose()
    begun = sweep.at
    sweep.at += 10 * HOUR
    sweep.tell(EngineStarted, pid=2, resumed=True)
    back_at, sweep.at = sweep.at, begun + HOUR
    sweep.report(1, 27)
    sweep.at = back_at
    sweep.end(1)
    assert sweep.state.slot_time.elapsed(sweep.at) == pytest.approx(HOUR, abs=5)


def test_an_attempt_that_never_began_used_nothing() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose()
    sweep.do(Prune(trials=(1,)))
    sweep.at += HOUR
    sweep.tell(AttemptFenced, trial=1, attempt=1)
    assert sweep.state.slot_time.elapsed(sweep.at) == 0.0


def test_a_restart_comes_to_the_same_slot_hours() -> None:
    sweep = ToldSweep(slots=2)
    sweep.propose(3)
    sweep.at += HOUR
    sweep.report(1, 27)
    sweep.end(1)
    used = sweep.state.slot_time.elapsed(sweep.at)
    sweep.restart()
    assert sweep.state.slot_time.elapsed(sweep.at) == used > HOUR


# After a limit -----------------------------------------------------------------------------


def test_a_limit_is_told_once_and_what_runs_may_finish() -> None:
    sweep = ToldSweep(slots=2, limits=Limits(no_improvement=1))
    sweep.propose(4)
    sweep.report(1, 5, acc=0.9)
    sweep.report(2, 5)
    sweep.do(Prune(trials=(2,)))
    sweep.end(2, Signalled(signal=15))
    assert sweep.state.limit == "no_improvement"
    assert sweep.state.status == "running"
    told = [c for c in sweep.commands if isinstance(c, Emit) and isinstance(c.event, LimitReached)]
    assert len(told) <= 1
    finish(sweep, 1, 0.9)
    assert sweep.state.status == "finished"
    reached = [e.event for e in sweep.log if isinstance(e.event, LimitReached)]
    assert len(reached) == 1


def test_a_resumed_sweep_gets_as_many_trials_again() -> None:
    sweep = ToldSweep(slots=1, limits=Limits(failures=1, no_improvement=2))
    sweep.propose(6)
    finish(sweep, 1, 0.9)
    finish(sweep, 2, 0.1)
    sweep.end(3, Exited(code=1, tail="boom"))
    assert (sweep.state.limit, sweep.state.status) == ("failures", "stopped")
    sweep.do(Resume())
    assert not sweep.state.since_best
    finish(sweep, 4, 0.1)
    assert sweep.state.status == "running"
    finish(sweep, 5, 0.1)
    assert sweep.state.limit == "no_improvement"
    assert sweep.ask(Undo()).refused is not None


# What is left -------------------------------------------------------------------------------


def test_the_time_left_is_never_more_than_a_limit_of_time_allows() -> None:
    sweep = ToldSweep(limits=Limits(trials=1000, hours=1.0))
    sweep.propose(2)
    left_s = sweep.view().eta_s
    assert left_s is not None
    assert left_s == pytest.approx(HOUR - sweep.view().elapsed_s)
    finish(sweep, 1, 0.9)
    assert (sweep.view().eta_s or 0.0) <= HOUR
    unlimited = ToldSweep(limits=Limits(trials=1000))
    unlimited.propose(2)
    assert unlimited.view().eta_s is None
