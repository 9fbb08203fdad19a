"""An engine that dies as one stage follows another enters it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.events import StageEntered
from engine.failpoints import STAGE_FAILPOINTS
from engine.store.reader import open_reader
from tests.fakes.real_sweep import RealSweep, wait_until

SCRIPT = """
import tui_tuner as tt
trial = tt.trial(lr=0.1)
trial.load()
for epoch in trial.epochs():
    trial.save({}, epoch)
    trial.report(epoch, acc=trial.params.lr * epoch)
"""

CONFIG = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
budget: {max: 3}
stages:
  - {name: coarse, epochs: 1, trials: 3}
  - {name: fine, epochs: 3, trials: 1, promote: 1, narrow: {top: 2}}
resources: {slots: 2}
preload: []
"""


def entered(sweep: RealSweep) -> list[StageEntered]:
    reader = open_reader(sweep.directory / "sweep.db")
    try:
        found = [logged.event for logged in reader.events(["stage_entered"])]
    finally:
        reader.close()
    return [event for event in found if isinstance(event, StageEntered)]


@pytest.mark.parametrize("name", STAGE_FAILPOINTS)
def test_a_stage_is_entered_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    monkeypatch.setenv("TUI_TUNER_FAILPOINT", name)
    sweep.start_until_it_dies()
    monkeypatch.delenv("TUI_TUNER_FAILPOINT")
    assert len(entered(sweep)) == name.endswith("after_commit")

    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")

    (event,) = entered(sweep)
    trials = sweep.trials()
    assert [t.state for t in trials] == ["complete"] * 4
    fine = {f"t{number:04d}" for number in event.entry.promoted} | {"t0004"}
    assert {t.id for t in trials if t.budget == 3} == fine
    for number, trial in enumerate(trials, 1):
        assert sweep.reports(number) == list(range(1, (trial.budget or 0) + 1))
