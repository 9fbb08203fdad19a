"""A person takes GPUs from a sweep, gives them to it, and closes broken ones, before or at once."""

from __future__ import annotations

import pytest

from engine.core.acts import Prune, SetSlots, Stop, Undo, UseGpus
from engine.core.commands import StopAttempt, TellAttempt
from engine.core.events import EngineStarted
from engine.core.gpus_wanted import gpus_wanted
from engine.core.model import Ending, Exited, Running, Signalled, Waiting
from engine.core.plan import Limits, StagePlan
from tests.fakes.gpu_sweep import GpuSweep
from tests.fakes.standings import box, standing, uuid
from tests.fakes.told_sweep import ToldSweep

LISTENING = frozenset({1, 2, 3, 4})


def running(**plan: object) -> GpuSweep:
    """A trial on each of two GPUs, and one that waits."""
    sweep = GpuSweep(**plan)
    sweep.propose(3)
    sweep.report(1, 1, 2)
    return sweep


def test_a_gpu_is_given_back_once_its_trial_has_left_which_goes_on_elsewhere() -> None:
    sweep = running()
    act = UseGpus(gpus=("0",), use="exclude")
    seen = sweep.do(act, why="a demo", listening=LISTENING, checkpoints={1: 2})
    assert seen.done == ("t0001",)
    assert seen.sentence == (
        "exclude gpu0; t0001 leaves at the next epoch, to go on elsewhere; "
        "room for 1 trial at once instead of 2"
    )
    assert seen.details == {"t0001": "leaves gpu0 at its next epoch; continues from epoch 2"}
    assert sweep.commands[0] == TellAttempt(trial=1, attempt=1)
    assert sweep.running(1).gently
    assert sweep.running(1).reason == "gpu0 was excluded by ann@pts/1: a demo"
    sweep.report(1, 3)
    sweep.end(1)
    assert sweep.on() == {2: "gpu1"}
    assert next(iter(sweep.state.waiting)) == 1
    decision = sweep.machine.history.decisions[-1]
    assert (decision.what, decision.sentence) == (
        "exclude",
        "excluded gpu0; t0001 leaves at the next epoch, to go on elsewhere",
    )
    assert sweep.state.gpus.excluded == {uuid(0): "excluded by ann@pts/1: a demo"}


def test_a_script_that_does_not_listen_is_ended_and_the_cost_is_told_before() -> None:
    sweep = running()
    seen = sweep.do(UseGpus(gpus=("gpu0",), use="exclude"))
    assert seen.details == {
        "t0001": "leaves gpu0 at once; starts over, its 2 epochs lost: it has no checkpoint"
    }
    assert sweep.commands[0] == StopAttempt(trial=1, attempt=1)


def test_a_trial_may_finish_on_a_gpu_that_takes_no_more() -> None:
    sweep = running()
    seen = sweep.do(UseGpus(gpus=("0",), use="exclude", how="end"))
    assert "t0001 may finish there" in seen.sentence
    assert sweep.running(1).ending is None
    sweep.report(1, 27)
    sweep.end(1)
    assert sweep.on() == {2: "gpu1"}


def test_who_cannot_wait_for_the_end_says_so_again() -> None:
    sweep = running()
    for how in ("end", "checkpoint", "now"):
        sweep.do(UseGpus(gpus=("0",), use="exclude", how=how), listening=LISTENING)
    assert sweep.commands[0] == StopAttempt(trial=1, attempt=1)
    seen = sweep.ask(UseGpus(gpus=("0",), use="exclude", how="now"))
    assert seen.refused == "gpu0 is excluded already"


def test_an_exclusion_is_taken_back_and_what_has_not_left_stays() -> None:
    sweep = running()
    sweep.do(UseGpus(gpus=("0",), use="exclude"), listening=LISTENING)
    seen = sweep.do(Undo())
    assert seen.details == {"t0001": "stays, its leaving called off"}
    assert sweep.trial(1).state == Running(attempt=1, slot=1)
    assert sweep.commands[0] == TellAttempt(trial=1, attempt=1)
    assert not sweep.state.gpus.excluded
    assert sweep.view().slots == 2


def test_a_script_that_heard_of_leaving_before_it_was_called_off_goes_on() -> None:
    sweep = running()
    sweep.do(UseGpus(gpus=("0",), use="exclude"), listening=LISTENING)
    sweep.do(UseGpus(gpus=("0",), use="include"))
    sweep.end(1)
    assert sweep.trial(1).state == Running(attempt=2, slot=1)


def test_a_trial_that_fails_while_it_leaves_has_failed() -> None:
    sweep = running()
    sweep.do(UseGpus(gpus=("0",), use="exclude"), listening=LISTENING)
    sweep.end(1, Exited(code=1, tail="KeyError: 'lr'"))
    assert sweep.rows["t0001"].state == "failed"


def test_a_broken_gpu_is_closed_at_once_and_given_back_by_including_it() -> None:
    sweep = running()
    sweep.do(UseGpus(gpus=("1",), use="quarantine"), why="it flickers")
    assert sweep.state.gpus.standings[uuid(1)].reason == "quarantined by ann@pts/1: it flickers"
    assert sweep.running(2).ending is Ending.REQUEUED
    assert sweep.state.gpus.quarantined == {uuid(1)}
    sweep.end(2, Signalled(signal=15))
    assert sweep.on() == {1: "gpu0"}
    seen = sweep.do(UseGpus(gpus=("1",), use="include"))
    assert seen.sentence == "include gpu1; used as soon as a look finds it free"
    assert sweep.on() == {1: "gpu0"}
    sweep.look(standing(1))
    assert sweep.on() == {1: "gpu0", 2: "gpu1"}


