"""Undo takes the newest act back as far as it still can be, and says what cannot."""

from __future__ import annotations

from engine.core.acts import (
    ContinueScheduling,
    EditSpace,
    Note,
    Pause,
    PauseScheduling,
    Prune,
    Resume,
    Revive,
    SetSlots,
    Stop,
    Undo,
)
from engine.core.edits import SetRange
from engine.core.events import Acted, LimitReached
from engine.core.model import Ending, Exited, Paused, Pruned, Running, Waiting
from engine.core.state import Scheduling
from tests.fakes.told_sweep import ANN, ToldSweep


def test_there_may_be_nothing_to_undo() -> None:
    assert ToldSweep().ask(Undo()).refused == "there is nothing to undo"


def test_undo_goes_back_act_by_act_and_says_so_in_the_history() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(3)
    sweep.do(Prune(trials=(2,)), why="no better than chance")
    sweep.do(Prune(trials=(3,)))
    seen = sweep.do(Undo())
    assert seen.sentence == "undo 2: pruned t0003"
    assert seen.details == {"t0003": "pruned to waiting"}
    sweep.do(Undo())
    assert all(isinstance(sweep.trial(n).state, Waiting) for n in (2, 3))
    last = sweep.machine.history.decisions[-1]
    assert (last.what, last.sentence, last.undoes) == ("undo", "undid 1: pruned t0002", 1)
    assert last.trials == ("t0002",)
    assert sweep.ask(Undo()).refused == "there is nothing to undo"


def test_only_the_newest_can_be_undone() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(3)
    sweep.do(Prune(trials=(2,)))
    sweep.do(Prune(trials=(3,)))
    assert sweep.ask(Undo(n=1)).refused == (
        "decision 1 is not the newest; undo 2: pruned t0003 first"
    )
    assert sweep.ask(Undo(n=2)).refused is None


def test_a_trial_that_is_being_pruned_goes_and_waits_once_that_is_undone() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose()
    sweep.do(Prune(trials=(1,)))
    sweep.do(Undo())
    assert sweep.running(1).ending is Ending.REQUEUED
    sweep.end(1, Exited(code=143))
    assert sweep.trial(1).state == Running(attempt=2, slot=1)


def test_a_trial_that_was_pruned_goes_on_once_that_is_undone() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(2)
    sweep.do(Prune(trials=(1,)))
    sweep.end(1)
    sweep.do(Undo())
    assert list(sweep.state.waiting) == [1]


def test_a_held_or_paused_trial_that_was_pruned_is_paused_once_that_is_undone() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.do(Prune(trials=(1,)))
    sweep.do(Undo())
    sweep.end(1, Exited(code=143))
    assert isinstance(sweep.trial(1).state, Paused)
    sweep.do(Prune(trials=(1,)))
    sweep.do(Undo())
    assert isinstance(sweep.trial(1).state, Paused)


def test_what_ran_on_since_is_left_alone_and_the_rest_is_put_back() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(3)
    sweep.do(Prune(trials=(2, 3)))
    pruned = sweep.trial(3).state
    sweep.do(Revive(trials=(2, 3)))
    sweep.end(1, Exited(code=1))
    assert isinstance(sweep.trial(2).state, Running)
    seen = sweep.do(Undo())
    assert seen.done == ("t0003",)
    assert [(s.id, s.why) for s in seen.skipped] == [("t0002", "runs by now: prune or pause it")]
    assert sweep.trial(3).state == pruned


def test_an_act_that_cannot_be_undone_any_more_is_passed_over() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(2)
    sweep.do(Note(trials=(1,), text="good"))
    sweep.do(Prune(trials=(2,)))
    sweep.do(Revive(trials=(2,)))
    sweep.end(1, Exited(code=1))
    sweep.end(2, Exited(code=1))
    seen = sweep.do(Undo())
    assert seen.sentence.startswith("undo 1: noted on t0001: good; ")
    assert "decision 3 cannot be undone any more: t0002 has run since" in seen.sentence
    assert sweep.trial(1).note is None
    assert sweep.ask(Undo()).refused == "there is nothing to undo"


def test_a_note_comes_back_as_it_was_whatever_the_trial_does_meanwhile() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.do(Note(trials=(1,), text="first"))
    sweep.do(Note(trials=(1,), text="second"))
    sweep.report(1, 27)
    sweep.end(1)
    complete = sweep.trial(1).state
    sweep.do(Undo())
    assert (sweep.trial(1).note, sweep.trial(1).state) == ("first", complete)


