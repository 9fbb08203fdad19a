"""The interpreter is the user's own: the active environment's, or what the command names."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.interpreter import resolve_interpreter
from engine.config.load import load_config
from engine.config.schema import Config

ENGINE = "/engine/bin/python"
REST = "metric: {name: loss}\nparameters: {lr: {min: 1e-4, max: 1.0}}\n"


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    executable(tmp_path / "train.sh")
    executable(tmp_path / "bin" / "torchrun")
    return tmp_path


def config_of(folder: Path, entry: str) -> Config:
    path = folder / "sweep.yaml"
    path.write_text(f"{entry}\n{REST}")
    return load_config(path).config


@pytest.mark.parametrize(
    "entry",
    [
        "program: train.py",
        "function: train:main",
        "{program: train.py, command: ['${env}', '${interpreter}', '${program}']}",
        "{program: train.py, command: [nice, '${interpreter}', '${program}']}",
    ],
)
@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_an_active_environment_runs_the_trials(folder: Path, entry: str, variable: str) -> None:
    python = executable(folder / "venv" / "bin" / "python")
    config = config_of(folder, entry.strip("{}").replace(", command", "\ncommand"))
    active = {variable: str(folder / "venv")}
    assert resolve_interpreter(config, active, ENGINE) == str(python)


def test_without_an_environment_our_own_python_runs_them(folder: Path) -> None:
    config = config_of(folder, "program: train.py")
    assert resolve_interpreter(config, {}, ENGINE) == ENGINE
    assert resolve_interpreter(config, {"VIRTUAL_ENV": "/gone"}, ENGINE) == ENGINE


def test_a_command_names_its_program_as_to_a_shell(folder: Path) -> None:
    on_path = {"PATH": str(folder / "bin"), "VIRTUAL_ENV": "/gone"}
    for words, found in [
        ("torchrun, train.py, '${args}'", folder / "bin" / "torchrun"),
        ("'${env}', torchrun, train.py, '${args}'", folder / "bin" / "torchrun"),
        ("./train.sh, '${args}'", folder / "train.sh"),
        (f"{folder}/train.sh, '${{args}}'", folder / "train.sh"),
    ]:
        config = config_of(folder, f"command: [{words}]")
        assert resolve_interpreter(config, on_path, ENGINE) == str(found)


def test_a_program_that_is_not_found_keeps_its_name_for_the_error(folder: Path) -> None:
    config = config_of(folder, "command: [nowhere-to-be-found, '${args}']")
    assert resolve_interpreter(config, {"PATH": str(folder)}, ENGINE) == "nowhere-to-be-found"


def test_a_program_missing_from_the_path_is_a_warning(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder / "bin"))
    path = folder / "sweep.yaml"
    path.write_text(f"command: [train.py, '${{args}}']\n{REST}")
    assert load_config(path).warnings == [
        f"{path}:1: command[0]: no program 'train.py' is on the PATH; "
        "write ./train.py, or put python before it"
    ]
