"""GPUs told in words: which take trials, why others do not, and what one still has room for."""

from __future__ import annotations

import pytest

from engine.core.devices import together
from tests.fakes.gpu_box import busy, cpu, gpu
from tui_tuner.view.device_facts import device_facts
from tui_tuner.view.device_words import gpus_text
from tui_tuner.view.glyphs import UNICODE
from tui_tuner.view.line import text_of

BOUND = "not among the config's gpu_ids"


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ((), ""),
        (("gpu3",), "gpu3"),
        (("gpu0", "gpu1"), "gpu0 gpu1"),
        (("gpu0", "gpu2", "gpu3"), "gpu0 gpu2 gpu3"),
        (("gpu2", "gpu3", "gpu4"), "gpu2 to gpu4"),
        (("gpu0:0", "gpu0:1", "gpu0:2"), "gpu0:0 gpu0:1 gpu0:2"),
        (tuple(f"gpu{n}" for n in range(0, 18, 2)), "9 GPUs"),
    ],
)
def test_gpus_are_named_in_a_few_words(labels, said):
    assert together(labels) == said


def test_gpus_that_are_closed_for_one_reason_are_named_together():
    away = [gpu(n, state="excluded", reason="excluded by ann") for n in (1, 2, 3)]
    others = [gpu(4, state="leased", reason="leased by x"), gpu(5, state="excluded", reason=BOUND)]
    assert gpus_text([busy(0, 90.0, 8, "t0001"), *away, *others, cpu()]) == (
        f"1 of 6 for trials; gpu1 to gpu3 excluded by ann; gpu4 leased by x; gpu5 {BOUND}"
    )


def test_gpus_that_cannot_be_leased_are_not_said_to_be():
    why = "cannot be leased: /run/lock/tui-tuner: No space left on device"
    box = [gpu(n, state="leased", reason=why) for n in range(4)]
    assert gpus_text(box) == f"0 of 4 for trials; gpu0 to gpu3 {why}"


def test_a_box_without_gpus_says_nothing_of_them():
    assert gpus_text([cpu()]) == ""


@pytest.mark.parametrize(
    ("share", "room", "said"),
    [(0.5, 3, "room for 2 more"), (0.75, 3, "room for 1 more"), (0.5, 0, "no room for another")],
)
def test_a_gpu_has_room_for_no_more_than_its_shares_and_its_memory_let(share, room, said):
    trials = [f"t{n:04d}" for n in range(round(share * 4))]
    head, _ = device_facts(busy(0, 50.0, 8, *trials, share=share, room=room), 120, UNICODE)
    assert said in text_of(head)
