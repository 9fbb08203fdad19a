"""Which scripts surely go on from their checkpoints when their trials are promoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.going_on import GoingOn, going_on
from engine.config.load import load_config

CONFIG = """\
{run}
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.1, max: 1.0}}}}
budget: {{max: 27}}
"""
BY_SDK = """\
import tui_tuner as tt
run = tt.trial(lr=0.1)
state = run.load()
run.save({}, 1, acc=0.5)
"""
IN_A_CLASS = """\
from tui_tuner import trial
class Training:
    def go(self):
        self.trial.load()
        self.trial.save({}, 1)
"""
AS_A_FUNCTION = """\
def main(trial):
    trial.load()
    trial.save({}, 1)
"""


def found(folder: Path, script: str, run: str = "program: train.py") -> GoingOn:
    (folder / "train.py").write_text(script)
    path = folder / "sweep.yaml"
    path.write_text(CONFIG.format(run=run))
    return going_on(load_config(path).config)


@pytest.mark.parametrize("script", [BY_SDK, IN_A_CLASS])
def test_a_script_that_loads_and_saves_its_trial_goes_on(tmp_path: Path, script: str) -> None:
    assert found(tmp_path, script) == GoingOn(True, "the script goes on from its checkpoints")


def test_a_function_needs_no_import(tmp_path: Path) -> None:
    assert found(tmp_path, AS_A_FUNCTION, "function: train:main").is_sure
    assert not found(tmp_path, AS_A_FUNCTION).is_sure


@pytest.mark.parametrize(
    "script",
    [
        "print('acc 1')\n",
        BY_SDK.replace("run.load()", "None"),
        BY_SDK.replace("run.save", "print"),
        BY_SDK.replace("state =", "# state ="),
        BY_SDK.replace("run.load()", "torch.load('model.pt')"),
        BY_SDK.replace("run.load()", "settings.load()"),
        BY_SDK.replace("import tui_tuner as tt", "import other as tt"),
        BY_SDK + "def (:\n",
    ],
)
def test_whatever_might_start_over_is_not_sure(tmp_path: Path, script: str) -> None:
    told = found(tmp_path, script)
    assert told == GoingOn(False, "nothing shows that the script goes on from a checkpoint")


def test_a_schedule_may_follow_the_budget(tmp_path: Path) -> None:
    told = found(tmp_path, BY_SDK + "schedule = CosineAnnealingLR(optimizer, run.budget)\n")
    assert told == GoingOn(False, "the script has a schedule, which may follow the budget")


@pytest.mark.parametrize(
    ("words", "is_sure"),
    [
        ("'--resume=${checkpoint}', '${args}'", True),
        ("'${checkpoint}', '${budget}', '${param:lr}'", True),
        ("'${checkpoint}', '${param:epochs}', '${param:lr}'", True),
        ("'${checkpoint}', '${param:lr}'", False),
        ("'${args}'", False),
    ],
)
def test_a_command_passes_the_checkpoint_and_how_far_to_go(
    tmp_path: Path, words: str, is_sure: bool
) -> None:
    run = f"command: [python, train.py, {words}]"
    assert found(tmp_path, "print('acc 1')\n", run).is_sure is is_sure


def test_the_environment_may_pass_it_too(tmp_path: Path) -> None:
    run = "program: train.py\nenv: {RESUME: '${checkpoint}'}"
    assert found(tmp_path, "print('acc 1')\n", run).is_sure
