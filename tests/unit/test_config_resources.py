"""What a config says of GPUs: how many each trial takes, which it may use, and its faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import Loaded, load_config
from engine.config.plan import has_auto_slots, to_plan
from engine.config.resource_words import gpus_text, taken_by
from engine.config.schema import Resources
from engine.errors import ConfigError

GOOD = """\
program: train.py
metric: {name: val_acc, goal: maximize}
parameters: {lr: {min: 1e-4, max: 1.0}}
method: random
"""
STAGES = """\
budget: {max: 27}
stages:
  - {name: coarse, epochs: 1, trials: 8, gpus: 0.25}
  - {name: fine, epochs: 27, promote: 2, gpus: 2}
"""


def load(folder: Path, *lines: str) -> Loaded:
    (folder / "train.py").write_text("print()\n")
    (folder / "sweep.yaml").write_text(GOOD + "\n".join(lines))
    return load_config(folder / "sweep.yaml")


def fault_of(folder: Path, *lines: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, *lines)
    (fault,) = caught.value.faults
    return fault.replace(f"{folder}/", "")


def test_all_keys_are_read(tmp_path: Path) -> None:
    said = "gpus: 0.5, gpu_ids: {include: [0, GPU-8a2f], exclude: ['03']}, min_free_gib: 4.5"
    line = f"resources: {{{said}, exclusive: false, max_util: 50, cpus: 2, slots: 3}}"
    assert load(tmp_path, line).config.resources == Resources(
        gpus=0.5,
        include=("0", "GPU-8a2f"),
        exclude=("3",),
        min_free_gib=4.5,
        exclusive=False,
        max_util=50.0,
        cpus=2,
        slots=3,
    )


def test_a_list_of_gpus_names_those_to_use(tmp_path: Path) -> None:
    resources = load(tmp_path, "resources: {gpu_ids: [0, 2]}").config.resources
    assert (resources.include, resources.exclude) == (("0", "2"), ())


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("gpus: -1", "gpus: must be a whole number, or a part of one GPU such as 0.25, not -1"),
        ("gpus: 1.5", "gpus: must be a whole number, or a part of one GPU such as 0.25, not 1.5"),
        ("gpus: all", "gpus: must be a number, not the text 'all'"),
        ("gpus: .nan", "gpus: must be a finite number"),
        (
            "gpus: 2, trials_per_gpu: 4",
            "trials_per_gpu: shares one GPU among trials, but gpus: 2 gives each trial several",
        ),
        (
            "gpus: 0.5, trials_per_gpu: 2",
            "trials_per_gpu: and gpus: 0.5 both share a GPU among trials; keep one of the two",
        ),
        ("gpus: 0, trials_per_gpu: 2", "trials_per_gpu: shares a GPU among trials, but gpus: 0"),
        ("trials_per_gpu: 0", "trials_per_gpu: must be at least 1, not 0"),
        ("gpu_ids: 3", "gpu_ids: must be a list, not 3"),
        ("gpu_ids: []", "gpu_ids: names no GPU; remove the key to use all, or say gpus: 0"),
        ("gpu_ids: [0, -1]", "gpu_ids[1]: must be a GPU's index, or its UUID"),
        ("gpu_ids: ['0,1']", "gpu_ids[0]: must be a GPU's index, or its UUID"),
        ("gpu_ids: [1, '1']", "gpu_ids[1]: names 1 twice"),
        ("gpu_ids: {inclde: [1]}", "gpu_ids.inclde: unknown key; did you mean 'include'?"),
        (
            "gpu_ids: {include: [1, 2], exclude: [2]}",
            "gpu_ids.exclude: names 2, which include names as well",
        ),
        ("min_free_gib: 0", "min_free_gib: must be above 0, not 0"),
        ("exclusive: maybe", "exclusive: must be true or false, not the text 'maybe'"),
        ("max_util: 110", "max_util: must be a percentage from 0 to 100, not 110"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_its_key(
    tmp_path: Path, written: str, fault: str
) -> None:
    told = fault_of(tmp_path, f"resources: {{{written}}}")
    assert told.startswith(f"sweep.yaml:5: resources.{fault}")


def test_a_stage_that_asks_for_one_and_a_half_gpus_is_told_so(tmp_path: Path) -> None:
    assert fault_of(tmp_path, STAGES.replace("gpus: 2", "gpus: 1.5")).startswith(
        "sweep.yaml:8: stages[1].gpus: must be a whole number"
    )


@pytest.mark.parametrize(
    ("lines", "warning"),
    [
        (("resources: {exclusive: false}",), "without min_free_gib a GPU is shared however little"),
        (("env: {CUDA_VISIBLE_DEVICES: '0'}",), "env.CUDA_VISIBLE_DEVICES: is set for all trials"),
        (("resources: {gpus: 3, gpu_ids: [0, 1]}",), "names 2, and each trial takes 3: none could"),
        (("resources: {gpus: 0, gpu_ids: [1]}",), "gpu_ids: is not used: gpus: 0 runs trials on"),
    ],
)
def test_what_can_hardly_be_meant_is_warned_of(
    tmp_path: Path, lines: tuple[str, ...], warning: str
) -> None:
    assert [text for text in load(tmp_path, *lines).warnings if warning in text]


def test_a_trial_takes_one_gpu_where_the_box_has_any_and_the_config_does_not_say(
    tmp_path: Path,
) -> None:
    config = load(tmp_path).config
    assert to_plan(config, 4, on_gpus=True).gpus == 1.0
    assert to_plan(config, 4).gpus == 0.0


def test_the_cpu_serves_where_there_is_no_gpu_whatever_the_config_says(tmp_path: Path) -> None:
    plan = to_plan(load(tmp_path, "resources: {gpus: 2}", STAGES).config, 4, auto_slots=True)
    assert (plan.gpus, plan.auto_slots) == (0.0, False)
    assert [stage.gpus for stage in plan.stages] == [None, None]


def test_stages_take_what_they_say(tmp_path: Path) -> None:
    plan = to_plan(load(tmp_path, STAGES).config, 4, on_gpus=True)
    assert [stage.gpus for stage in plan.stages] == [0.25, 2.0]


def test_so_many_trials_a_gpu_take_a_part_each(tmp_path: Path) -> None:
    config = load(tmp_path, "resources: {gpus: 1, trials_per_gpu: 4}").config
    assert to_plan(config, 4, on_gpus=True).gpus == 0.25


def test_slots_follow_the_gpus_unless_somebody_said_how_many(tmp_path: Path) -> None:
    config = load(tmp_path).config
    assert to_plan(config, 4, on_gpus=True, auto_slots=has_auto_slots(config, None)).auto_slots
    assert not has_auto_slots(config, 3)
    assert not has_auto_slots(load(tmp_path, "resources: {slots: 2}").config, None)


def test_trials_on_the_cpu_have_no_slots_that_follow_gpus(tmp_path: Path) -> None:
    config = load(tmp_path, "resources: {gpus: 0}").config
    assert not to_plan(config, 4, on_gpus=True, auto_slots=True).auto_slots


@pytest.mark.parametrize(
    ("gpus", "text"),
    [
        (0, "no GPU"),
        (1, "1 GPU"),
        (2, "2 GPUs"),
        (0.5, "half a GPU"),
        (1 / 3, "a third of a GPU"),
        (0.25, "a quarter of a GPU"),
        (0.125, "1/8 of a GPU"),
        (0.3, "0.3 of a GPU"),
    ],
)
def test_a_number_of_gpus_reads_as_words(gpus: float, text: str) -> None:
    assert gpus_text(gpus) == text


def test_what_trials_take_is_said_for_each_stage_that_differs(tmp_path: Path) -> None:
    ids = "resources: {trials_per_gpu: 4, gpu_ids: {exclude: [0]}, exclusive: false}"
    assert taken_by(load(tmp_path, ids, STAGES).config) == [
        "each trial takes a quarter of a GPU",
        "in stage fine each trial takes 2 GPUs",
        "trials never use GPU 0, and share GPUs with others",
    ]
