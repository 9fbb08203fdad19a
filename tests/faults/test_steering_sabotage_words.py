"""Words that no act can carry, and two terminals that want the same: told plainly, done once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.real_sweep import wait_until
from tests.fakes.shell import CONFIG, Shell

MARKUP = "\x1b]52;c;aGk=\x07 [/b] [bold]x \u202e 🦊"
REFUSED = [
    (("note", "1", "no \udc9b text"), 2, "is no text in UTF-8"),
    (("prune", "1", "--why", "\udc9b"), 2, "is no text in UTF-8"),
    (("prune", "--where", "val_acc>\udc9b"), 2, "is no text in UTF-8"),
    (("add", "--set", "lr=\udc9b"), 2, "is no text in UTF-8"),
    (("promote", "1", "--budget", "9" * 400), 1, "a budget is at most"),
    (("range", "lr", "1e400", "1"), 2, "too large to hold"),
    (("range", "lr", "1e-3", "nan"), 2, "is no number"),
    (("slots", "9" * 30), 1, "at most 1024 slots"),
    (("range", "lr", "--top", "1"), 1, "2 trials at least"),
    (("range", "lr", "-1", "1"), 1, "log scale"),
]


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))
    shell = Shell(tmp_path, capsys, CONFIG)
    begun = shell.run("run", "sweep.yaml", "--detach", TOY_WAIT="600")
    assert begun.returncode == 0, begun.stderr
    wait_until(lambda: all(row["step"] for row in seen(shell)[:2]), "two trials have reported")
    yield shell
    shell.end()


def seen(shell: Shell) -> Any:
    return shell.json("trials", "--where", "state=running")


def all_told(shell: Shell) -> tuple[Any, ...]:
    """Everything that acts can change, as the verbs show it."""
    status = shell.json("status")
    steady = {k: v for k, v in status.items() if k not in ("elapsed_s", "eta_s", "devices")}
    trials = [{k: v for k, v in row.items() if k != "elapsed_s"} for row in shell.json("trials")]
    return steady, trials, shell.json("space", "--versions"), shell.json("history")


@pytest.mark.parametrize("mode", [(), ("--json",)])
def test_what_no_act_can_carry_is_said_in_a_sentence_and_changes_nothing(
    mode: tuple[str, ...], shell: Shell
) -> None:
    before = all_told(shell)
    for words, status, sentence in REFUSED:
        told = shell.say(*words, *mode, status=status)
        assert sentence in told, f"{words}: {told}"
        assert "went wrong" not in told
    assert all_told(shell) == before


def test_four_terminals_that_prune_one_trial_prune_it_once(shell: Shell) -> None:
    asked = [
        subprocess.Popen(
            shell.command("prune", "1", "--json"),
            cwd=shell.folder,
            env=shell.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    told = [(p.communicate(timeout=60), p.returncode) for p in asked]
    assert sorted(status for _, status in told) == [0, 1, 1, 1]
    assert [d["sentence"] for d in shell.json("history")] == ["pruned t0001"]
    for (out, err), status in told:
        if status:
            (skipped,) = json.loads(out)["skipped"]
            assert skipped["why"].startswith("already ")
            assert err == "tui-tuner: nothing to prune\n"


def test_what_people_write_is_kept_and_cannot_steer_a_terminal(shell: Shell) -> None:
    shell.say("note", "1", MARKUP, "--why", MARKUP)
    shell.say("slots", "3", "--why", MARKUP)
    for words in (("history",), ("show", "1"), ("status",), ("history", "--json")):
        told = shell.say(*words)
        assert not any(c in told for c in ("\x1b", "\x07", "\u202e", "\x9b")), words
    assert [d["why"] for d in shell.json("history")] == ["␛]52;c;aGk=␇ [/b] [bold]x � 🦊"] * 2
    assert shell.json("show", "1")["note"] == "␛]52;c;aGk=␇ [/b] [bold]x � 🦊"
