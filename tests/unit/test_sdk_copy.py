"""A sweep carries its own copy of the SDK, so that trials need no install."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tui_tuner
from engine.errors import TunerError
from engine.ingest import wire as engine_wire
from engine.sdk_copy import copy_sdk
from tui_tuner.sdk import wire as sdk_wire


def files(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_copy_is_the_sdk_and_nothing_else(tmp_path: Path) -> None:
    copied = files(copy_sdk(tmp_path) / "tui_tuner")
    source = Path(tui_tuner.__file__).parent
    expected = {"__init__.py", *(f"sdk/{path.name}" for path in (source / "sdk").glob("*.py"))}
    assert set(copied) == expected


def test_copying_again_writes_only_what_differs(tmp_path: Path) -> None:
    folder = copy_sdk(tmp_path)
    before = files(folder)
    (folder / "tui_tuner" / "sdk" / "say.py").write_text("broken")
    copy_sdk(tmp_path)
    after = files(folder)
    assert {name for name in after if after[name] != before.get(name)} == {"tui_tuner/sdk/say.py"}
    assert "broken" not in (folder / "tui_tuner" / "sdk" / "say.py").read_text()


def test_a_script_runs_with_the_copy_alone(tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(copy_sdk(tmp_path)), "PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [sys.executable, "-S", "-c", "import tui_tuner as tt; print(tt.trial(a=1).params.a, tt)"],
        cwd=tmp_path,
        env=env,
        text=True,
        capture_output=True,
        check=True,
    )
    assert ran.stdout.startswith(f"1 <module 'tui_tuner' from '{tmp_path}/sdk/")


def test_the_copier_does_not_import_what_it_copies(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from engine.sdk_copy import copy_sdk;"
        "copy_sdk(pathlib.Path(sys.argv[1]));"
        "assert not any(name.startswith('tui_tuner') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sdk").write_text("in the way")
    with pytest.raises(TunerError, match=r"cannot copy the SDK into .*sdk"):
        copy_sdk(tmp_path)


def test_a_trial_and_its_engine_use_the_same_names() -> None:
    def constants(module: object) -> dict[str, object]:
        return {name: value for name, value in vars(module).items() if name.isupper()}

    assert constants(sdk_wire) == constants(engine_wire)
    assert len(constants(sdk_wire)) >= 15
