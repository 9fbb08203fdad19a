"""How a script's last exception reaches the end of its attempt, whichever way it was started."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.model import Exited
from engine.sdk_copy import copy_sdk
from tests.fakes.workshop import Workshop

OUT_OF_MEMORY = """
    class OutOfMemoryError(RuntimeError): pass
    OutOfMemoryError.__module__ = "torch"
    raise OutOfMemoryError("no more")
"""
LISTENS = "\n    import tui_tuner as tt; trial = tt.trial()"
RANKS = """
    import os, subprocess, sys, tui_tuner as tt
    trial = tt.trial()
    if "RANK" in os.environ: raise RuntimeError("CUDA out of memory")
    os.environ["RANK"] = "1"
    sys.exit(subprocess.run([sys.executable, *sys.argv]).returncode)
"""
TORCH = """
    import sys, types, tui_tuner as tt
    cuda = types.SimpleNamespace(
        is_initialized=lambda: True, device_count=lambda: 2, max_memory_reserved=lambda n: peak)
    sys.modules["torch"] = types.SimpleNamespace(cuda=cuda)
    trial, peak = tt.trial(), 1000
    trial.report(1, loss=0.1)
    peak = 3000
"""


async def ended(folder: Path, start: str, script: str) -> tuple[object, int | None]:
    copy_sdk(folder)
    async with Workshop(folder, start) as shop:
        shop.script("{}", "trials/0001/params.json")
        shop.script(script)
        end = await shop.run(shop.spec())
        assert isinstance(end.exit, Exited)
        return end.exit.fault, end.peak_gpu_memory


@pytest.mark.parametrize(
    ("start", "script", "fault"),
    [
        ("zygote", OUT_OF_MEMORY, "oom"),
        ("zygote", LISTENS + OUT_OF_MEMORY, "oom"),
        ("spawn", LISTENS + OUT_OF_MEMORY, "oom"),
        ("spawn", OUT_OF_MEMORY, None),
        ("spawn", RANKS, "oom"),
        ("spawn", LISTENS + "\n    raise ValueError('no such thing')", None),
        ("zygote", "print('fine')", None),
    ],
)
async def test_an_exception_is_known_where_the_script_listens_or_was_forked(
    tmp_path: Path, start: str, script: str, fault: str | None
) -> None:
    assert (await ended(tmp_path, start, script))[0] == fault


async def test_an_exception_that_the_script_survived_is_no_fault(tmp_path: Path) -> None:
    script = RANKS.replace("sys.exit(", "(")
    assert (await ended(tmp_path, "spawn", script))[0] is None


async def test_the_exception_goes_the_usual_way_as_well(tmp_path: Path) -> None:
    copy_sdk(tmp_path)
    async with Workshop(tmp_path) as shop:
        shop.script("{}", "trials/0001/params.json")
        shop.script("""
            import sys
            sys.excepthook = lambda kind, fault, trace: print("mine:", fault)
            import tui_tuner as tt
            tt.trial()
            raise ValueError("odd")
        """)
        end = await shop.run(shop.spec())
    assert end.exit == Exited(code=1, tail="mine: odd")


@pytest.mark.parametrize("start", ["spawn", "zygote"])
async def test_the_most_that_torch_reserved_is_told_at_the_end(tmp_path: Path, start: str) -> None:
    assert (await ended(tmp_path, start, TORCH))[1] == 6000
