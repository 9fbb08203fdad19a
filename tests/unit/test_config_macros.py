"""Commands: W&B's macros mean what they mean there, ours fit into any argument, no shell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.config.load import load_config
from engine.config.macros import render
from engine.config.schema import Config

PYTHON = "/venv/bin/python"
PARAMETERS = """\
metric: {name: loss}
parameters:
  lr: {min: 1e-4, max: 1.0}
  width: {values: [32, 64]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    (tmp_path / "train.sh").write_text("#!/bin/sh\n")
    (tmp_path / "train.sh").chmod(0o755)
    return tmp_path


def config_of(folder: Path, *lines: str) -> Config:
    path = folder / "sweep.yaml"
    path.write_text("\n".join([*lines, PARAMETERS]))
    return load_config(path).config


def argv_of(
    config: Config,
    params: Mapping[str, Any],
    *,
    budget: int | None = None,
    checkpoint: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> list[str]:
    argv, _ = render(
        config,
        params=dict(params),
        seed=7,
        budget=budget,
        trial_dir=Path(config.folder) / "trial",
        checkpoint=checkpoint,
        interpreter=PYTHON,
        environ=environ if environ is not None else {"PATH": "/usr/bin:/bin"},
    )
    return argv


def test_a_program_gets_every_parameter_as_wandb_passes_it(folder: Path) -> None:
    params = {"lr": 0.001, "width": 64}
    argv = argv_of(config_of(folder, "program: train.py"), params)
    assert argv == [PYTHON, "train.py", "--lr=0.001", "--width=64"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.001, "0.001"),
        (1e-06, "1e-06"),
        (1e22, "1e+22"),
        (3, "3"),
        (True, "True"),
        (False, "False"),
        (None, "None"),
        ("a b; rm -rf $HOME", "a b; rm -rf $HOME"),
        ([1, 2.0, "x"], '[1, 2.0, "x"]'),
        ({"a": None}, '{"a": null}'),
    ],
)
def test_values_are_spelled_as_python_does_and_lists_as_json(
    folder: Path, value: object, text: str
) -> None:
    config = config_of(folder, "program: train.py", 'command: [sh, "${args}", "-x${param:lr}"]')
    assert argv_of(config, {"lr": value})[1:] == [f"--lr={text}", f"-x{text}"]


def test_each_form_of_args_is_that_of_wandb(folder: Path) -> None:
    params = {"lr": 0.5, "nesterov": True, "bias": False}
    words = "sh, '${args}', '-', '${args_no_hyphens}', '-', '${args_no_boolean_flags}', '-', "
    config = config_of(folder, f"command: [{words} '${{args_json}}']")
    assert argv_of(config, params)[1:] == [
        *("--lr=0.5", "--nesterov=True", "--bias=False", "-"),
        *("lr=0.5", "nesterov=True", "bias=False", "-"),
        *("--lr=0.5", "--nesterov", "-"),
        '{"lr": 0.5, "nesterov": true, "bias": false}',
    ]


def test_args_json_file_is_a_file_of_the_trial(folder: Path) -> None:
    config = config_of(folder, "command: [sh, '--json=${args_json_file}']")
    argument = argv_of(config, {"lr": 0.5, "width": 32})[1]
    path = folder / "trial" / "args.json"
    assert argument == f"--json={path}"
    assert json.loads(path.read_text()) == {"lr": 0.5, "width": 32}


def test_json_nests_what_the_file_nests_and_leaves_dots_of_a_name_alone(folder: Path) -> None:
    path = folder / "sweep.yaml"
    path.write_text(
        "command: [sh, '${args_json}', '${args}']\n"
        "metric: {name: loss}\n"
        "parameters:\n"
        "  opt: {parameters: {lr: {value: 0.5}, decay: {parameters: {rate: {value: 2}}}}}\n"
        "  optim.eps: {value: 3}\n"
        "  a.b: {parameters: {c: {value: 4}}}\n"
    )
    config = load_config(path).config
    params = {"opt.lr": 0.5, "opt.decay.rate": 2, "optim.eps": 3, "a.b.c": 4}
    nested, *flags = argv_of(config, params)[1:]
    assert json.loads(nested) == {
        "opt": {"lr": 0.5, "decay": {"rate": 2}},
        "optim.eps": 3,
        "a.b": {"c": 4},
    }
    assert flags == ["--opt.lr=0.5", "--opt.decay.rate=2", "--optim.eps=3", "--a.b.c=4"]


