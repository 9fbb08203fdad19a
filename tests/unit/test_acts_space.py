"""Editing the space of a live sweep: what a preview counts, what an edit does, and back again."""

from __future__ import annotations

import msgspec
import pytest

from engine.core.acting.space import narrowed
from engine.core.acts import Continue, EditSpace, Pause, Prune, Revive, Undo
from engine.core.commands import Propose, StopAttempt, WriteSpace
from engine.core.edits import Fix, SetChoices, SetRange, Suggestion, TopRange, UseVersion
from engine.core.events import SearchExhausted, Warned
from engine.core.model import (
    Ending,
    Pruned,
    Waiting,
)
from engine.core.plan import Limits
from engine.core.projection import sweep_view
from engine.space.keeper import Keeper
from tests.fakes.told_sweep import ANN, ToldSweep

NARROW = EditSpace(edits=(SetRange(parameter="lr", low=2e-3, high=1e-1),))


def finished(*rates: float, slots: int = 2, **plan: object) -> ToldSweep:
    """A sweep whose trials of these learning rates have ended, each better than the last."""
    sweep = ToldSweep(slots=slots, **plan)
    for i, lr in enumerate(rates, 1):
        sweep.propose(lr=lr)
        sweep.report(i, 1, acc=i / 100)
        sweep.end(i)
    return sweep


def test_the_preview_counts_what_an_edit_means_for_the_trials_there_are() -> None:
    sweep = finished(1e-4, 1e-2, 3e-2)
    sweep.propose(lr=0.5)
    sweep.propose(lr=0.01)
    sweep.propose(lr=0.9)
    sweep.propose(lr=0.02)
    seen = sweep.ask(NARROW)
    assert seen.sentence == (
        "narrow lr from 1e-4..1 (log) to 2e-3..0.1 (log) (v1 to v2); "
        "2 of 3 finished trials stay informative; 1 waiting proposal is redrawn; "
        "1 running trial outside is kept"
    )
    assert seen.space is not None
    assert (seen.space.version, seen.space.finished, seen.space.informative) == (2, 3, 2)
    assert (seen.space.dropped, seen.space.outside) == (["t0006"], ["t0004"])
    assert seen.done == ()


def test_an_edit_drops_what_waits_outside_and_asks_for_more() -> None:
    sweep = ToldSweep()
    sweep.propose(3)
    sweep.propose(lr=0.9)
    sweep.do(NARROW)
    dropped = sweep.trial(4)
    assert isinstance(dropped.state, Pruned)
    assert dropped.state.reason == "dropped: lies outside version 2 of the space"
    assert (dropped.counted, sweep.state.counted) == (False, 3)
    view = sweep_view(sweep.state, directory="/d", pid=None)
    assert (view.trials["pruned"], view.trials_done) == (1, 0), "it takes no place of the limit"
    assert WriteSpace(version=2) in sweep.commands
    assert any(isinstance(command, Propose) for command in sweep.commands)
    assert sweep.state.space_version == 2
    version = sweep.state.versions[1]
    assert (version.who, version.first_index) == (ANN, 4)
    assert version.before == sweep.state.versions[0].document
    assert sweep.history()[-1] == "narrowed lr from 1e-4..1 (log) to 2e-3..0.1 (log) (v2)"


def test_running_trials_outside_are_kept_unless_asked_otherwise() -> None:
    kept = ToldSweep()
    kept.propose(lr=0.9)
    kept.do(NARROW)
    assert kept.running(1).ending is None
    pruned = ToldSweep()
    pruned.propose(lr=0.9)
    seen = pruned.do(msgspec.structs.replace(NARROW, outside="prune"))
    assert seen.done == ("t0001",)
    assert pruned.running(1).ending is Ending.PRUNED
    assert pruned.running(1).reason == f"pruned by {ANN}: lies outside version 2 of the space"
    assert StopAttempt(trial=1, attempt=1) in pruned.commands


def test_a_trial_that_is_being_pruned_already_is_not_counted_outside() -> None:
    sweep = ToldSweep()
    sweep.propose(2, lr=0.9)
    sweep.do(Prune(trials=(1,)))
    seen = sweep.ask(NARROW)
    assert seen.space is not None
    assert seen.space.outside == ["t0002"]


def test_what_a_person_asked_for_stays_though_it_lies_outside() -> None:
    sweep = ToldSweep()
    sweep.propose(5, lr=0.9)
    sweep.do(Prune(trials=(3,)))
    sweep.do(Revive(trials=(3,)))
    sweep.do(Pause(trials=(1,), how="now"))
    sweep.end(1)
    sweep.do(Continue(trials=(1,)))
    before = {n: sweep.trial(n).state for n in (1, 3)}
    sweep.do(NARROW)
    assert {n: sweep.trial(n).state for n in (1, 3)} == before
    assert isinstance(sweep.trial(5).state, Pruned)


