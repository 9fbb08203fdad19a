"""Whether a sweep runs on GPUs, by its config and by what the box shows at first."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.config.schema import Config
from engine.devices.allowed import Allowed, visible_in
from engine.devices.sample import GpuSample, Look
from engine.gpu_plan import Outlook, expected_slots, outlook_again, outlook_of, plan_of, rules_of

BASE = """
program: train.py
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
budget: {parameter: epochs, max: 9}
"""
GPUS = tuple(GpuSample(uuid=f"GPU-{n}0000000", label=f"gpu{n}") for n in range(4))
BOX = Look(at=1.0, gpus=GPUS)


def config_of(folder: Path, resources: str = "", more: str = "") -> Config:
    (folder / "train.py").touch()
    path = folder / "sweep.yaml"
    path.write_text(BASE + (f"resources: {resources}\n" if resources else "") + more)
    return load_config(path).config


def outlook(config: Config, look: Look | None, visible=None, library=True) -> Outlook:
    return outlook_of(config, rules_of(config, visible), look, library=library)


@pytest.mark.parametrize(
    ("resources", "slots", "gpus"),
    [
        ("", 4, 1.0),
        ("{gpus: 2}", 2, 2.0),
        ("{gpus: 0.25}", 16, 0.25),
        ("{trials_per_gpu: 3}", 12, 1 / 3),
        ("{gpus: 1, slots: 3}", 3, 1.0),
        ("{gpu_ids: [0, 3]}", 2, 1.0),
        ("{gpu_ids: {exclude: [0]}}", 3, 1.0),
    ],
)
def test_trials_take_the_gpus_that_are_there(tmp_path, resources, slots, gpus):
    config = config_of(tmp_path, resources)
    seen = outlook(config, BOX)
    plan = plan_of(config, 8, None, seen)
    assert seen.warnings == ()
    assert plan.gpus == pytest.approx(gpus)
    assert expected_slots(plan, len(seen.gpus)) == slots
    assert plan.auto_slots == ("slots" not in resources)


@pytest.mark.parametrize("look", [None, Look(at=1.0), Look(at=1.0, error="no driver")])
def test_a_box_without_gpus_runs_trials_on_the_cpu_and_tells_who_asked_for_them(tmp_path, look):
    config = config_of(tmp_path)
    seen = outlook(config, look, library=False)
    assert not seen.on_gpus
    assert seen.warnings == ()
    plan = plan_of(config, 4, None, seen)
    assert (plan.gpus, plan.slots, plan.auto_slots) == (0, 3, False)
    asked = outlook(config_of(tmp_path, "{gpus: 1}"), look, library=False)
    assert not asked.on_gpus
    assert asked.warnings[0].startswith("no GPU to be seen on this box (")


def test_a_driver_that_says_nothing_is_waited_for(tmp_path):
    assert outlook(config_of(tmp_path), None).silent
    assert outlook(config_of(tmp_path), None).on_gpus


@pytest.mark.parametrize("look", [None, Look(at=1.0, error="no driver"), BOX])
def test_a_sweep_that_goes_on_without_its_gpus_waits_for_them(tmp_path, look):
    config = config_of(tmp_path, "{gpus: 1, gpu_ids: [9]}")
    seen = outlook_again(config, rules_of(config, None), look, library=False)
    assert seen.on_gpus
    assert not any("CPU" in text for text in seen.warnings)
    assert ("gpu_ids" in "".join(seen.warnings)) is (look is BOX)


def test_who_wants_none_is_asked_nothing(tmp_path):
    assert outlook(config_of(tmp_path, "{gpus: 0}"), BOX) == Outlook()


def test_a_stage_can_want_gpus_though_the_others_do_not(tmp_path):
    stages = "stages: [{name: a, epochs: 1, trials: 4}, {name: b, epochs: 9, promote: 2, gpus: 2}]"
    config = config_of(tmp_path, "{gpus: 0, slots: 5}", stages)
    seen = outlook(config, BOX)
    assert seen.on_gpus
    assert [stage.gpus for stage in plan_of(config, 8, None, seen).all_stages] == [None, 2.0]


@pytest.mark.parametrize(("visible", "there"), [(("1", "GPU-30000000"), 2), ((), 0), (("9",), 0)])
def test_the_environment_bounds_the_gpus(tmp_path, visible, there):
    assert len(outlook(config_of(tmp_path), BOX, visible).gpus) == there


def test_who_asks_for_several_mig_instances_a_trial_is_warned(tmp_path):
    parts = [GpuSample(uuid=f"MIG-{n}", label=f"gpu0:{n}", parent="GPU-00000000") for n in (0, 1)]
    look = Look(at=1.0, gpus=(GPUS[0], *parts))
    assert outlook(config_of(tmp_path, "{gpus: 2}"), look).warnings == (
        "trials take 2 GPUs, but CUDA uses one MIG instance a process at most",
    )
    assert outlook(config_of(tmp_path, "{gpus: 0.5}"), look).warnings == ()


def test_names_that_no_gpu_has_are_told_and_trials_too_large_for_the_box(tmp_path):
    seen = outlook(config_of(tmp_path, "{gpus: 4, gpu_ids: [0, 1, 7]}"), BOX)
    assert seen.warnings == (
        "gpu_ids: no GPU here is called 7; there are gpu0 gpu1 gpu2 gpu3",
        "trials take 4 GPUs, and the sweep may use 2: they wait",
    )


@pytest.mark.parametrize(
    ("resources", "visible", "told"),
    [
        (
            "{gpu_ids: [9]}",
            None,
            [
                "the sweep may use none of the 4 GPUs here (not among the config's gpu_ids): "
                "trials run on the CPU",
                "gpu_ids: no GPU here is called 9; there are gpu0 gpu1 gpu2 gpu3",
            ],
        ),
        (
            "",
            ("none", "1"),
            [
                "the sweep may use none of the 2 GPUs here (not in CUDA_VISIBLE_DEVICES=none,1): "
                "trials run on the CPU"
            ],
        ),
        ("", (), []),
        (
            "{gpus: 1}",
            (),
            [
                "the sweep may use none of the 2 GPUs here (not in CUDA_VISIBLE_DEVICES=): "
                "trials run on the CPU"
            ],
        ),
    ],
)
def test_who_may_use_none_of_the_gpus_is_told_why(tmp_path, resources, visible, told):
    box = BOX if visible is None else Look(at=1.0, gpus=(GPUS[0], GPUS[2]))
    assert list(outlook(config_of(tmp_path, resources), box, visible).warnings) == told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0,2", ("0", "2")),
        ("", ()),
        ("-1", ()),
        ("1, -1,2", ("1",)),
        ("GPU-a,MIG-b", ("GPU-a", "MIG-b")),
    ],
)
def test_the_environment_is_read_as_cuda_reads_it(text, names):
    assert visible_in({"CUDA_VISIBLE_DEVICES": text}) == names


def test_an_environment_that_says_nothing_shows_all():
    assert visible_in({}) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("0", {"gpu0"}),
        ("gpu2", {"gpu2"}),
        ("GPU-1000", {"gpu1"}),
        ("GPU-1", {"gpu1"}),
        ("GPU-", set()),
        ("²", set()),
        ("GPU-3000", {"gpu3", "gpu3:0"}),
        ("MIG-1234", {"gpu3:0"}),
    ],
)
def test_a_gpu_is_named_by_index_label_or_the_beginning_of_its_uuid(name, meant):
    instance = GpuSample(uuid="MIG-12345678", label="gpu3:0", parent=GPUS[3].uuid)
    there = (*GPUS, instance)
    allowed = Allowed(include=(name,))
    assert {gpu.label for gpu in there if not allowed.refusal(gpu, there)} == meant
