"""Asha's promoting form in a config: its rungs, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import Loaded, load_config
from engine.config.plan import to_plan
from engine.config.rungs import rung_budgets
from engine.config.support import unsupported
from engine.core.plan import RungPlan
from engine.errors import ConfigError
from engine.judges import judges_of

BUDGET = "budget: {parameter: epochs, max: 27}\n"
SAVES = "trial.save({}, epoch)\n"


def load(folder: Path, stop: str, more: str = BUDGET, script: str = SAVES) -> Loaded:
    (folder / "train.py").write_text(script)
    path = folder / "sweep.yaml"
    path.write_text(
        "program: train.py\nmetric: {name: acc, goal: maximize}\n"
        f"parameters: {{lr: {{min: 0.1, max: 1.0}}}}\nstop: [{stop}]\n{more}"
    )
    return load_config(path)


def rungs(folder: Path, stop: str, more: str = BUDGET) -> RungPlan | None:
    return to_plan(load(folder, stop, more).config, slots=1).rungs


def test_the_rungs_go_from_min_to_the_full_budget(tmp_path: Path) -> None:
    made = rungs(tmp_path, "{rule: asha, mode: promote, min: 1}")
    assert made == RungPlan(budgets=(1, 3, 9, 27), reduction=3.0, unit="epochs")


@pytest.mark.parametrize("written", ["", ", min: auto"])
def test_the_first_rung_is_a_ninth_of_the_budget_unless_set(tmp_path: Path, written: str) -> None:
    made = rungs(tmp_path, "{rule: asha, mode: promote" + written + "}")
    assert made == RungPlan(
        budgets=(1, 3, 9, 27), begins=1, reduction=3.0, unit="epochs", first_is_auto=True
    )


def test_the_first_rung_is_not_below_the_least_budget(tmp_path: Path) -> None:
    made = rungs(tmp_path, "{rule: asha, mode: promote}", "budget: {min: 5, max: 27}\n")
    assert made is not None
    assert made.budgets == (5, 15, 27)


@pytest.mark.parametrize(
    ("most", "least", "budgets", "begins"),
    [(100, 1, (1, 4, 12, 36, 100), 2), (100, 2, (4, 12, 36, 100), 1), (8, 1, (1, 3, 8), 0)],
)
def test_lower_rungs_wait_below_the_first_for_when_curves_speak_for_them(
    tmp_path: Path, most: int, least: int, budgets: tuple[int, ...], begins: int
) -> None:
    budget = f"budget: {{parameter: epochs, min: {least}, max: {most}}}\n"
    made = rungs(tmp_path, PROMOTE, budget)
    assert made is not None
    assert (made.budgets, made.begins) == (budgets, begins)


def test_the_last_rung_may_lie_below_the_budget(tmp_path: Path) -> None:
    made = rungs(tmp_path, "{rule: asha, mode: promote, min: 2, max: 18, reduction: 3}")
    assert made is not None
    assert made.budgets == (2, 6, 18)


def test_the_stopping_form_has_no_rungs_of_the_machine(tmp_path: Path) -> None:
    assert rungs(tmp_path, "{rule: asha, mode: promote, enabled: false}") is None
    assert rungs(tmp_path, "diverged") is None


def test_the_machine_promotes_and_the_rule_tells_it_from_where_on(tmp_path: Path) -> None:
    config = load(tmp_path, "{rule: asha, mode: promote}").config
    assert [judge.name for judge in judges_of(config)] == ["diverged", "asha"]
    assert unsupported(config) == []


@pytest.mark.parametrize(
    ("first", "last", "reduction", "budgets"),
    [
        (1, 27, 3.0, (1, 3, 9, 27)),
        (1, 26, 3.0, (1, 3, 9, 26)),
        (1, 28, 3.0, (1, 3, 9, 28)),
        (3, 20, 3.0, (3, 9, 20)),
        (1, 2, 4.0, (1, 2)),
        (1, 10, 1.5, (1, 2, 3, 5, 7, 10)),
        (2, 3, 10.0, (2, 3)),
    ],
)
def test_rungs_grow_by_the_reduction(
    first: int, last: int, reduction: float, budgets: tuple[int, ...]
) -> None:
    assert rung_budgets(first, last, reduction) == budgets


PROMOTE = "{rule: asha, mode: promote}"


@pytest.mark.parametrize(
    ("stop", "more", "fault"),
    [
        (PROMOTE, "", "stop[0]: mode promote needs a budget, such as budget: "),
        (
            PROMOTE,
            BUDGET + "stages: [{epochs: 1, trials: 4}]\n",
            "stop[0]: mode promote and stages both give trials their budgets",
        ),
        ("{rule: asha, mode: promote, advisory: true}", BUDGET, "stop[0]: mode promote gives "),
        ("{rule: asha, mode: promote, brackets: 2}", BUDGET, "stop[0]: brackets go with mode: "),
        (
            "{rule: asha, mode: promote, lenient: false}",
            BUDGET,
            "stop[0]: lenient goes with mode: ",
        ),
        ("{rule: asha, mode: promote, min: 27}", BUDGET, "stop[0]: one rung alone, of 27 epochs: "),
        ("{rule: asha, mode: promote, max: 81}", BUDGET, "stop[0]: max 81 is beyond budget.max 27"),
        ("{rule: asha, mode: promoting}", BUDGET, "stop[0].mode: is the text 'promoting', not one"),
        ("{rule: asha, min: 9, max: 3}", BUDGET, "stop[0].min: is above max 3"),
        ("diverged, " + PROMOTE, "", "stop[1]: mode promote needs a budget"),
    ],
)
def test_what_cannot_be_promoted_is_said_in_one_sentence(
    tmp_path: Path, stop: str, more: str, fault: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, stop, more)
    (found,) = raised.value.faults
    assert fault in found


def test_a_script_without_checkpoints_is_warned_about(tmp_path: Path) -> None:
    loaded = load(tmp_path, PROMOTE, script="print('acc 1')\n")
    (warning,) = loaded.warnings
    assert warning.endswith(
        "stop: the script saves no checkpoints: each trial that is promoted starts over"
    )
    assert load(tmp_path, PROMOTE).warnings == []
    passed = BUDGET + "env: {RESUME: '${checkpoint}'}\n"
    assert load(tmp_path, PROMOTE, passed, "import tui_tuner\n").warnings == []
    assert load(tmp_path, "diverged", script="print('acc 1')\n").warnings == []
