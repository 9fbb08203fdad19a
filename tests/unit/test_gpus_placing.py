"""Trials get GPUs by the ledger: in the order of the queue, none starved, none idle for nothing."""

from __future__ import annotations

import pytest

from engine.core.acts import AdvanceStage, Prune, Revive, SetSlots
from engine.core.claims import MOST_PASSES
from engine.core.commands import Propose
from engine.core.devices import WHOLE, demand_of
from engine.core.events import EngineStarted, SlotFreed
from engine.core.gpus import Gpus
from engine.core.model import Signalled, Waiting
from engine.core.plan import StagePlan
from engine.core.projection import trial_view
from tests.fakes.gpu_sweep import GpuSweep
from tests.fakes.standings import box, standing, uuid


def test_each_trial_gets_a_whole_gpu_and_the_next_waits_for_one() -> None:
    sweep = GpuSweep()
    sweep.propose(3)
    assert sweep.on() == {1: "gpu0", 2: "gpu1"}
    first = sweep.trial(1).attempts[-1]
    assert (first.gpus, first.share, first.slot) == ((uuid(0),), WHOLE, 1)
    sweep.report(1, 27)
    sweep.end(1)
    assert sweep.on() == {2: "gpu1", 3: "gpu0"}


def test_quarters_of_gpus_are_given_from_the_emptiest_and_never_more_than_four() -> None:
    sweep = GpuSweep(gpus=0.25)
    sweep.propose(9)
    assert list(sweep.on().values()) == ["gpu0", "gpu1"] * 4
    assert isinstance(sweep.trial(9).state, Waiting)
    assert sweep.state.slots.count == 8
    assert trial_view(sweep.trial(1)).gpus == 0.25


def test_a_trial_of_two_gpus_gets_them_together() -> None:
    sweep = GpuSweep(count=3, gpus=2.0)
    sweep.propose(2)
    assert sweep.on() == {1: "gpu0 gpu1"}
    assert sweep.state.slots.count == 1
    sweep.look(standing(3))
    assert sweep.on() == {1: "gpu0 gpu1", 2: "gpu2 gpu3"}


def test_nothing_is_placed_on_a_gpu_that_is_not_open_and_what_runs_there_goes_on() -> None:
    sweep = GpuSweep()
    sweep.propose(3)
    sweep.look(standing(1, "closed", "in use by python (9) of bob"))
    assert sweep.on() == {1: "gpu0", 2: "gpu1"}
    sweep.report(2, 27)
    sweep.end(2)
    assert sweep.on() == {1: "gpu0"}
    assert sweep.view().slots == 1
    sweep.look(standing(1))
    assert sweep.on() == {1: "gpu0", 3: "gpu1"}


def test_no_gpu_is_idle_for_want_of_a_slot_while_trials_run_on_one_that_was_closed() -> None:
    sweep = GpuSweep()
    sweep.propose(3)
    sweep.look(standing(0, "closed", "in use"))
    sweep.report(2, 27)
    sweep.end(2)
    assert sweep.on() == {1: "gpu0", 3: "gpu1"}


def test_the_search_is_asked_for_as_many_as_there_is_room_for() -> None:
    sweep = GpuSweep(count=3, gpus=2.0, slots=8, auto_slots=False, prefetch=0)
    assert sweep.commands == [Propose(count=1)]
    sweep.propose()
    assert sweep.state.asked == 0
    sweep.look(*box(5))
    assert sweep.commands == [Propose(count=1)]


def test_memory_bounds_how_many_share_a_gpu_and_what_is_placed_counts_at_once() -> None:
    sweep = GpuSweep(count=0, gpus=0.25)
    sweep.look(standing(0, room=0))
    sweep.propose(4)
    assert list(sweep.on()) == [1], "the first one shows what they take"
    sweep.look(standing(0, room=2))
    assert list(sweep.on()) == [1, 2, 3]
    sweep.report(2, 27)
    sweep.end(2)
    assert list(sweep.on()) == [1, 3, 4], "its memory is free again before any look"


def test_a_new_engine_places_nothing_before_it_has_looked() -> None:
    sweep = GpuSweep()
    sweep.propose(3)
    sweep.restart()
    sweep.tell(EngineStarted, pid=2, resumed=True)
    sweep.report(1, 27)
    sweep.end(1)
    assert sweep.on() == {2: "gpu1"}
    sweep.look(*box(2))
    assert sweep.on() == {2: "gpu1", 3: "gpu0"}


def test_what_outlived_a_trial_keeps_its_gpu_until_it_is_gone() -> None:
    sweep = GpuSweep()
    sweep.propose(3)
    sweep.report(1, 27)
    sweep.end(1, leftover=("python (7@1)",))
    assert sweep.on() == {2: "gpu1"}
    assert sweep.state.gpus.taken(uuid(0)) == WHOLE
    sweep.tell(SlotFreed, slot=1)
    assert sweep.on() == {2: "gpu1", 3: "gpu0"}


def test_a_gpu_that_comes_late_is_taken_in_at_its_place() -> None:
    sweep = GpuSweep(count=0)
    sweep.look(standing(10), standing(2))
    sweep.look(standing(0))
    labels = [s.device.label for s in sweep.state.gpus.standings.values()]
    assert labels == ["gpu0", "gpu2", "gpu10"]