def test_one_that_is_excluded_and_breaks_is_given_back_by_one_word() -> None:
    sweep = running()
    sweep.do(UseGpus(gpus=("0",), use="exclude", how="now"))
    sweep.look(standing(0, "quarantined", "XID 79"))
    assert sweep.state.gpus.quarantined == set()
    sweep.do(UseGpus(gpus=("0",), use="include"))
    assert sweep.state.gpus.excluded == {}
    assert sweep.state.gpus.standings[uuid(0)].state == "closed"
    sweep.do(Undo())
    assert uuid(0) in sweep.state.gpus.excluded


def test_a_gpu_that_the_config_leaves_out_is_included_by_a_person() -> None:
    sweep = running()
    sweep.look(standing(2, "closed", "excluded by the config's gpu_ids"))
    sweep.do(UseGpus(gpus=("2",), use="include"))
    assert sweep.state.gpus.included == {uuid(2)}
    sweep.do(Undo())
    assert uuid(2) in sweep.state.gpus.excluded


@pytest.mark.parametrize(
    ("act", "refused"),
    [
        (UseGpus(gpus=("7",), use="exclude"), "no GPU '7' here; there are gpu0, gpu1"),
        (UseGpus(gpus=(), use="exclude"), "say which GPU; there are gpu0, gpu1"),
        (UseGpus(gpus=("GPU-",), use="include"), "no GPU 'GPU-' here; there are gpu0, gpu1"),
        (UseGpus(gpus=("0",), use="include"), "gpu0 is used already"),
        (SetSlots(count=None), "there are as many slots as the GPUs have room for already"),
    ],
)
def test_what_cannot_be_is_refused_by_naming_what_there_is(act: object, refused: str) -> None:
    assert running().ask(act).refused == refused  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["1", "gpu1", "GPU1", uuid(1), uuid(1)[:12]])
def test_a_gpu_goes_by_its_number_its_label_and_the_beginning_of_its_uuid(name: str) -> None:
    assert running().prepare(UseGpus(gpus=(name,), use="exclude")).act.gpus == (uuid(1),)  # type: ignore[union-attr]


def test_a_sweep_on_the_cpu_has_no_gpus_to_take() -> None:
    sweep = ToldSweep()
    seen = sweep.ask(UseGpus(gpus=("0",), use="exclude"))
    assert seen.refused == "trials of this sweep run on the CPU: it uses no GPUs"


def test_what_was_to_leave_a_gpu_is_stopped_with_the_sweep_and_waits() -> None:
    sweep = running()
    sweep.do(UseGpus(gpus=("0",), use="exclude"), listening=LISTENING)
    sweep.do(Stop(now=True))
    assert StopAttempt(trial=1, attempt=1) in sweep.commands
    sweep.end(1, Signalled(signal=15))
    assert isinstance(sweep.trial(1).state, Waiting)


# What a sweep leases ------------------------------------------------------------------------------


def test_a_sweep_wants_no_more_gpus_than_it_could_use() -> None:
    sweep = GpuSweep(count=4, limits=Limits(trials=3))
    assert gpus_wanted(sweep.state) == 3
    sweep.propose(3)
    assert gpus_wanted(sweep.state) == 3
    for number in (1, 2):
        sweep.report(number, 27)
        sweep.end(number)
    assert gpus_wanted(sweep.state) == 1
    sweep.end(3, Exited(code=1))
    assert gpus_wanted(sweep.state) == 0


def test_a_sweep_wants_gpus_before_it_has_any() -> None:
    sweep = GpuSweep(count=0, limits=Limits(trials=8), gpus=0.25)
    assert gpus_wanted(sweep.state) == 2
    sweep.propose(8)
    assert gpus_wanted(sweep.state) == 2
    sweep.look(standing(0, room=0))
    assert gpus_wanted(sweep.state) == 2


def test_a_sweep_wants_further_gpus_where_memory_does_not_do() -> None:
    sweep = GpuSweep(count=0, limits=Limits(trials=4), gpus=0.25)
    sweep.look(standing(0, room=0))
    sweep.propose(4)
    assert len(sweep.on()) == 1
    assert gpus_wanted(sweep.state) == 2


def test_a_number_of_slots_bounds_what_a_sweep_wants() -> None:
    sweep = GpuSweep(count=8, gpus=2.0, slots=2, auto_slots=False)
    assert gpus_wanted(sweep.state) == 4
    sweep.propose(4)
    assert gpus_wanted(sweep.state) == 4


def test_a_sweep_that_starts_nothing_wants_what_its_trials_have() -> None:
    sweep = GpuSweep(count=4)
    sweep.propose(2)
    sweep.do(Stop())
    assert gpus_wanted(sweep.state) == 2
    sweep.do(Prune(trials=(1, 2)))
    sweep.end(1, Signalled(signal=15))
    assert gpus_wanted(sweep.state) == 1


def test_a_stage_on_the_cpu_wants_no_gpus_and_has_its_own_slots() -> None:
    stages = (StagePlan(name="coarse", trials=9, gpus=0.0), StagePlan(name="fine", trials=1))
    sweep = GpuSweep(stages=stages, slots=3)
    sweep.propose(4)
    assert gpus_wanted(sweep.state) == 0
    assert sweep.on() == {1: "cpu", 2: "cpu", 3: "cpu"}
    assert sweep.view().slots == 3


def test_a_new_engine_wants_what_its_trials_have_before_it_looks() -> None:
    sweep = GpuSweep(limits=Limits(trials=2))
    sweep.propose(2)
    sweep.restart()
    sweep.tell(EngineStarted, pid=2, resumed=True)
    assert gpus_wanted(sweep.state) == 2
    assert sweep.view().slots == 2
    sweep.look(*box(2))
    assert sweep.view().slots == 2
