"""When a zygote forks a trial, when it does not, and what it says then."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.core.model import Exited
from tests.fakes.workshop import Workshop

TORCH = """
    import os, sys, threading, torch
    from torch.utils.data import DataLoader
    print(torch.get_num_threads(), len(os.listdir("/proc/self/task")), torch.initial_seed())
    model = torch.nn.Linear(64, 64)
    optimizer = torch.optim.Adam(model.parameters())
    rows = DataLoader(torch.randn(64, 64), batch_size=16, num_workers=1)
    for batch in rows:
        optimizer.zero_grad()
        model(batch).square().mean().backward()
        optimizer.step()
    print("trained")
"""


def other_pythons() -> list[str]:
    """List the interpreters of this machine that a user's script might run under."""
    names = [f"python3.{minor}" for minor in range(8, 15)]
    found = [path for name in names if (path := shutil.which(name))]
    found += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python")))
    return [path for path in found if _version(path) >= (3, 8)]


def _version(path: str) -> tuple[int, ...]:
    asked = [path, "-c", "import sys; print(*sys.version_info[:2])"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return tuple(map(int, answer.stdout.split()))


def _by_hand(python: str, folder: Path) -> str:
    done = subprocess.run(
        [python, "train.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


async def test_it_trains_with_torch_on_the_threads_it_is_given(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "auto") as shop:
        shop.script(TORCH)
        specs = [shop.spec(trial=n, preload=None, threads=n) for n in (1, 2)]
        for spec in specs:
            process = await shop.launch(spec)
            ended = await shop.end(spec)
            assert (process.start, process.note) == ("zygote", None)
            assert str(ended.exit) == "exit 0", ended
        told = [shop.output(spec).split() for spec in specs]
        assert [words[0] for words in told] == ["1", "2"]
        assert told[0][2] != told[1][2], "two trials share torch's random state"
        assert [words[3:] for words in told] == [["trained"]] * 2


async def test_auto_uses_a_zygote_for_a_script_and_says_nothing(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "auto") as shop:
        shop.script("print('x')")
        process = await shop.launch(shop.spec())
        assert (process.start, process.note) == ("zygote", None)
        await shop.end(shop.spec())


@pytest.mark.parametrize("start", ["auto", "zygote"])
@pytest.mark.parametrize(
    ("argv", "note"),
    [
        (["sh", "-c", "echo x"], "sh is no Python interpreter"),
        ([sys.executable, "-O", "train.py"], "python is called with -O"),
        ([sys.executable, "-c", "print('x')"], "python is called with -c"),
    ],
)
async def test_what_it_cannot_run_is_spawned_with_the_reason(
    argv: list[str], note: str, start: str, tmp_path: Path
) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("print('x')")
        spec = shop.spec(*argv)
        process = await shop.launch(spec)
        assert (process.start, process.note) == ("spawn", note)
        assert (await shop.end(spec)).exit == Exited(code=0, tail="x")


@pytest.mark.parametrize(
    ("module", "note"),
    [
        ("1/0", "importing extra failed: ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "importing extra failed: SystemExit: 3"),
        ("import os; os.abort()", "the zygote died while importing: "),
        (
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
            "after importing extra, the zygote has 2 threads",
        ),
    ],
)
async def test_a_preload_that_makes_it_unfit_is_told(
    module: str, note: str, tmp_path: Path
) -> None:
    async with Workshop(tmp_path, "auto", PYTHONPATH=str(tmp_path / "lib")) as shop:
        shop.script(module, "lib/extra.py")
        shop.script("print('x')")
        for trial in (1, 2):
            spec = shop.spec(trial=trial, preload=("extra",))
            process = await shop.launch(spec)
            assert process.start == "spawn"
            assert process.note is not None
            assert process.note.startswith(note)
            assert (await shop.end(spec)).exit == Exited(code=0, tail="x")


@pytest.mark.parametrize("name", ["shutil.py", "json/__init__.py"])
async def test_a_script_with_its_own_copy_of_an_imported_module_is_spawned(
    name: str, tmp_path: Path
) -> None:
    module = name.partition(".")[0].partition("/")[0]
    async with Workshop(tmp_path, "auto") as shop:
        shop.script("mine = 'my own'", name)
        shop.script(f"import {module}; print({module}.mine)")
        spec = shop.spec(preload=(module,))
        process = await shop.launch(spec)
        assert process.start == "spawn"
        assert process.note is not None
        assert f"would hide the {module}" in process.note
        assert (await shop.end(spec)).exit == Exited(code=0, tail="my own")


async def test_a_variable_read_at_the_start_of_python_is_honoured(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "auto") as shop:
        shop.script("import os; print(hash('x'))")
        await shop.run(shop.spec())
        spec = shop.spec(trial=2, env={"PYTHONHASHSEED": "1"})
        process = await shop.launch(spec)
        assert process.note == "PYTHONHASHSEED must be set before the interpreter starts"
        await shop.end(spec)


@pytest.mark.parametrize("python", other_pythons())
async def test_it_runs_under_the_interpreter_of_the_script(python: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, "zygote") as shop:
        shop.script("import sys\nprint(*sys.version_info[:2])\ndef f(): 1/0\nf()")
        spec = shop.spec(python, "train.py")
        process = await shop.launch(spec)
        ended = await shop.end(spec)
        assert (process.start, process.note) == ("zygote", None)
        assert str(ended.exit) == "exit 1"
        assert shop.output(spec) == _by_hand(python, tmp_path)


async def test_a_relative_interpreter_is_found_from_the_scripts_folder(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "zygote") as shop:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "python").symlink_to(sys.executable)
        shop.script("print('x')")
        spec = shop.spec("bin/python", "train.py")
        process = await shop.launch(spec)
        assert (process.start, process.note) == ("zygote", None)
        assert (await shop.end(spec)).exit == Exited(code=0, tail="x")