def test_a_box_of_the_best_is_told_with_whose_it_is() -> None:
    sweep = finished(1e-4, 1e-3, 1e-2, 2e-2)
    sweep.do(EditSpace(edits=(TopRange(count=3, parameter="lr"),)))
    assert sweep.history()[-1] == (
        "narrowed lr from 1e-4..1 (log) to 7.41e-4..0.027 (log), the box of the best 3 trials (v2)"
    )
    assert (
        sweep.ask(EditSpace(edits=(TopRange(count=9),)))
        .sentence.split(" (v2")[0]
        .endswith("the box of the best 4 trials")
    )


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ((), "say what to change"),
        ((SetRange(parameter="lrr", low=1),), "'lrr' is no parameter of this sweep"),
        ((SetChoices(parameter="width", values=()),), "width needs at least one choice"),
        ((SetRange(parameter="lr", low=1.0, high=0.1),), "lr: the lower end 1 must lie below"),
        ((UseVersion(version=1),), "the space is as in version 1 already"),
        ((UseVersion(version=2),), "the space has no version 2; there is only version 1"),
        ((UseVersion(version=0),), "the space has no version 0; there is only version 1"),
        ((UseVersion(version=1), Fix(parameter="width", value=64)), "another version of the space"),
        ((TopRange(count=10),), "lr: no trial has a value yet; a box takes 2"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_and_changes_nothing(
    edits: tuple[object, ...], sentence: str
) -> None:
    sweep = ToldSweep()
    sweep.propose(3)
    seen = sweep.ask(EditSpace(edits=edits))  # type: ignore[arg-type]
    assert seen.refused is not None
    assert seen.refused.startswith(sentence)


def test_undo_brings_the_former_space_back_as_a_version_of_its_own() -> None:
    sweep = ToldSweep()
    sweep.propose(3)
    sweep.propose(lr=0.9)
    first = sweep.state.versions[0].document
    sweep.do(NARROW)
    seen = sweep.do(Undo())
    assert "1 proposal that v2 dropped stays dropped" in seen.sentence
    assert sweep.state.space_version == 3
    assert sweep.state.versions[2].document["parameters"] == first["parameters"]
    assert sweep.state.versions[2].sentence == (
        "widened lr from 2e-3..0.1 (log) to 1e-4..1 (log), as in version 1"
    )
    assert isinstance(sweep.trial(4).state, Pruned)
    assert sweep.ask(Undo()).refused == "there is nothing to undo"


def test_undoing_goes_back_edit_by_edit() -> None:
    sweep = ToldSweep()
    documents = [sweep.state.versions[0].document["parameters"]]
    for low in (1e-3, 1e-2, 5e-2):
        sweep.do(EditSpace(edits=(SetRange(parameter="lr", low=low),)))
        documents.append(sweep.state.versions[-1].document["parameters"])
    for expected in reversed(documents[:-1]):
        sweep.do(Undo())
        assert sweep.state.versions[-1].document["parameters"] == expected
    assert sweep.state.space_version == 7


def test_any_older_version_can_be_made_current_again() -> None:
    sweep = ToldSweep()
    sweep.do(NARROW)
    second = sweep.state.versions[1].document["parameters"]
    sweep.do(EditSpace(edits=(Fix(parameter="width", value=64),)))
    sweep.do(EditSpace(edits=(UseVersion(version=1),)))
    sweep.do(EditSpace(edits=(UseVersion(version=2),)))
    assert sweep.state.space_version == 5
    assert sweep.state.versions[4].document["parameters"] == second


def test_an_edit_replays_to_the_same_sweep() -> None:
    sweep = finished(1e-4, 1e-2, 3e-2)
    sweep.propose(4, lr=0.9)
    sweep.do(msgspec.structs.replace(NARROW, outside="prune"))
    before = sweep.told(), sweep.state.versions
    sweep.restart()
    assert (sweep.told(), sweep.state.versions) == before


def test_an_exhausted_search_goes_on_in_a_wider_space() -> None:
    sweep = finished(1e-2, limits=Limits(trials=9))
    sweep.tell(SearchExhausted, reason="the grid's 1 configurations have all been proposed")
    assert sweep.state.status == "finished"
    sweep.do(EditSpace(edits=(SetChoices(parameter="width", values=(32, 64, 128, 256)),)))
    assert (sweep.state.status, sweep.state.exhausted) == ("running", None)
    assert any(isinstance(command, Propose) for command in sweep.commands)


def test_a_sweep_whose_trials_are_all_done_stays_finished() -> None:
    sweep = finished(1e-2, limits=Limits(trials=1))
    assert sweep.state.status == "finished"
    sweep.do(NARROW)
    assert sweep.state.status == "finished"
    assert sweep.state.space_version == 2


def test_an_edge_that_moved_is_not_warned_about_any_more() -> None:
    sweep = ToldSweep()
    for name in ("lr", "dropout"):
        wider = Suggestion(parameter=name, edge="upper", low=0.0, high=1.0, sentence="wider")
        sweep.tell(Warned, code=f"border:{name}:upper", text="wider", suggestion=wider)
    sweep.do(NARROW)
    assert list(sweep.state.warnings) == ["border:dropout:upper"]


def test_a_stage_narrows_to_the_box_of_the_best_or_not_at_all() -> None:
    sweep = finished(1e-4, 1e-3, 1e-2, 2e-2)
    sweep.propose(3, lr=0.9)
    change = narrowed(sweep.state, 3, Keeper())
    assert change is not None
    assert (change.version, change.dropped) == (2, (7,))
    assert change.sentence.endswith("the box of the best 3 trials")
    assert narrowed(finished(1e-4).state, 3, Keeper()) is None
    assert isinstance(sweep.trial(7).state, Waiting)
