"""The border check of a live sweep: warnings that come, stay and go with its trials."""

from __future__ import annotations

from engine.core.acts import EditSpace
from engine.core.events import Warned
from engine.core.model import Exited
from tests.fakes.told_sweep import ToldSweep

CODE = "border:lr:upper"


def run(sweep: ToldSweep, *rates: float, acc: float) -> None:
    """Let a trial of each learning rate run to its end, with about this accuracy."""
    for lr in rates:
        sweep.propose(lr=lr)
        number = len(sweep.state.trials)
        sweep.report(number, 1, acc=acc + number / 10_000)
        sweep.end(number)


def crowded() -> ToldSweep:
    """Nine trials, of which the best four lie at the upper edge of lr (1.0)."""
    sweep = ToldSweep()
    run(sweep, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3, acc=0.1)
    run(sweep, 0.9, 0.95, 0.8, 0.7, acc=0.8)
    return sweep


def warned(sweep: ToldSweep) -> list[Warned]:
    return [e.event for e in sweep.log if isinstance(e.event, Warned)]


def test_nothing_is_said_of_the_best_of_a_few() -> None:
    assert crowded().state.warnings == {}


def test_the_tenth_finished_trial_brings_the_warning_and_its_edit() -> None:
    sweep = crowded()
    run(sweep, 1e-2, acc=0.1)
    view = sweep.view()
    assert view.warnings == [
        "lr: 4 of the best 5 lie within a tenth of the upper edge (1); widen to 10?"
    ]
    (suggestion,) = view.suggestions
    assert (suggestion.code, suggestion.low, suggestion.high) == (CODE, 1e-4, 10.0)


def test_it_is_said_once_while_it_holds() -> None:
    sweep = crowded()
    run(sweep, 1e-2, 2e-2, 0.92, 0.85, acc=0.1)
    run(sweep, 0.99, acc=0.85)
    assert [w.code for w in warned(sweep)] == [CODE]


def test_it_is_taken_back_once_better_trials_lie_elsewhere() -> None:
    sweep = crowded()
    run(sweep, 1e-2, acc=0.1)
    run(sweep, 1e-2, 2e-2, acc=0.9)
    assert [w.text == "" for w in warned(sweep)] == [False, True]
    assert sweep.view().suggestions == []


def test_accepting_it_widens_the_range_and_ends_it() -> None:
    sweep = crowded()
    run(sweep, 1e-2, acc=0.1)
    suggestion = sweep.state.warnings[CODE].suggestion
    assert suggestion is not None
    sweep.do(EditSpace(edits=(suggestion.edit,)))
    assert sweep.history()[-1] == "widened lr from 1e-4..1 (log) to 1e-4..10 (log) (v2)"
    assert sweep.state.warnings == {}
    run(sweep, 1e-2, acc=0.1)
    assert sweep.state.warnings == {}


def test_trials_that_run_or_failed_are_not_among_the_best() -> None:
    sweep = ToldSweep(slots=20)
    run(sweep, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3, 7e-3, 8e-3, 9e-3, acc=0.1)
    for lr in (0.9, 0.95, 0.8, 0.85):
        sweep.propose(lr=lr)
        sweep.report(len(sweep.state.trials), 1, acc=0.8)
    sweep.end(13, Exited(code=1, tail="ValueError"))
    run(sweep, 1e-2, acc=0.1)
    assert sweep.state.warnings == {}


def test_a_replay_brings_the_same_warnings() -> None:
    sweep = crowded()
    run(sweep, 1e-2, acc=0.1)
    before = sweep.view().suggestions
    sweep.restart()
    assert sweep.view().suggestions == before
