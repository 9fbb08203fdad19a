"""What the doctor says of a box: each thing in a line, and what to do where it is not well."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.devices.leases import DIRECTORY_VARIABLE, FileLeases, Owner
from engine.devices.sample import GpuProcess, GpuSample, Look
from tests.fakes.nvml.box import Box
from tui_tuner.cli import doctor, main
from tui_tuner.cli.checks import gpus as gpu_checks
from tui_tuner.cli.checks import host, places
from tui_tuner.cli.checks.check import Check, fault, guarded, ok, warn
from tui_tuner.cli.checks.gpus import gpus, has_card
from tui_tuner.cli.checks.script import ask, script
from tui_tuner.cli.checks.terminal import terminal

GIB = 2**30


def gpu(n: int = 0, **fields: Any) -> GpuSample:
    known = {"name": "H100", "mem_total": 80 * GIB, "mem_used": 3 * GIB, "util": 0.0}
    return GpuSample(uuid=f"GPU-{n}", label=f"gpu{n}", **known | fields)


def looked(*found: GpuSample, **fields: Any) -> list[Check]:
    look = Look(at=1.0, driver="570.86", cuda="12.8", gpus=found, **fields)
    return list(gpus(look, library=True, card=True))


def interpreter(folder: Path, told: str) -> str:
    """A program that answers as an interpreter would."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\ncat <<'EOF'\nsome noise\n{told}\nEOF\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def _leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "leases"))


@pytest.mark.parametrize(
    ("library", "card", "expected"),
    [
        (False, False, ok("driver", "no NVIDIA GPU: trials run on the CPU")),
        (
            False,
            True,
            fault("driver", "there is an NVIDIA card, but no driver", "install NVIDIA's driver"),
        ),
    ],
)
def test_without_a_driver_it_matters_whether_there_is_a_card(
    library: bool, card: bool, expected: Check
) -> None:
    assert list(gpus(None, library=library, card=card)) == [expected]


def test_a_trial_of_another_sweep_is_called_that(tmp_path: Path) -> None:
    boot = tmp_path / "executors" / "boot.py"
    boot.parent.mkdir()
    boot.write_text("print(flush=True); input()")
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, str(boot)], stdin=pipe, stdout=pipe) as zygote:
        assert zygote.stdout is not None
        zygote.stdout.readline()
        _, check = looked(gpu(processes=(GpuProcess(pid=zygote.pid),)))
        zygote.communicate(b"\n")
    assert f"a tui-tuner trial ({zygote.pid}) of " in check.text


def test_a_driver_that_says_nothing_is_a_fault() -> None:
    (check,) = gpus(None, library=True, card=True)
    assert (check.level, check.name) == ("fault", "driver")
    assert "did not answer" in check.text


def test_what_is_wrong_with_the_driver_is_said_in_its_words() -> None:
    look = Look(at=1.0, error="the NVIDIA driver is not loaded")
    assert next(iter(gpus(look, library=True, card=True))).level == "fault"
    (check,) = gpus(look, library=True, card=False)
    assert check == warn("driver", "the NVIDIA driver is not loaded", "trials run on the CPU")


def test_a_gpu_is_told_with_its_memory_its_users_and_its_lease(tmp_path: Path) -> None:
    engine = FileLeases(Owner(id="x", sweep="digits"), tmp_path / "leases")
    assert engine.take("GPU-0") is None
    process = GpuProcess(pid=os.getpid(), memory=GIB)
    driver, check = looked(gpu(processes=(process,), util=71.0))
    engine.close()
    assert driver == ok("driver", "NVIDIA 570.86, CUDA 12.8, 1 GPU")
    assert check.level == "ok"
    assert check.text.startswith("H100, 80 GiB, 3.0 GiB used, 71% busy, ")
    assert f"({os.getpid()}) of " in check.text
    assert "leased by sweep digits of " in check.text


@pytest.mark.parametrize(
    ("fields", "level", "words"),
    [
        ({"fault": "is lost"}, "fault", "is lost; it may come back after"),
        ({"ecc": 3}, "warn", "3 memory errors since boot that were not corrected; keep it out"),
        ({"mem_total": None, "missing": {"mem_total": "unsupported"}}, "warn", "its memory"),
        ({"processes": (GpuProcess(pid=2**30),)}, "ok", "process 1073741824 of another container"),
    ],
)
def test_a_gpu_in_trouble_is_told_with_what_to_do(
    fields: dict[str, Any], level: str, words: str
) -> None:
    check = looked(gpu(**fields))[1]
    assert check.level == level
    assert words in doctor.lines_of([check])[0]


def test_a_card_is_seen_without_a_driver(tmp_path: Path) -> None:
    device = tmp_path / "0000:01:00.0"
    device.mkdir()
    assert not has_card(tmp_path)
    (device / "vendor").write_text("0x10de\n")
    (device / "class").write_text("0x030200\n")
    assert has_card(tmp_path)


