"""What cannot be started is refused in one sentence; what is printed arrives safe to show."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.core.model import Exited, NotStarted
from engine.errors import LaunchError
from tests.fakes.workshop import Workshop


async def refusal(shop: Workshop, *argv: str, **changes: object) -> str:
    with pytest.raises(LaunchError) as told:
        await shop.launch(shop.spec(*argv, **changes))
    return str(told.value)


async def test_a_missing_interpreter(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "auto") as shop:
        told = await refusal(shop, "/no/such/python", "train.py")
        assert told == "t0001 cannot start: /no/such/python does not exist"


async def test_a_missing_program(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        told = await refusal(shop, "no-such-program")
        assert told == "t0001 cannot start: there is no program 'no-such-program' on the PATH"


async def test_a_program_that_is_not_executable(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        path = shop.script("#!/bin/sh\n", "train.sh")
        told = await refusal(shop, "./train.sh")
        assert told.startswith(f"t0001 cannot start: {path.parent}/./train.sh is not executable")


async def test_a_missing_folder(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        told = await refusal(shop, cwd=tmp_path / "gone")
        assert told == f"t0001 cannot start: its folder {tmp_path / 'gone'} does not exist"


async def test_an_attempt_folder_that_cannot_be_made(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        (tmp_path / "trials").write_text("a file")
        assert "Not a directory" in await refusal(shop)


async def test_a_program_that_the_kernel_refuses_was_not_started(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        path = shop.script("no shebang", "train.sh")
        path.chmod(0o755)
        ended = await shop.run(shop.spec("./train.sh"))
        assert isinstance(ended.exit, NotStarted)
        assert "Exec format error" in ended.exit.reason


async def test_the_tail_is_short_and_safe(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "zygote") as shop:
        shop.script("""
            import sys
            for line in range(10000): print("line", line)
            print("\\x1b[31mred\\x1b]52;c;eA==\\x07")
            sys.stdout.buffer.write(b"\\xff\\xfe binary\\n")
            print("10%\\r50%\\r100%")
        """)
        ended = await shop.run(shop.spec())
        assert isinstance(ended.exit, Exited)
        lines = ended.exit.tail.split("\n")
        assert len(lines) == 20
        assert lines[-4:] == ["line 9999", "␛[31mred␛]52;c;eA==␇", "\ufffd\ufffd binary", "100%"]


async def test_an_output_without_an_end_is_not_read_whole(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "zygote") as shop:
        shop.script("print('x' * 10_000_000)")
        ended = await shop.run(shop.spec())
        assert isinstance(ended.exit, Exited)
        assert len(ended.exit.tail) <= 4096


async def test_a_folder_with_spaces_and_more(tmp_path: Path) -> None:
    root = tmp_path / "a sweep's (first) ünïcode"
    root.mkdir()
    for start in ("spawn", "zygote"):
        async with Workshop(root, start) as shop:
            shop.script("import os; print(os.getcwd())")
            spec = shop.spec(trial=1 if start == "spawn" else 2)
            assert (await shop.run(spec)).exit == Exited(code=0, tail=str(root))
            assert sorted(os.listdir(spec.attempt_dir)) == [
                *("claim", "exit.json", "lock", "output.log"),
            ]
