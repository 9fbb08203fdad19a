"""How many trials the memory of a GPU holds, and what is known of it."""

from __future__ import annotations

import pytest

from engine.devices.admission import room
from engine.devices.attribution import Found, Running
from engine.devices.base import Reading
from engine.devices.sample import GpuProcess, GpuSample, Look
from engine.devices.unlisted import Unlisted

GIB = 2**30
EMPTY = {"total": 80 * GIB, "used": 0, "seen": 0, "peaks": [], "largest": 10 * GIB, "most": 99}


@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({}, 7),
        ({"most": 4}, 4),
        ({"most": -1}, 0),
        ({"largest": None}, 0),
        ({"largest": 100 * GIB}, 0),
        ({"total": None}, None),
        ({"used": None}, None),
        ({"peaks": [None, None]}, 5),
        ({"used": 2 * GIB, "seen": 2 * GIB, "peaks": [2 * GIB]}, 6),
        ({"used": 30 * GIB, "seen": 30 * GIB, "peaks": [30 * GIB]}, 4),
        ({"used": 40 * GIB}, 3),
        ({"used": 42 * GIB, "seen": 2 * GIB, "peaks": [2 * GIB]}, 2),
    ],
)
def test_a_trial_is_expected_to_take_a_tenth_more_than_the_largest_so_far(changed, fits):
    assert room(**{**EMPTY, **changed}) == fits


def test_without_a_list_of_processes_trials_share_what_is_used():
    look = Look(at=1.0, gpus=(GpuSample(uuid="A", label="gpu0", mem_used=6 * GIB),))
    running = {(n, 1): Running(runner=n, gpus=("A",)) for n in (1, 2)}
    found = Unlisted().count(Found(readings=dict.fromkeys(running, Reading())), look, running)
    assert found.held == {"A": {(1, 1): 3 * GIB, (2, 1): 3 * GIB}}
    assert {reading.memory for reading in found.readings.values()} == {3 * GIB}


def test_what_cannot_be_listed_for_once_is_not_guessed():
    running, missing = {(1, 1): Running(runner=1, gpus=("A",))}, {"processes": "Unknown Error"}
    gpu = GpuSample(uuid="A", label="gpu0", mem_used=6 * GIB, missing=missing)
    found = Found(readings={(1, 1): Reading()})
    assert Unlisted().count(found, Look(at=1.0, gpus=(gpu,)), running) == found


def test_what_is_listed_is_not_guessed():
    gpu = GpuSample(
        uuid="A", label="gpu0", mem_used=6 * GIB, processes=(GpuProcess(pid=5, memory=GIB),)
    )
    running = {(1, 1): Running(runner=1, gpus=("A",))}
    found = Found(readings={(1, 1): Reading(memory=GIB)}, held={"A": {(1, 1): GIB}})
    assert Unlisted().count(found, Look(at=1.0, gpus=(gpu,)), running) == found


def test_what_an_idle_gpu_uses_is_no_trial_s():
    unlisted, running = Unlisted(), {(1, 1): Running(runner=1, gpus=("A",))}
    nothing = Found(readings={(1, 1): Reading()})
    idle = GpuSample(uuid="A", label="gpu0", mem_used=GIB)
    unlisted.count(Found(readings={}), Look(at=1.0, gpus=(idle,)), {})
    not_listed_yet = unlisted.count(nothing, Look(at=2.0, gpus=(idle,)), running)
    assert not_listed_yet.readings == {(1, 1): Reading()}
    used = GpuSample(uuid="A", label="gpu0", mem_used=4 * GIB)
    assert unlisted.count(nothing, Look(at=3.0, gpus=(used,)), running).held == {
        "A": {(1, 1): 3 * GIB}
    }
