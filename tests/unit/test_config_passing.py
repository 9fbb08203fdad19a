"""A parameter that nothing passes to the script would be searched in vain: a warning says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import load_config

REST = """\
metric: {name: loss}
parameters:
  lr: {min: 1e-4, max: 1.0}
  width: {values: [32, 64]}
  fixed: {value: 3}
"""


def warnings_of(folder: Path, entry: str, script: str = "print()\n") -> list[str]:
    (folder / "train.py").write_text(script)
    (folder / "package").mkdir()
    (folder / "package" / "fit.py").write_text(script)
    path = folder / "sweep.yaml"
    path.write_text(f"{entry}\n{REST}")
    return [line.split(": ", 2)[2] for line in load_config(path).warnings]


def test_parameters_that_no_macro_passes_are_named(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, "command: [sh, train.py, '--lr=${param:lr}']") == [
        "width is searched but nothing passes it to the script"
    ]


@pytest.mark.parametrize(
    "words", ["'${args}'", "'${args_no_hyphens}'", "'${args_json}'", "'-f=${args_json_file}'"]
)
def test_a_command_with_any_form_of_args_passes_all(tmp_path: Path, words: str) -> None:
    assert warnings_of(tmp_path, f"command: [sh, train.py, {words}]") == []


@pytest.mark.parametrize(
    "script",
    [
        "import tui_tuner as tt\n",
        "from tui_tuner import trial\n",
        "import os; os.environ['TUI_TUNER_TRIAL_DIR']\n",
        "open('params.json')\n",
    ],
)
@pytest.mark.parametrize("words", ["sh, train.py", "sh, -m, package.fit"])
def test_a_script_that_reads_its_trial_needs_no_arguments(
    tmp_path: Path, script: str, words: str
) -> None:
    assert warnings_of(tmp_path, f"command: [{words}]", script) == []


def test_the_environment_passes_parameters_too(tmp_path: Path) -> None:
    entry = "command: [sh, train.py]\nenv: {A: '${param:lr}', B: '${param:width}'}"
    assert warnings_of(tmp_path, entry) == []


@pytest.mark.parametrize("entry", ["program: train.py", "function: train:main"])
def test_a_program_and_a_function_are_always_given_all(tmp_path: Path, entry: str) -> None:
    assert warnings_of(tmp_path, entry) == []


def test_a_program_that_the_command_does_not_use_is_a_warning(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, "program: cli\ncommand: [sh, train.py, '${args}']") == [
        "is not used: the command does not say ${program}"
    ]


def test_a_conditional_parameter_in_a_macro_is_a_warning(tmp_path: Path) -> None:
    entry = "command: [sh, '--m=${param:momentum}', '${args}']"
    (tmp_path / "sweep.yaml").write_text(
        f"{entry}\n{REST}  momentum: {{min: 0.1, max: 0.9, when: {{width: 32}}}}\n"
    )
    assert load_config(tmp_path / "sweep.yaml").warnings == [
        f"{tmp_path}/sweep.yaml:1: command[1]: ${{param:momentum}} is empty where momentum does "
        "not apply; ${args} leaves it out there"
    ]
