"""A config of the folder is offered with as many trials at a time as the box would run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.devices import gpu_watch
from tests.fakes.nvml.box import NO_DRIVER, Box
from tui_tuner.box import Offer
from tui_tuner.cli.box import LocalBox
from tui_tuner.cli.offering import counted, offer_of

CONFIG = """
program: train.py
name: quick
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    (tmp_path / "train.py").write_text("import tui_tuner as tt\ntt.trial(lr=0.5)\n")
    return tmp_path


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    """Two GPUs, of which the process that looks is told."""
    made = Box(tmp_path)
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(gpu_watch, "library_there", lambda: True)
    return made


def write(resources: str) -> Path:
    path = Path("sweep.yaml")
    path.write_text(CONFIG + resources)
    return path


async def offered(resources: str = "", **environment: str) -> tuple[Offer, Offer]:
    """The offer at once, and with the GPUs counted."""
    offer, config = offer_of(write(resources))
    assert config is not None
    return offer, await counted(offer, config, environment)


@pytest.mark.parametrize(
    ("resources", "slots"),
    [
        ("", 2),
        ("resources: {gpus: 2}", 1),
        ("resources: {trials_per_gpu: 4}", 8),
        ("resources: {trials_per_gpu: 4, slots: 3}", 3),
        ("resources: {slots: 9}", 2),
    ],
)
async def test_gpus_are_counted_once_their_driver_has_answered(
    folder: Path, box: Box, resources: str, slots: int
) -> None:
    at_once, later = await offered(resources)

    assert (at_once.slots, at_once.gpus) == (0, 0)
    assert (later.slots, later.gpus, later.warnings) == (slots, 2, ())


async def test_only_gpus_that_the_sweep_may_use_are_counted(folder: Path, box: Box) -> None:
    _, by_person = await offered(CUDA_VISIBLE_DEVICES="1")
    _, too_many = await offered("resources: {gpus: 4}")

    assert (by_person.slots, by_person.gpus) == (1, 1)
    assert "trials take 4 GPUs, and the sweep may use 2: they wait" in too_many.warnings


async def test_trials_that_find_no_gpu_are_offered_on_the_cpu(
    folder: Path, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.devices.cpu.usable_cores", lambda: 7)
    box.fail(NO_DRIVER)

    _, later = await offered("resources: {gpus: 1}")

    assert (later.slots, later.gpus) == (6, 0)
    assert "no GPU to be seen on this box" in later.warnings[0]


async def test_a_driver_that_hangs_leaves_the_offer_as_it_is(
    folder: Path, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.gpu_plan.FIRST_LOOK_S", 0.2)
    box.hang()

    at_once, later = await offered()

    assert later == at_once


async def test_without_gpus_or_for_none_the_cpu_s_slots_are_offered_at_once(
    folder: Path, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.devices.cpu.usable_cores", lambda: 7)
    write("resources: {gpus: 0}")
    for_none = LocalBox().offer()
    monkeypatch.setattr(gpu_watch, "library_there", lambda: False)
    write("")
    here = LocalBox()
    without = here.offer()

    assert for_none is not None
    assert without is not None
    assert for_none.slots == without.slots == 6
    assert await here.counted(without) == without