def test_a_note_says_what_it_replaces_and_nothing_where_there_was_none() -> None:
    sweep = ToldSweep()
    sweep.propose(2)
    assert sweep.do(Note(trials=(1,), text="first")).details == {}
    assert sweep.ask(Note(trials=(1, 2), text="second")).details == {"t0001": "in place of: first"}


def test_a_note_is_taken_away_by_an_empty_one() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.do(Note(trials=(1,), text="  odd  "))
    assert sweep.trial(1).note == "odd"
    assert sweep.ask(Note(trials=(1,), text="odd")).skipped[0].why == "says that already"
    sweep.do(Note(trials=(1,), text=""))
    assert sweep.trial(1).note is None
    assert sweep.history()[-1] == "took the note on t0001 away"


def test_slots_come_back_and_who_is_beyond_them_may_finish() -> None:
    sweep = ToldSweep(slots=3)
    sweep.propose(4)
    seen = sweep.do(SetSlots(count=1))
    assert seen.sentence == "run 1 at once instead of 3; t0002, t0003 may finish first"
    sweep.end(3, Exited(code=1))
    assert isinstance(sweep.trial(4).state, Waiting)
    sweep.do(Undo())
    assert sweep.state.slots.count == 3
    assert isinstance(sweep.trial(4).state, Running)
    for count, why in [(0, "at least 1 slot"), (1025, "at most 1024"), (3, "3 slots already")]:
        assert why in (sweep.ask(SetSlots(count=count)).refused or "")


def test_a_pause_of_the_scheduling_is_undone_and_so_is_its_end() -> None:
    sweep = ToldSweep()
    sweep.do(PauseScheduling())
    sweep.do(ContinueScheduling())
    sweep.do(Undo())
    assert sweep.state.scheduling is Scheduling.PAUSED
    sweep.do(Undo())
    assert sweep.state.scheduling is Scheduling.OPEN


def test_a_stop_is_undone_by_going_on_and_not_once_a_person_has_gone_on() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.do(Stop())
    sweep.do(Undo())
    assert sweep.state.scheduling is Scheduling.OPEN
    sweep.do(Stop())
    sweep.do(Resume())
    assert sweep.ask(Undo()).refused == "there is nothing to undo"


def test_a_pause_of_the_scheduling_that_a_limit_ended_is_passed_over() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.do(PauseScheduling())
    sweep.tell(LimitReached, limit="hours", sentence="8 hours are over")
    assert "decision 1 cannot be undone any more" in (sweep.ask(Undo()).refused or "")


def test_edits_are_undone_one_after_the_other() -> None:
    sweep = ToldSweep()
    first = sweep.view().space_version
    for high in (0.5, 0.1):
        sweep.do(EditSpace(edits=(SetRange(parameter="lr", high=high),)))
    sweep.do(Undo())
    sweep.do(Undo())
    assert sweep.ask(Undo()).refused == "there is nothing to undo"
    documents = [v.document["parameters"] for v in sweep.state.versions]
    assert first == 1
    assert documents[0] == documents[-1] != documents[1]


def test_a_proposal_that_a_limit_kept_from_running_waits_again_and_the_sweep_stays_finished() -> (
    None
):
    sweep = ToldSweep(slots=1)
    sweep.propose(2)
    sweep.do(Prune(trials=(2,)))
    sweep.tell(LimitReached, limit="target", sentence="t0001 reached the target")
    sweep.report(1, 27)
    sweep.end(1)
    decided = len(sweep.history())
    sweep.do(Undo())
    assert isinstance(sweep.trial(2).state, Waiting)
    assert sweep.state.status == "finished"
    assert len(sweep.history()) == decided + 1


def test_a_request_sent_twice_is_one_act_and_one_decision() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(2)
    sweep.do(Prune(trials=(2,)), request="once")
    sweep.do(Undo())
    decided = len(sweep.machine.history.decisions)
    again = sweep.tell(Acted, request="once", who=ANN, act=Prune(trials=(2,)))
    assert again == []
    assert len(sweep.machine.history.decisions) == decided
    assert not isinstance(sweep.trial(2).state, Pruned)


def test_a_restart_remembers_what_can_be_undone() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(2)
    sweep.do(Prune(trials=(2,)))
    before = sweep.told()
    sweep.restart()
    assert sweep.told() == before
    sweep.do(Undo())
    assert isinstance(sweep.trial(2).state, Waiting)
