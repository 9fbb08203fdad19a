"""What a config may ask of an evolution, and what is said where it cannot be."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.config.evolution import rounds_told
from engine.config.load import load_config
from engine.config.plan import to_plan
from engine.config.schema import Config
from engine.core.evolution import Rounds
from engine.errors import ConfigError
from engine.search.evolution_options import options_of

CONFIG = """\
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr: {min: 1e-4, max: 1.0, scale: log}
  width: {values: [32, 64]}
method: evolution
"""
BUDGET = "budget: {parameter: epochs, max: 20}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    return tmp_path


def config(folder: Path, more: str) -> Config:
    (folder / "sweep.yaml").write_text(CONFIG + more)
    return load_config(folder / "sweep.yaml").config


def fault(folder: Path, more: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config(folder, more)
    assert len(caught.value.faults) == 1, caught.value.faults
    return str(caught.value.faults[0]).split("sweep.yaml:")[1].split(": ", 1)[1]


def rounds(folder: Path, search: str, budget: str = BUDGET) -> Rounds | None:
    return to_plan(config(folder, budget + search), slots=2).evolution


def test_a_method_and_a_budget_are_enough(folder: Path) -> None:
    assert rounds(folder, "") == Rounds(population=8, rounds=10, interval=2)


def test_the_default_rounds_share_the_budget_out_evenly(folder: Path) -> None:
    made = rounds(folder, "", "budget: {max: 27}\n")
    assert made == Rounds(population=8, rounds=9, interval=3)


def test_rounds_follow_from_the_interval_and_the_interval_from_the_rounds(folder: Path) -> None:
    five = Rounds(population=8, rounds=5, interval=4)
    assert rounds(folder, "search: {rounds: 5}") == five
    assert rounds(folder, "search: {interval: 4}") == five
    assert rounds(folder, "search: {rounds: 5, interval: 4}") == five


def test_the_rounds_that_a_budget_makes_are_said_in_words(folder: Path) -> None:
    odd = "search: {preset: bml}\nbudget: {parameter: epochs, max: 27}\n"
    assert rounds_told(config(folder, odd)) == (
        "evolves in 9 rounds, 3 epochs each: after each the worst 4 of 8 make way for children "
        "of the best"
    )


def test_each_round_is_a_stage_with_its_budget(folder: Path) -> None:
    plan = to_plan(config(folder, BUDGET + "search: {rounds: 4, population: 6}"), slots=2)
    stages = [(stage.name, stage.budget, stage.trials) for stage in plan.stages]
    assert stages == [("round 1", 5, 6), ("round 2", 10, 0), ("round 3", 15, 0), ("round 4", 20, 0)]


def test_the_presets_are_those_of_the_field() -> None:
    bml, ray = options_of({"preset": "bml"}), options_of({"preset": "ray"})
    assert (bml.population, bml.quantile, bml.ratio, bml.resample) == (8, 0.5, 0.5, 0.0)
    assert (ray.quantile, ray.factors, ray.ratio, ray.resample) == (0.25, (0.8, 1.2), None, 0.25)


def test_an_option_comes_before_the_preset() -> None:
    changed = options_of({"preset": "bml", "population": 4, "factors": [0.5, 2]})
    assert (changed.population, changed.factors, changed.ratio) == (4, (0.5, 2), None)


def test_lists_survive_the_way_to_the_engine(folder: Path) -> None:
    made = config(folder, BUDGET + "search: {factors: [0.5, 2], perturb: [lr]}")
    again = msgspec.json.decode(msgspec.json.encode(made), type=Config)
    assert options_of(again.search).factors == (0.5, 2)
    assert options_of(again.search).perturb == ("lr",)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("", "method: evolution shares a budget out among its rounds: give one, such as"),
        (BUDGET + "search: {rounds: 7}", "search: 7 rounds do not make up the budget of 20 epochs"),
        (BUDGET + "search: {interval: 3}", "search: 6 rounds of 3 epochs do not make up"),
        (BUDGET + "search: {interval: 30}", "search: 0 rounds of 30 epochs do not make up"),
        (BUDGET + "search: {interval: 20}", "search: a budget of 20 epochs makes one round"),
        ("budget: {max: 23}", "search: a budget of 23 epochs makes one round"),
        (BUDGET + "search: {quantile: 0.7}", "search.quantile: option quantile of method"),
        (BUDGET + "search: {factors: [0.8, -1]}", "search.factors: option factors of method"),
        (BUDGET + "search: {factors: 0.8}", "search.factors: option factors of method"),
        (BUDGET + "search: {preset: rya}", "search.preset: option preset of method evolution"),
        (BUDGET + "search: {seed: [1, 2]}", "search.seed: must be"),
        (BUDGET + "search: {factors: [0.5], ratio: 0.5}", "search: options factors and ratio of"),
        (BUDGET + "search: {perturb: [rl]}", "search.perturb: rl is not searched; searched are lr"),
        (
            BUDGET + "search: {population: 30}\nlimits: {trials: 20}",
            "search.population: a population of 30 is larger than limits.trials 20",
        ),
        (
            BUDGET + "limits: {trials: 5}",
            "limits.trials: a population of 8 is larger than limits.trials 5",
        ),
        (
            BUDGET + "stages: [{name: a, epochs: 2, trials: 8}, {name: b, epochs: 20, promote: 2}]",
            "stages: an evolution has rounds instead",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(folder: Path, more: str, sentence: str) -> None:
    assert fault(folder, more).startswith(sentence)


LOADS = """
import tui_tuner as tt
state = tt.trial().load()
optimizer.load_state_dict(state["optimizer"])
"""


def warnings(folder: Path, script: str) -> list[str]:
    (folder / "train.py").write_text(script)
    (folder / "sweep.yaml").write_text(CONFIG + BUDGET)
    return [
        str(warning).split(": ", 2)[2] for warning in load_config(folder / "sweep.yaml").warnings
    ]


def test_a_script_that_brings_the_parents_rate_back_is_warned_about(folder: Path) -> None:
    (warning,) = warnings(folder, LOADS + "tt.trial().save(state, 1)")
    assert warning.startswith("the script loads an optimizer's state, and with it the parent's")
    sets = 'for group in optimizer.param_groups: group["lr"] = 0.1\n'
    assert warnings(folder, LOADS + sets + "tt.trial().save(state, 1)") == []


def test_a_script_that_saves_nothing_is_warned_about(folder: Path) -> None:
    (warning,) = warnings(folder, "import tui_tuner as tt\ntt.trial().report(1, acc=1)\n")
    assert warning == "the script saves no checkpoints: each member starts over in every round"


@pytest.mark.parametrize(
    ("limit", "ends"),
    [(8, "after round 1"), (9, "after round 1"), (10, "after round 2"), (25, "after round 9")],
)
def test_a_limit_that_leaves_no_room_for_children_is_warned_of(
    folder: Path, limit: int, ends: str
) -> None:
    (folder / "sweep.yaml").write_text(f"{CONFIG}{BUDGET}limits: {{trials: {limit}}}\n")
    (told,) = [w for w in load_config(folder / "sweep.yaml").warnings if "rounds take" in w]
    assert "10 rounds take 26 trials, 8 and 2 children a round" in told
    assert told.endswith(f"with limits.trials {limit} they end {ends}")


def test_a_limit_with_room_for_all_is_not(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(CONFIG + BUDGET + "limits: {trials: 26}\n")
    assert not any("rounds take" in w for w in load_config(folder / "sweep.yaml").warnings)
