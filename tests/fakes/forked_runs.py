"""Runs scripts one after the other, each in a fork of a process that has their libraries.

`python -m tests.fakes.forked_runs` reads a JSON list of runs from its input, and ends with 1 where
one failed. To start torch takes longer than to train a few epochs.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

PRELOADED = ("torch", "torch._dynamo", "sklearn.datasets", "sklearn.model_selection")


def run_forked(runs: Sequence[dict[str, Any]], env: dict[str, str]) -> None:
    """Do `runs`, each {words, folder, env}: as `python WORDS` in the folder, env added to `env`."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fakes.forked_runs"],
        cwd=Path(__file__).parents[2],
        env=env,
        input=json.dumps(runs),
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def main() -> None:
    """Be the process that forks."""
    for name in PRELOADED:
        import_module(name)
    gc.freeze()  # or every child would copy all of it as it ends
    for run in json.load(sys.stdin):
        child = os.fork()
        if not child:
            _run(**run)
            return
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit(1)


def _run(words: Sequence[str], folder: str, env: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.update(env)
    if words[0] == "-m":
        sys.argv = list(words[1:])
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = list(words), folder
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    main()
