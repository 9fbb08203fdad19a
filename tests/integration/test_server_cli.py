"""The command line runs, shows and steers real sweeps."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.lifecycle import find_sweep, list_sweeps, socket_path, spelling
from tests.fakes.shell import CONFIG, Shell


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))
    shell = Shell(tmp_path, capsys)
    yield shell
    shell.end()


def test_a_headless_run_ends_with_the_best_trial_and_all_can_be_looked_at(shell: Shell) -> None:
    done = shell.run("run", "sweep.yaml", "--headless")

    assert done.returncode == 0, done.stderr
    assert "3 complete" in done.stdout
    assert "best    0.7500" in done.stdout
    status = shell.json("status")
    assert status["state"] == "finished"
    assert status["trials"]["complete"] == 3
    trials = shell.json("trials", "--sort", "-lr")
    assert [t["attempts"] for t in trials] == [1, 1, 1]
    shown = shell.json("show", "2")
    assert [value for _, value, _ in shown["series"]["val_acc"]] == [0.25, 0.5, 0.75]
    assert shown["attempts"][0]["outcome"] == "complete"
    assert shell.say("logs", "t0001").count("val_acc") == 3
    assert shell.json("best")["value"] == 0.75
    assert shell.json("history")[-1]["what"] == "finished"
    assert shell.say("export").count("\n") == 4
    assert shell.say("export", "--curves").count("\n") == 10
    assert shell.say("best", "--yaml").startswith("lr: ")
    assert [s["name"] for s in shell.json("ls")] == ["toy"]


def test_a_detached_sweep_is_pruned_stopped_and_resumed(shell: Shell) -> None:
    begun = shell.run("run", "sweep.yaml", "--detach", TOY_WAIT="60")
    directory = Path(begun.stdout.strip())
    assert begun.returncode == 0, begun.stderr
    assert directory.parent == shell.folder / "sweeps"
    shell.until(running=2)

    dry = shell.json("prune", "1", "--dry-run")
    assert dry["done"] == ["t0001"]
    told = shell.say("prune", "toy", "t0001", "--why", "slow")
    assert re.fullmatch(r"pruned t0001\nt0001 gone, slot \d free after \d\.\d s\n", told)
    row = shell.json("show", "1")
    assert row["state"] == "pruned"
    assert row["reason"].endswith(": slow")
    assert "already pruned" in shell.say("prune", "1", status=1)
    assert "no trial t0099" in shell.say("prune", "1", "99", status=3)

    shell.say("stop", "--now")
    stopped = shell.json("status")
    assert (stopped["state"], stopped["trials"]["running"]) == ("stopped", 0)
    shell.say("resume")
    shell.until(state="running", running=2)


def test_an_engine_that_was_killed_is_dead_and_comes_back(shell: Shell) -> None:
    shell.run("run", "sweep.yaml", "--detach", TOY_WAIT="0.5")
    pid = shell.until(running=2)["engine"]["pid"]
    os.kill(pid, signal.SIGKILL)

    status = shell.until(state="dead")
    assert status["engine"] == {"pid": None, "alive": False}
    assert "tui-tuner resume" in shell.say("stop", status=1)

    shell.say("resume")
    assert shell.until(state="finished")["trials"]["complete"] == 3


def test_ctrl_c_stops_gracefully_and_twice_at_once(shell: Shell) -> None:
    following = subprocess.Popen(
        shell.command("run", "sweep.yaml", "--headless"),
        cwd=shell.folder,
        env=shell.env | {"TOY_WAIT": "60"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with following:
        assert following.stderr is not None
        shell_status = _until_listed(shell)
        assert shell_status["trials"]["running"] == 2
        following.send_signal(signal.SIGINT)
        assert "running trials finish" in following.stderr.readline()
        following.send_signal(signal.SIGINT)
        assert "at once" in following.stderr.readline()
        out, _ = following.communicate(timeout=30)

    assert following.returncode == 1
    assert "toy stopped" in out


def _until_listed(shell: Shell) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while not list(shell.folder.glob("sweeps/*/sweep.db")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return shell.until(running=2)


def test_a_wrong_config_is_refused_with_every_fault_and_makes_nothing(shell: Shell) -> None:
    (shell.folder / "sweep.yaml").write_text(CONFIG.replace("min: 1.0e-4", "min: 5") + "mehtod: x")
    done = shell.run("run", "sweep.yaml", "--headless")

    assert done.returncode == 2
    assert "mehtod" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (shell.folder / "sweeps").exists()
    assert "mehtod" in shell.say("validate", "sweep.yaml", status=2)


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="there are GPUs here")
def test_gpus_that_are_not_there_are_warned_of_and_done_without(shell: Shell) -> None:
    done = shell.run("run", "sweep.yaml", "--headless", "--set", "resources.gpus=1")

    assert done.returncode == 0
    assert "no GPU to be seen on this box" in done.stdout


def test_a_directory_of_ones_own_must_be_empty(shell: Shell) -> None:
    (shell.folder / "mine").mkdir()
    (shell.folder / "mine/thesis.tex").write_text("precious")
    done = shell.run("run", "sweep.yaml", "--detach", "--dir", "mine")

    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert [p.name for p in (shell.folder / "mine").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("status",), 3),
        (("status", "nope"), 3),
        (("show", "nope", "1"), 3),
        (("stat",), 2),
        (("status", "--no-such"), 2),
        (("export", "--format", "xlsx"), 2),
        (("attach",), 3),
        (("--help",), 0),
        ((), 0),
        (("--version",), 0),
    ],
)
def test_exit_statuses_tell_what_was_wrong(
    shell: Shell, words: tuple[str, ...], status: int
) -> None:
    assert shell.say(*words, status=status)


def test_status_loads_no_heavy_library(shell: Shell) -> None:
    code = (
        "import sys; from tui_tuner.cli import main; main(['status', 'nope']);"
        "print([m for m in ('textual', 'optuna', 'scipy', 'ruamel', 'torch', 'numpy')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shell.folder,
        env=shell.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_a_home_with_a_long_path_still_gets_a_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / ("x" * 120)))

    assert len(os.fsencode(socket_path(tmp_path))) <= 107


def test_sweeps_are_found_by_directory_name_and_beginning(shell: Shell) -> None:
    for n in (1, 2):
        made = shell.folder / f"sweeps/toy-20260101-{n}"
        made.mkdir(parents=True)
        (made / "sweep.db").touch()
    other = shell.folder / "sweeps/other-20260101-1"
    other.mkdir()
    (other / "sweep.db").touch()

    assert {s.name for s in list_sweeps()} == {"toy", "other"}
    assert find_sweep("other") == other
    assert find_sweep("oth") == other
    assert find_sweep("toy-20260101-2").name == "toy-20260101-2"
    assert find_sweep("sweeps/toy-20260101-1").name == "toy-20260101-1"
    assert "toy-20260101-1, toy-20260101-2" in shell.say("status", "toy", status=2)
    assert "did you mean other" in shell.say("status", "othr", status=3)
    assert spelling(other) == "other-20260101-1"


def test_a_hint_says_the_whole_path_where_a_name_could_mean_another_sweep(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))
    for home in ("one", "the other"):
        (tmp_path / home / "sweeps" / "toy").mkdir(parents=True)
        (tmp_path / home / "sweeps" / "toy" / "sweep.db").touch()

    monkeypatch.chdir(tmp_path / "one")
    assert spelling(tmp_path / "one/sweeps/toy") == "toy"
    assert spelling(tmp_path / "the other/sweeps/toy") == f"'{tmp_path}/the other/sweeps/toy'"
