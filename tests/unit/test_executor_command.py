"""Which commands a zygote can run."""

from __future__ import annotations

import pytest

from engine.executors.command import OtherCommand, PythonCommand, recognise


@pytest.mark.parametrize(
    "interpreter", ["python", "/usr/bin/python3", "/x y/bin/python3.12", "python3"]
)
def test_a_script_is_recognised(interpreter: str) -> None:
    expected = PythonCommand(
        interpreter=interpreter, script="a/train.py", argv=("a/train.py", "--lr=1", "-u")
    )
    assert recognise((interpreter, "a/train.py", "--lr=1", "-u")) == expected
    assert recognise((interpreter, "-u", "a/train.py", "--lr=1", "-u")) == expected


def test_a_module_is_recognised() -> None:
    assert recognise(("python", "-u", "-m", "pkg.train", "--lr=1")) == PythonCommand(
        interpreter="python", module="pkg.train", argv=("-m", "--lr=1")
    )


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("torchrun", "train.py"), "torchrun is no Python interpreter"),
        (("/opt/pythonista", "train.py"), "pythonista is no Python interpreter"),
        (("python", "-W", "error", "train.py"), "python is called with -W"),
        (("python", "-"), "python is called with -"),
        (("python", "-m"), "python is called with -m"),
        (("python",), "python is called with no script"),
        (("python", "folder"), "folder is no .py file"),
    ],
)
def test_other_commands_say_why_not(argv: tuple[str, ...], reason: str) -> None:
    assert recognise(argv) == OtherCommand(reason=reason)
