"""An evolution of real processes: children go on from their parents' very weights."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.core.lineage import lineage_of
from engine.core.views import TrialView
from tests.fakes.real_sweep import RealSweep, wait_until
from tui_tuner.cli import main

SCRIPT = """
import json
import tui_tuner as tt

trial = tt.trial()
state = trial.load() or {"weight": 0.0, "path": []}
print("begins with", json.dumps(state["path"]), flush=True)
for epoch in trial.epochs():
    state["weight"] += trial.params.lr
    state["path"].append([trial.id, epoch])
    trial.save(state, epoch)
    trial.report(epoch, weight=state["weight"])
    (trial.dir / "path.json").write_text(json.dumps(state))
"""
CONFIG = """
metric: {name: weight, goal: maximize}
parameters: {lr: {min: 0.01, max: 1.0, scale: log}}
method: evolution
search: {population: 4, rounds: 4, quantile: 0.5, factors: [0.5, 2.0], resample: 0, seed: 3}
budget: {parameter: epochs, max: 8}
resources: {slots: 2}
preload: []
"""
CHILDREN = 3 * 2
SAMPLE = Path(__file__).parents[2] / "sample_configs" / "evolution" / "sweep.yaml"


@pytest.fixture
def sweep(tmp_path: Path) -> RealSweep:
    return RealSweep(tmp_path, SCRIPT, CONFIG)


def finish(sweep: RealSweep) -> list[TrialView]:
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    return sweep.trials()


def state_of(sweep: RealSweep, name: str) -> dict[str, Any]:
    """The script's own state, as its newest epoch left it."""
    state: dict[str, Any] = json.loads(
        (sweep.directory / "trials" / name[1:] / "path.json").read_text()
    )
    return state


def what_was_decided(trials: list[TrialView]) -> list[object]:
    return [(t.origin, t.params, t.parent, t.from_step, t.seed, t.reason, t.value) for t in trials]


def assert_trained_as_told(sweep: RealSweep, trials: list[TrialView]) -> None:
    """Every epoch of a trial's lineage was run once, by the trial it was due to, on the weights
    that the one before had left."""
    by_name = {trial.id: trial for trial in trials}
    for trial in trials:
        number = int(trial.id[1:])
        assert sweep.reports(number) == list(range(trial.from_step + 1, (trial.budget or 0) + 1))
        lineage = lineage_of(trial, by_name.get) or [None]
        path, weight = [], 0.0
        for stretch in lineage:
            first, last = (
                (1, trial.budget) if stretch is None else (stretch.from_step, stretch.to_step)
            )
            name = trial.id if stretch is None else stretch.trial
            for epoch in range(first, (last or 0) + 1):
                path.append([name, epoch])
                weight += by_name[name].params["lr"]
        assert state_of(sweep, trial.id) == {"weight": weight, "path": path}


def test_children_go_on_from_their_parents_weights(sweep: RealSweep) -> None:
    sweep.start()
    trials = finish(sweep)
    assert len(trials) == 4 + CHILDREN
    assert sum(trial.generation > 0 for trial in trials) == CHILDREN
    assert [t.step for t in trials if t.state == "complete"] == [8] * 4
    assert_trained_as_told(sweep, trials)
    assert sweep.sweep().warnings == []  # type: ignore[union-attr]


def test_an_engine_killed_in_every_round_decides_the_same(sweep: RealSweep, tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    calm = RealSweep(tmp_path / "calm", SCRIPT, CONFIG)
    calm.start()
    for number in (1, 2, 3, 4):
        sweep.start()
        wait_until(partial(_has_begun, sweep, number), f"round {number} has begun")
        sweep.kill_engine()
    sweep.start()
    trials = finish(sweep)
    assert_trained_as_told(sweep, trials)
    assert what_was_decided(trials) == what_was_decided(finish(calm))


def test_an_engine_killed_before_a_checkpoint_is_passed_on_passes_it_on_later(
    sweep: RealSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_FAILPOINT", "engine.inherit_checkpoint.before")
    sweep.start_until_it_dies()
    monkeypatch.delenv("TUI_TUNER_FAILPOINT")
    children = [t for t in sweep.trials() if t.generation]
    assert children
    assert not any((sweep.directory / "trials" / t.id[1:]).exists() for t in children)
    sweep.start()
    assert_trained_as_told(sweep, finish(sweep))


def test_a_script_without_checkpoints_is_told_of_and_begins_afresh(tmp_path: Path) -> None:
    sweep = RealSweep(tmp_path, SCRIPT.replace("trial.save(state, epoch)", "pass"), CONFIG)
    sweep.start()
    trials = finish(sweep)
    child = next(t for t in trials if t.parent)
    assert sweep.reports(int(child.id[1:]))[0] == 1
    assert child.from_step == 0
    (warning,) = sweep.sweep().warnings  # type: ignore[union-attr]
    assert "begins afresh, without a checkpoint of t00" in warning


def test_a_schedule_of_lr_is_discovered_on_digits_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ("search.population=4", "search.rounds=4", "search.quantile=0.5", "budget.max=8")
    sets = [word for override in small for word in ("--set", override)]
    directory = str(tmp_path / "sweep")
    assert main(["run", str(SAMPLE), "--headless", "--dir", directory, *sets]) == 0
    capsys.readouterr()
    assert main(["trials", directory, "--json"]) == 0
    trials = json.loads(capsys.readouterr().out)
    youngest = max(trials, key=lambda trial: trial["generation"])
    assert main(["show", directory, youngest["id"], "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [stretch["trial"] for stretch in shown["lineage"]][-1] == youngest["id"]
    assert len(shown["lineage"]) == youngest["generation"] + 1 > 1
    assert shown["series"]["val_loss"][0][0] == youngest["from_step"] + 1
    rates = [stretch["params"]["lr"] for stretch in shown["lineage"]]
    assert len(set(rates)) > 1
    assert main(["show", directory, youngest["id"]]) == 0
    printed = capsys.readouterr().out
    assert " > ".join(stretch["trial"] for stretch in shown["lineage"]) in printed
    assert "lr: " in printed
    assert f"continuing after epoch {youngest['from_step']} from" in printed


def _has_begun(sweep: RealSweep, number: int) -> bool:
    view = sweep.sweep()
    return view is not None and view.stage == f"round {number}" and view.trials["running"] > 0