def test_the_room_of_a_gpu_counts_those_that_came_since_it_was_told() -> None:
    sweep = GpuSweep(count=0, gpus=0.25)
    sweep.look(standing(0, room=3), standing(1))
    assert [sweep.state.gpus.room_on(uuid(n)) for n in (0, 1)] == [3, None]
    sweep.propose(4)
    assert sweep.state.gpus.room_on(uuid(0)) == 3 - sweep.state.gpus.count_on(uuid(0)) < 3


def test_a_set_number_of_slots_caps_what_the_gpus_have_room_for_until_it_is_auto_again() -> None:
    sweep = GpuSweep(gpus=0.25)
    sweep.propose(9)
    seen = sweep.do(SetSlots(count=2))
    assert seen.sentence.startswith("run 2 at once instead of 8 (auto); ")
    sweep.look(standing(2))
    assert sweep.state.slots.count == 2
    seen = sweep.do(SetSlots(count=None))
    assert "now 12, instead of 2" in seen.sentence
    assert len(sweep.on()) == 9
    seen = sweep.do(SetSlots(count=12))
    assert seen.sentence == "keep 12 at once, whatever the GPUs have room for"


# A trial that needs more than comes free at a time ------------------------------------------------

STAGES = (
    StagePlan(name="coarse", budget=27, trials=14, gpus=1.0),
    StagePlan(name="fine", budget=27, trials=2, gpus=2.0),
)


def with_one_that_needs_two() -> GpuSweep:
    """Trials of one GPU run on both there are, ten more wait behind one that needs both."""
    sweep = GpuSweep(stages=STAGES)
    sweep.propose(14)
    sweep.do(Prune(trials=tuple(range(5, 15))))
    for number in (1, 2):
        sweep.report(number, 27)
        sweep.end(number)
    sweep.do(AdvanceStage())
    sweep.propose()
    sweep.do(Revive(trials=tuple(range(5, 15))))
    assert sweep.on() == {3: "gpu0", 4: "gpu1"}
    assert next(iter(sweep.state.waiting)) == 15
    return sweep


def ends(sweep: GpuSweep) -> None:
    """Let the trial that has run longest end."""
    number = min(sweep.on(), key=lambda n: sweep.trial(n).attempts[-1].started_at)
    sweep.report(number, 27)
    sweep.end(number)


def test_a_trial_of_two_gpus_is_passed_by_a_few_and_then_both_are_kept_for_it() -> None:
    sweep = with_one_that_needs_two()
    passes = 0
    while 15 not in sweep.on():
        before = set(sweep.on())
        ends(sweep)
        passes += bool(sweep.on().keys() - before - {15})
    assert passes == MOST_PASSES
    assert sweep.on() == {15: "gpu0 gpu1"}
    ends(sweep)
    assert len(sweep.on()) == 2, "those it held up go on"


def test_a_gpu_that_is_kept_for_nobody_is_not_left_idle() -> None:
    sweep = with_one_that_needs_two()
    for _ in range(MOST_PASSES):
        ends(sweep)
    assert sweep.state.claims.starving
    sweep.look(standing(2), standing(3), standing(4))
    assert sweep.on()[15] == "gpu2 gpu3"
    assert "gpu4" in sweep.on().values()


def test_gpus_are_kept_for_nobody_who_could_not_run_on_all_of_them_either() -> None:
    sweep = with_one_that_needs_two()
    for _ in range(MOST_PASSES):
        ends(sweep)
    sweep.look(standing(1, "closed", "in use"))
    ends(sweep)
    ends(sweep)
    assert list(sweep.on().values()) == ["gpu0"]
    warning = sweep.view().warnings[-1]
    assert warning == "t0015 waits for 2 GPUs: 1 may be used now (gpu1 in use)"


def test_gpus_that_are_closed_for_one_reason_are_told_of_together() -> None:
    sweep = GpuSweep(count=7, gpus=2)
    closed = [standing(n, "closed", "not in gpu_ids") for n in range(2, 7)]
    sweep.look(standing(0, "closed", "leased"), *closed, standing(1, "closed", "leased"))
    sweep.propose(1)
    (warning,) = sweep.view().warnings
    assert warning.endswith("(gpu0 gpu1 leased; gpu2 to gpu6 not in gpu_ids)")


def test_a_stage_that_takes_other_gpus_says_so() -> None:
    sweep = GpuSweep(stages=STAGES)
    assert sweep.state.slots.count == 2
    seen = sweep.do(AdvanceStage())
    assert "fine begins at 27 epochs on 2 GPUs each" in seen.sentence
    assert sweep.state.slots.count == 1


# The ledger ---------------------------------------------------------------------------------------


def test_a_gpu_cannot_be_given_twice() -> None:
    gpus = Gpus()
    gpus.update(box(1))
    gpus.take(1, (uuid(0),), WHOLE // 2)
    with pytest.raises(ValueError, match="no room"):
        gpus.take(2, (uuid(0),), WHOLE)
    assert gpus.choose(demand_of(0.5)) == (uuid(0),)
    assert gpus.choose(demand_of(1)) is None
    assert gpus.places(demand_of(0.1)) == 5
    gpus.release(1)
    assert gpus.taken(uuid(0)) == 0


def test_what_was_ended_on_a_gpu_frees_it() -> None:
    sweep = GpuSweep()
    sweep.propose(2)
    sweep.do(Prune(trials=(1,)))
    assert sweep.state.gpus.taken(uuid(0)) == WHOLE
    sweep.end(1, Signalled(signal=15))
    assert sweep.state.gpus.taken(uuid(0)) == 0
