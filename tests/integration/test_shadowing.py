"""`engine` is a common name: a script gets its own, and the tuner still runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = """
import engine
import tui_tuner as tt
tt.trial().report(1, acc=1.0)
print("mine is", engine.MINE)
"""

CONFIG = """
program: train.py
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
limits: {{trials: 1}}
start: {start}
preload: []
"""


def module(folder: Path) -> None:
    (folder / "engine.py").write_text("MINE = 'a module'\n")


def package(folder: Path) -> None:
    (folder / "engine").mkdir()
    (folder / "engine" / "__init__.py").write_text("MINE = 'a package'\n")


def namespace(folder: Path) -> None:
    (folder / "engine").mkdir()
    (folder / "engine" / "MINE.py").write_text("")


def tuner(folder: Path, *words: str, pythonpath: str | None = None) -> str:
    """Run `tui-tuner` from inside the folder, as a user there would."""
    env = {**os.environ, **({"PYTHONPATH": pythonpath} if pythonpath else {})}
    command = [str(Path(sys.executable).parent / "tui-tuner"), *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


CASES = [
    (start, lay_out, None)
    for start in ("zygote", "spawn")
    for lay_out in (module, package, namespace)
]


@pytest.mark.parametrize(
    ("start", "lay_out", "pythonpath"), [*CASES, ("zygote", module, "."), ("spawn", package, ".")]
)
def test_a_script_beside_its_own_engine_gets_it_and_the_tuner_started_there_runs(
    start: str, lay_out: Callable[[Path], None], pythonpath: str | None, tmp_path: Path
) -> None:
    script = SCRIPT
    if lay_out is namespace:
        script = script.replace("import engine\n", "import engine\nimport engine.MINE\n")
    lay_out(tmp_path)
    (tmp_path / "train.py").write_text(script)
    (tmp_path / "sweep.yaml").write_text(CONFIG.format(start=start))
    tuner(tmp_path, "run", "sweep.yaml", "--headless", "--dir", "swept", pythonpath=pythonpath)
    shown = json.loads(tuner(tmp_path, "show", "swept", "t0001", "--json", pythonpath=pythonpath))
    assert shown["state"] == "complete"
    assert [a["start"] for a in shown["attempts"]] == [start]
    assert "mine is" in tuner(tmp_path, "logs", "swept", "t0001", pythonpath=pythonpath)