TORCH = {"python": "3.11.2", "torch": "2.9.1", "built_for": "12.8", "devices": 2}


@pytest.mark.parametrize(
    ("told", "in_box", "level", "words"),
    [
        (TORCH, 2, "ok", "torch 2.9.1: sees 2 GPUs"),
        (TORCH | {"devices": 0}, 0, "ok", "no GPU to see"),
        (TORCH | {"devices": 0}, 2, "fault", "built for 12.8: sees no GPU; its CUDA may be newer"),
        (TORCH | {"devices": 0, "built_for": None}, 2, "fault", "is built for the CPU alone"),
        ({"python": "3.8"}, 2, "ok", "has no torch"),
        ({"python": "3.8", "error": "OSError: \x1b[2J"}, 0, "fault", "torch fails: OSError: ␛[2J"),
    ],
)
def test_the_scripts_torch_is_asked_whether_it_sees_the_gpus(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: dict[str, Any],
    in_box: int,
    level: str,
    words: str,
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    (check,) = script(interpreter(tmp_path, json.dumps(told)), in_box, os.environ)
    assert check.level == level
    assert words in doctor.lines_of([check])[0]


def test_hidden_gpus_are_not_torchs_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    python = interpreter(tmp_path, json.dumps(TORCH | {"devices": 0}))
    (check,) = script(python, 2, os.environ)
    assert (check.level, check.advice) == ("warn", "unset it")


def test_what_is_no_python_is_told_so(tmp_path: Path) -> None:
    assert ask(interpreter(tmp_path, "hello")) == "is no Python, or a broken one"
    assert ask(str(tmp_path / "none")) == "cannot be run: No such file or directory"
    (check,) = script(str(tmp_path / "none"), 0, os.environ)
    assert check.level == "fault"


def test_a_python_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o755)
    assert ask(str(path), within_s=0.05) == "did not answer within 0 s"


def test_a_folder_that_cannot_be_written_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "a file"))
    monkeypatch.setattr(places.os, "access", lambda path, mode: False)
    found = {check.name: check for check in places.places()}
    levels = [found[name].level for name in ("sweeps", "leases", "sqlite")]
    assert levels == ["fault", "fault", "ok"]
    assert "a file cannot be written: Not a directory: GPUs cannot" in found["leases"].text


def test_a_disk_below_the_floor_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", str(10**12))
    (sweeps,) = [check for check in places.places() if check.name == "sweeps"]
    assert "nothing is started below the floor" in sweeps.advice


def test_few_files_are_warned_of() -> None:
    check = host.limit("files", resource.RLIMIT_NOFILE, 2**62, "ulimit -n")
    assert check.level == "warn"
    assert "ulimit -n" in check.advice


@pytest.mark.parametrize(
    ("environ", "levels"),
    [
        ({"TERM": "xterm-256color"}, ["ok"]),
        ({"TERM": "dumb"}, ["warn"]),
        ({}, ["warn"]),
        ({"TERM": "screen", "STY": "1"}, ["ok", "warn"]),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x"}, ["ok", "ok"]),
    ],
)
def test_the_terminal_is_told_by_what_it_calls_itself(
    environ: dict[str, str], levels: list[str]
) -> None:
    assert [check.level for check in terminal(environ)] == levels


def test_a_look_that_fails_is_a_fault_and_keeps_no_other_from_being_made() -> None:
    def fails() -> Sequence[Check]:
        raise ZeroDivisionError("odd")

    (check,) = guarded("disk", fails)
    assert check == fault("disk", "cannot be looked at: ZeroDivisionError('odd')")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    """A box of GPUs that the process which looks at them sees, and we do not."""
    made = Box(tmp_path, gpus=2)
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    for module in (gpu_checks, doctor):
        monkeypatch.setattr(module, "library_there", lambda: True)
    return made


def examined(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    python = interpreter(folder, json.dumps(TORCH))
    status = main(["doctor", "--json", "--script-python", python])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, {check["name"]: check for check in told["checks"]} | {"ok": told["ok"]}


def test_a_healthy_box_is_well(
    box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = examined(tmp_path, capsys)
    assert (status, told["ok"]) == (0, True)
    assert told["driver"]["text"] == "NVIDIA 570.86.15, CUDA 12.8, 2 GPUs"
    assert told["gpu1"]["level"] == "ok"


def test_a_lost_gpu_makes_the_box_unwell(
    box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box.lose(1)
    status, told = examined(tmp_path, capsys)
    assert (status, told["ok"]) == (1, False)
    assert "is lost" in told["gpu1"]["text"]


def test_a_hung_driver_does_not_hang_the_doctor(
    box: Box,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gpu_checks, "ANSWER_S", 0.3)
    box.hang()
    status, told = examined(tmp_path, capsys)
    assert status == 1
    assert "did not answer" in told["driver"]["text"]
