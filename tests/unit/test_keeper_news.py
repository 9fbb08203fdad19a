"""What a week of looks at a restless box adds to a sweep's log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.core.views import ForeignView
from engine.devices.watched import GOOD_LOOKS, Seen
from tests.unit.test_keeper import BOB, Box

HOUR = 3600


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, 1)
    yield box
    box.leases.close()


def told(box: Box, looks: int) -> int:
    """How many events so many looks are."""
    before = box.events
    box.look(looks)
    return box.events - before


def test_use_that_flickers_on_a_gpu_of_others_is_told_twice_a_minute(box: Box) -> None:
    count = 0
    for second in range(HOUR // 3):
        box.set("gpu0", util=90.0 if second % 2 else 0.0)
        count += told(box, 1)
    assert count <= 2 * HOUR // 3 // 60 + 2


def test_what_others_run_there_changes_words_and_these_are_told_twice_a_minute(box: Box) -> None:
    count = 0
    for pid in range(600):
        box.meet(0, ForeignView(user="bob", command="python", pid=pid))
        count += told(box, 1)
    assert 10 <= count <= 2 * 600 // 60 + 1


def test_what_a_gpu_does_not_say_for_once_is_no_news(box: Box) -> None:
    box.look(3)
    box.set("gpu0", mem_total=None, mem_used=None)
    assert told(box, 60) == 0


def test_words_go_along_with_news(tmp_path: Path) -> None:
    box = Box(tmp_path, 2)
    box.meet(0, BOB)
    box.look(2)
    box.meet(0, replace(BOB, pid=7))
    box.look(1)
    assert box.reason() == "in use by python (7) of bob"
    assert box.reason("gpu1") == ""
    box.leases.close()


def test_a_gpu_on_which_others_come_and_go_is_left_to_them_for_a_while(box: Box) -> None:
    box.look(3)
    count = 0
    for second in range(HOUR):
        box.meet(0, *([BOB] if second % 2 else []))
        count += told(box, 1)
    assert count <= 4 * HOUR // 60 + 10
    box.meet(0)
    box.look(1)
    finding = box.keeper.gpus["GPU-0"].finding
    assert finding.reason == "others come and go there: left to them for a while"
    assert box.look(60) == {"gpu0": "open"}


def test_room_that_flickers_is_told_as_it_falls_and_seldom_as_it_rises(box: Box) -> None:
    box.look(3)
    count = 0
    for second in range(HOUR):
        box.seen = Seen(rooms={"GPU-0": 2 + second % 2})
        count += told(box, 1)
        assert (box.standings["GPU-0"].room or 0) <= 2 + second % 2
    assert count <= 2 * HOUR // 60 + 10


def test_a_trial_that_comes_to_a_gpu_of_unknown_room_and_goes_is_no_news(box: Box) -> None:
    box.seen = Seen(rooms={"GPU-0": 0})
    box.look(3)
    before = box.events
    for second in range(60):
        box.ledger = replace(box.ledger, counts={"GPU-0": second % 2})
        box.look(1)
    assert box.events == before


def test_a_gpu_that_breaks_again_and_again_is_watched_for_longer_each_time(box: Box) -> None:
    box.look(3)
    for times in (1, 1, 1, 1, 2, 4):
        box.set("gpu0", fault="is lost")
        assert box.look(1) == {"gpu0": "quarantined"}
        box.set("gpu0", fault=None)
        assert box.look(times * GOOD_LOOKS - 1) == {"gpu0": "quarantined"}
        assert box.look(1) == {"gpu0": "open"}
    box.look(60)
    box.set("gpu0", fault="is lost")
    box.look(1)
    box.set("gpu0", fault=None)
    assert box.look(GOOD_LOOKS) == {"gpu0": "open"}
