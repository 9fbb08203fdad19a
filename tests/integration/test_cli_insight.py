"""`insight` reads a sweep that was run, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.shell import Shell

CONFIG = """\
name: toy
program: train.py
metric: {name: val_loss, goal: minimize}
parameters:
  lr: {min: 1.0e-4, max: 1.0, scale: log}
  width: {values: [32, 64]}
  fixed: {value: 7}
method: halton
budget: {parameter: epochs, max: 1}
limits: {trials: 30}
resources: {slots: 2}
preload: []
"""
SCRIPT = """\
import math, sys
lr = float(next(a for a in sys.argv if a.startswith("--lr=")).partition("=")[2])
print('tui-tuner: {"step": 1, "val_loss": %f}' % abs(math.log10(lr) + 2))
"""


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))
    shell = Shell(tmp_path, capsys, CONFIG, SCRIPT)
    yield shell
    shell.end()


def test_insight_tells_what_matters_from_what_does_not(shell: Shell) -> None:
    shell.say("run", "sweep.yaml", "--headless")

    said = shell.say("insight")
    told = shell.json("insight")

    assert "method  halton" in said
    assert "which parameters matter, by 30 trials" in said
    assert [p["name"] for p in told["parameters"]] == ["lr", "width"]
    lr, width = told["parameters"]
    assert lr["share"] > 0.7
    assert lr["trend"] == "middle"
    assert lr["told_from_chance"]
    assert not width["told_from_chance"]
    assert 1e-3 < lr["best"]["min"] < 1e-2 < lr["best"]["max"] < 1e-1
    assert lr["searched"] == {
        "min": 1e-4,
        "max": 1.0,
        "scale": "log",
        "values": None,
        "fixed": None,
    }
    assert sum(width["best_values"].count(v) for v in (32, 64)) == 10
