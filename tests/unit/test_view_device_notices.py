"""News of GPUs: what broke, what is back, what came free at last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.core.views import DeviceView, ForeignView
from tests.fakes.fake_source import FakeSource
from tests.fakes.gpu_box import cpu, gpu
from tests.unit.test_view_notices import seen
from tui_tuner.view.glyphs import UNICODE
from tui_tuner.view.notices import merged, notices

ME = "ada@pts/1"
LEFT = ForeignView(user="ada", command="python", pid=812, trial="t0001")


@pytest.fixture
def source(tmp_path: Path) -> FakeSource:
    sweep = FakeSource(tmp_path)
    sweep.propose()
    sweep.start(1)
    sweep.end(1, "pruned")
    return sweep


def news(source: FakeSource, before: list[DeviceView], after: list[DeviceView]) -> Any:
    source.set_sweep(devices=before)
    old = seen(source)
    source.now += 1.8
    source.set_sweep(devices=after)
    new = replace(seen(source), at=source.now)
    return merged(notices(old, new, [], [], ME, UNICODE))


def test_a_gpu_that_breaks_rings_and_says_why(source):
    reason = "XID 79: the GPU has fallen off the bus"
    said = news(source, [gpu(0)], [gpu(0, state="quarantined", reason=reason)])
    assert said.text == f"gpu0 quarantined: {reason}"
    assert said.rings
    assert said.role == "error"


def test_what_the_person_did_is_not_told_twice(source):
    assert news(source, [gpu(0)], [gpu(0, state="quarantined", reason=f"by {ME}")]) is None


def test_gpus_that_are_back_are_told_quietly(source):
    said = news(source, [gpu(0, state="gone"), gpu(1, state="stale")], [gpu(0), gpu(1)])
    assert said.text == "gpu0, gpu1 are back"
    assert not said.rings


def test_silence_of_the_driver_is_one_line_however_many_gpus(source):
    said = news(source, [gpu(0), gpu(1), cpu()], [gpu(n, state="stale") for n in (0, 1)])
    assert said.text == "no news of gpu0, gpu1: nothing new starts there"


def test_a_gpu_that_what_was_left_on_it_frees_is_told_with_the_time(source):
    said = news(source, [gpu(3, state="busy", foreign=[LEFT])], [gpu(3)])
    assert said.text == "gpu3 free after 1.8 s: what t0001 left is gone"


def test_somebody_else_who_comes_or_goes_is_no_news(source):
    bob = ForeignView(user="bob", command="python", pid=5)
    assert news(source, [gpu(0, state="busy", foreign=[bob])], [gpu(0)]) is None
    assert news(source, [gpu(0)], [gpu(0, state="busy", foreign=[bob])]) is None


def test_hostile_reasons_stay_one_line(source):
    said = news(source, [gpu(0)], [gpu(0, state="gone", reason="\x1b[31m\nlost" * 50)])
    assert "\x1b" not in said.text
    assert "\n" not in said.text