def test_our_macros_fit_into_larger_arguments(folder: Path) -> None:
    config = config_of(
        folder,
        "command: [sh, '--lr=${param:lr}', '${budget}/${seed}', 'in ${trial_dir}',",
        "  '${checkpoint}']",
        "budget: {parameter: epochs, max: 9}",
    )
    argv = argv_of(config, {"lr": 0.5}, budget=9, checkpoint=folder / "c.pt")
    assert argv[1:] == ["--lr=0.5", "9/7", f"in {folder}/trial", f"{folder}/c.pt"]


def test_what_there_is_none_of_is_empty(folder: Path) -> None:
    config = config_of(folder, "command: [sh, '${checkpoint}', 'b${budget}', '${param:width}']")
    assert argv_of(config, {"lr": 0.5})[1:] == ["", "b", ""]


def test_a_variable_of_the_environment_that_is_not_set_leaves_its_name(folder: Path) -> None:
    config = config_of(folder, "command: [sh, '${envvar:ROOT}/data', '${envvar:NOT_SET}']")
    argv = argv_of(config, {}, environ={"ROOT": "/mnt", "PATH": "/bin"})
    assert argv[1:] == ["/mnt/data", "NOT_SET"]


def test_the_budget_goes_with_the_parameters_as_an_int(folder: Path) -> None:
    config = config_of(folder, "program: train.py", "budget: {parameter: epochs, max: 27}")
    assert argv_of(config, {"lr": 0.5}, budget=5)[2:] == ["--lr=0.5", "--epochs=5"]


def test_a_leading_env_makes_way_for_the_program(folder: Path) -> None:
    script = "program: train.py"
    for words in ("'${env}', '${interpreter}', '${program}'", "/usr/bin/env, '${interpreter}', x"):
        config = config_of(folder, script, f"command: [{words}]")
        assert argv_of(config, {})[0] == PYTHON
    kept = config_of(folder, script, "command: ['${env}', A=1, '${interpreter}', '${program}']")
    assert argv_of(kept, {}) == ["/usr/bin/env", "A=1", PYTHON, "train.py"]


def test_a_function_is_called_through_the_sdk(folder: Path) -> None:
    argv = argv_of(config_of(folder, "function: train:main"), {"lr": 0.5})
    assert argv == [PYTHON, "-m", "tui_tuner.sdk.call", "train:main"]


def test_a_program_that_is_no_python_script_runs_by_itself(folder: Path) -> None:
    argv = argv_of(config_of(folder, "program: train.sh"), {"lr": 0.5})
    assert argv == [f"{folder}/train.sh", "--lr=0.5"]


def test_env_values_are_filled_in_as_arguments_are(folder: Path) -> None:
    config = config_of(
        folder, "program: train.py", "env: {RATE: '${param:lr}', OUT: '${trial_dir}/o'}"
    )
    _, env = render(
        config,
        params={"lr": 1e-6},
        seed=0,
        budget=None,
        trial_dir=Path("/trials/1"),
        checkpoint=None,
        interpreter=PYTHON,
    )
    assert env == {"RATE": "1e-06", "OUT": "/trials/1/o"}


def test_text_from_a_parameter_is_never_read_as_a_macro_again(folder: Path) -> None:
    config = config_of(folder, "program: train.py", "command: [sh, '${param:lr}', '${args}']")
    argv = argv_of(config, {"lr": "${envvar:PATH}"})
    assert argv[1:] == ["${envvar:PATH}", "--lr=${envvar:PATH}"]
