"""What runs inside a user's interpreter stays within the standard library and Python 3.8."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import engine.executors

FOLDER = Path(engine.executors.__file__).parent
LOADED = (
    "boot",
    "zygote",
    "preload",
    "procfs",
    "runner",
    "record",
    "marks",
    "leases",
    "exceptions",
    "threads",
    "trees",
    "trial_main",
)


@pytest.mark.parametrize("name", LOADED)
def test_its_syntax_is_that_of_python_3_8(name: str) -> None:
    ast.parse((FOLDER / f"{name}.py").read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("name", LOADED)
def test_it_imports_the_standard_library_and_its_own_neighbours(name: str) -> None:
    for node in ast.walk(ast.parse((FOLDER / f"{name}.py").read_text())):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and node.level:
            assert {alias.name for alias in node.names} <= set(LOADED)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            assert node.module.partition(".")[0] in sys.stdlib_module_names
