"""Trials that were asked to go are followed until their slots are free, and told once."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine.core.acts import Act, Pause, Prune, Stop, Undo, UseGpus
from engine.core.views import AttemptView, TrialView
from engine.protocol.messages import ActResult
from tui_tuner.departures import Departures

BEGAN = 1000.0


def row(number: int, **fields: Any) -> TrialView:
    view = {
        "id": f"t{number:04d}",
        "state": "running",
        "params": {},
        "stage": "main",
        "budget": 5,
        "origin": "random",
        "parent": None,
        "space_version": 1,
        "seed": 1,
        "slot": number,
    }
    return TrialView(**(view | fields))


def gone(number: int, state: str, after_s: float, *leftover: str) -> TrialView:
    attempt = AttemptView(
        n=1,
        device="cpu",
        slot=number,
        pid=1,
        started_at=0.0,
        ended_at=BEGAN + after_s,
        exit="signal 15",
        outcome=state,
        start="zygote",
        leftover=list(leftover),
    )
    return row(number, state=state, slot=None, attempt_list=[attempt])


def asked(act: Act, *rows: TrialView) -> Departures:
    departures = Departures()
    result = ActResult(done=[r.id for r in rows], skipped=[])
    departures.expect(act, result, {r.id: r for r in rows}, BEGAN)
    return departures


def told(departures: Departures, *rows: TrialView, now: float = BEGAN + 60) -> list[str]:
    return departures.settled({r.id: r for r in rows}, now)


def test_a_pruned_trial_is_told_when_its_slot_is_free_by_the_engines_clock():
    departures = asked(Prune(trials=(1,)), row(1))
    assert told(departures, row(1, ending="pruned")) == []
    assert told(departures, gone(1, "pruned", 0.4)) == ["t0001 gone, slot 1 free after 0.4 s"]
    assert told(departures, gone(1, "pruned", 0.4)) == []


def test_those_that_go_together_are_told_in_one_sentence():
    departures = asked(Prune(trials=(1, 2)), row(1), row(2))
    both = told(departures, gone(1, "pruned", 0.4), gone(2, "pruned", 0.9))
    assert both == ["t0001, t0002 gone, slots 1, 2 free after 0.9 s"]


def test_many_are_named_by_the_first():
    rows = [row(n) for n in range(1, 9)]
    departures = asked(Prune(trials=tuple(range(1, 9))), *rows)
    (sentence,) = told(departures, *(gone(n, "pruned", 1.0) for n in range(1, 9)))
    assert sentence.startswith("t0001, t0002, t0003 and 5 more gone")


def test_a_paused_trial_is_paused_and_a_waiting_one_was_never_there():
    departures = asked(Pause(trials=(1, 2)), row(1), row(2, state="waiting", slot=None))
    assert told(departures, gone(1, "paused", 3.1), row(2, state="paused", slot=None)) == [
        "t0001 paused, slot 1 free after 3.1 s"
    ]


def test_a_process_that_would_not_die_is_named_and_its_slot_said_to_be_closed():
    departures = asked(Prune(trials=(1,)), row(1))
    assert told(departures, gone(1, "pruned", 11.0, "python (1234)")) == [
        "t0001: python (1234) would not die; slot 1 stays closed until it does"
    ]


def test_a_held_trial_keeps_its_slot_and_is_not_waited_for():
    departures = asked(Pause(trials=(1,), how="hold"), row(1))
    assert told(departures, gone(1, "complete", 9.0)) == []


def test_a_stop_at_once_tells_of_what_ran():
    departures = asked(Stop(now=True), row(1))
    assert told(departures, gone(1, "waiting", 0.2)) == ["t0001 gone, slot 1 free after 0.2 s"]


def test_an_undo_that_ends_nothing_is_forgotten():
    departures = asked(Undo(), row(1))
    assert told(departures, row(1), now=BEGAN + 60) == []
    assert told(departures, gone(1, "complete", 90.0)) == []


def test_a_gpu_that_comes_free_is_called_by_its_name():
    departures = asked(Prune(trials=(1,)), row(1, gpus=1.0, device="gpu3"))
    assert told(departures, gone(1, "pruned", 1.8)) == ["t0001 gone, gpu3 free after 1.8 s"]


def test_of_a_shared_gpu_a_part_comes_free():
    act = UseGpus(gpus=("gpu3",), use="exclude")
    departures = asked(act, row(1, gpus=0.5, device="gpu3"))
    assert told(departures, gone(1, "waiting", 2.0)) == [
        "t0001 gone, a part of gpu3 free after 2.0 s"
    ]


def test_a_trial_that_went_on_elsewhere_at_once_is_told_too():
    act = UseGpus(gpus=("gpu3",), use="quarantine")
    departures = asked(act, row(1, gpus=1.0, device="gpu3", attempts=1))
    there = gone(1, "running", 0.5)
    again = replace(there, slot=2, attempts=2, device="gpu1", ending=None)
    assert told(departures, again) == ["t0001 goes on elsewhere, gpu3 free after 0.5 s"]
    assert told(departures, gone(1, "complete", 9.0)) == []


def test_what_runs_to_its_end_on_an_excluded_gpu_is_not_waited_for():
    act = UseGpus(gpus=("gpu3",), use="exclude", how="end")
    departures = asked(act, row(1, gpus=1.0, device="gpu3"))
    assert told(departures, gone(1, "complete", 60.0)) == []
