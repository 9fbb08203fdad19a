"""`export --format optuna` is a study that Optuna loads, and that says what the sweep knows."""

from __future__ import annotations

import math
import sys
from datetime import datetime
from pathlib import Path

import optuna
import pytest
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from engine.core.views import BestView, MetricView
from tests.fakes.hostile import HOSTILE
from tests.fakes.stored_sweep import AT, StoredSweep
from tui_tuner.cli import main

SPACE = """\
  lr: {min: 1.0e-4, max: 1.0, scale: log}
  width: {values: [32, 64]}
"""
RICH = """\
  lr: {min: 1.0e-4, max: 1.0, scale: log}
  units: {min: 16, max: 512, scale: log}
  dropout: {min: 0.0, max: 0.5, q: 0.1}
  noise: {distribution: normal, mu: 0.0, sigma: 1.0}
  optimizer: {values: [sgd, adam]}
  momentum: {min: 0.8, max: 0.99, when: {optimizer: sgd}}
  layers: {values: [[64, 64], [128]]}
  flag: {values: [1, true]}
  seed: {value: 0}
"""
PARAMS = {
    "lr": 0.01,
    "units": 32,
    "dropout": 0.3,
    "noise": -1.5,
    "optimizer": "adam",
    "layers": [128],
    "flag": True,
    "seed": 0,
}


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))


def exported(sweep: Path, ending: str = ".db") -> optuna.Study:
    """The only study of what is exported."""
    out = sweep.with_suffix(ending)
    assert main(["export", str(sweep), "--format", "optuna", "--out", str(out)]) == 0
    if ending == ".db":
        storage: RDBStorage | JournalStorage = RDBStorage(f"sqlite:///{out}")
    else:
        storage = JournalStorage(JournalFileBackend(str(out)))
    (summary,) = optuna.get_all_study_summaries(storage)
    study = optuna.load_study(study_name=summary.study_name, storage=storage)
    assert study.trials is not None
    if isinstance(storage, RDBStorage):
        storage.remove_session()
        storage.engine.dispose()
    return study


def sweep_of_all_states(directory: Path) -> StoredSweep:
    best = BestView(trial="t0001", value=0.75, step=2, params={"lr": 0.1})
    sweep = StoredSweep(directory, SPACE, best=best, metrics=["val_acc", "loss", "id"])
    params = {"lr": 0.1, "width": 64}
    curve = ({"val_acc": 0.5, "loss": 2.0}, {"val_acc": 0.75, "loss": math.nan, "id": 3.0})
    sweep.add("complete", *curve, best=0.75, params=params, note="wide", device="gpu0")
    sweep.add("pruned", {"val_acc": 0.25}, best=0.25, params=params, reason="by ada")
    sweep.add("pruned", {"val_acc": 0.5}, best=0.5, params=params, converged=True)
    sweep.add("failed", {"val_acc": math.inf}, params=params, failure="diverged")
    sweep.add("running", {"val_acc": 0.125}, best=0.125, params=params)
    sweep.add("paused", {"val_acc": 0.25}, best=0.25, params=params)
    sweep.add("waiting", params=params)
    sweep.add("complete", {"val_acc": math.nan}, params=params)
    sweep.add("pruned", params=params, started_at=None)
    return sweep


@pytest.mark.parametrize("ending", [".db", ".log"])
def test_every_trial_is_there_as_it_stands(tmp_path: Path, ending: str) -> None:
    study = exported(sweep_of_all_states(tmp_path / "digits").write(), ending)

    assert (study.study_name, study.direction.name) == ("digits", "MAXIMIZE")
    assert study.user_attrs["best"] == "t0001" == study.best_trial.user_attrs["id"]
    states = " ".join(trial.state.name for trial in study.trials)
    assert states == "COMPLETE PRUNED COMPLETE FAIL RUNNING RUNNING WAITING FAIL PRUNED"
    values = [trial.value for trial in study.trials]
    assert values == [0.75, 0.25, 0.5, None, None, None, None, None, None]
    assert [trial.number for trial in study.trials] == list(range(9))
    first, _, converged, diverged, _, paused, waiting, *_ = study.trials
    assert first.params == {"lr": 0.1, "width": 64}
    assert first.intermediate_values == {1: 0.5, 2: 0.75}
    assert diverged.intermediate_values == {1: math.inf}
    told = ("id", "stage", "origin", "note", "device", "loss", "metrics.id")
    expected = ["t0001", "main", "random #0", "wide", "gpu0", "nan", 3.0]
    assert [first.user_attrs[name] for name in told] == expected
    assert diverged.user_attrs["failure"] == "diverged"
    assert paused.user_attrs["state"] == "paused"
    assert converged.user_attrs["converged"]
    assert (first.datetime_start, first.datetime_complete) == tuple(
        map(datetime.fromtimestamp, (AT, AT + 2))
    )
    assert waiting.datetime_start is None


def test_what_is_inserted_is_what_optuna_adds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = exported(sweep_of_all_states(tmp_path / "quick").write())
    monkeypatch.setitem(sys.modules, "optuna.storages._rdb.models", None)
    slow = exported(sweep_of_all_states(tmp_path / "slow").write())

    assert quick.trials[:7] == slow.trials[:7]
    assert str(quick.trials) == str(slow.trials)


def test_distributions_say_what_was_searched(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "digits", RICH)
    sweep.add(params=PARAMS, best=0.5)
    sweep.add(params={**PARAMS, "optimizer": "sgd", "momentum": 0.9, "flag": 1}, best=0.5)

    study = exported(sweep.write())

    plain, nested = study.trials
    assert plain.params == {**PARAMS, "layers": "[128]", "flag": "true"}
    assert nested.params["momentum"] == 0.9
    assert nested.params["flag"] == "1"
    assert "momentum" not in plain.distributions
    noise = nested.distributions.pop("noise")
    assert isinstance(noise, FloatDistribution)
    assert noise.low < -6 < 6 < noise.high
    assert nested.distributions == {
        "lr": FloatDistribution(1e-4, 1.0, log=True),
        "units": IntDistribution(16, 512, log=True),
        "dropout": FloatDistribution(0.0, 0.5, step=0.1),
        "optimizer": CategoricalDistribution(("sgd", "adam")),
        "momentum": FloatDistribution(0.8, 0.99),
        "layers": CategoricalDistribution(("[64, 64]", "[128]")),
        "flag": CategoricalDistribution(("1", "true")),
        "seed": CategoricalDistribution((0,)),
    }


def test_each_trial_has_the_range_of_the_version_that_proposed_it(tmp_path: Path) -> None:
    narrow = """\
  lr: {min: 0.01, max: 0.1}
  width: {values: [64, 128]}
"""
    fixed = """\
  lr: {value: 0.05}
  width: {value: 64}
"""
    sweep = StoredSweep(tmp_path / "digits", SPACE, narrow, fixed)
    for version, lr, width in ((1, 0.5, 32), (2, 0.05, 128), (3, 0.05, 64), (2, 0.9, 512)):
        sweep.add(params={"lr": lr, "width": width}, space_version=version, best=0.5)

    study = exported(sweep.write())

    spans = [(t.distributions["lr"].low, t.distributions["lr"].high) for t in study.trials]
    assert spans == [(1e-4, 1.0), (0.01, 0.1), (0.05, 0.05), (0.01, 0.9)]
    assert {t.distributions["lr"].log for t in study.trials} == {False}
    choices = {t.distributions["width"].choices for t in study.trials}
    assert choices == {(32, 64, 128, 512)}


def test_a_search_can_go_on_from_it(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    for n in range(12):
        sweep.add("complete", {"val_acc": n / 12}, params={"lr": 0.1, "width": 64}, best=n / 12)
    sweep.add("waiting", params={"lr": 0.25, "width": 32})
    out = sweep.directory.with_suffix(".log")
    sweep.write()
    words = ["export", str(sweep.directory), "--format", "optuna", "--out", str(out)]
    assert main(words) == 0
    storage = JournalStorage(JournalFileBackend(str(out)))
    study = optuna.load_study(
        study_name="digits", storage=storage, sampler=optuna.samplers.TPESampler(seed=0)
    )

    study.optimize(
        lambda t: (
            t.suggest_float("lr", 1e-4, 1.0, log=True) * t.suggest_categorical("width", [32, 64])
        ),
        n_trials=2,
    )

    waited, proposed = study.trials[-2:]
    assert waited.params == {"lr": 0.25, "width": 32}
    assert waited.value == 8.0
    assert proposed.state == TrialState.COMPLETE


@pytest.mark.parametrize("ending", [".db", ".journal"])
def test_a_sweep_without_trials_is_a_study_without_trials(tmp_path: Path, ending: str) -> None:
    study = exported(StoredSweep(tmp_path / "digits", SPACE).write(), ending)

    assert study.trials == []


@pytest.mark.parametrize("ending", [".db", ".log"])
def test_no_text_in_it_steers_a_terminal(tmp_path: Path, ending: str) -> None:
    texts = [text for name, text in HOSTILE.items() if name != "surrogate"]
    hostile = HOSTILE["clipboard"]
    sweep = StoredSweep(tmp_path / "digits", SPACE, name=hostile, metrics=["val_acc", hostile])
    params = {text: text for text in texts} | {"a\tb": [hostile], "a b": 2, "": None}
    sweep.add("complete", {"val_acc": 1.0, hostile: 1.0}, params=params, best=1.0, note=hostile)

    study = exported(sweep.write(), ending)

    (trial,) = study.trials
    assert len(trial.params) == len(params)
    shown = f"{study.study_name} {study.user_attrs} {''.join(trial.params)} {trial.user_attrs}"
    shown += "".join(map(str, trial.params.values()))
    assert not any(c in shown for c in "\x1b\x07\x9b\x9d\u202e")


def test_a_minimised_sweep_is_a_minimised_study(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "d", SPACE, metric=MetricView(name="loss", goal="minimize"))
    sweep.add("complete", {"loss": 0.5}, best=0.5)

    assert exported(sweep.write()).direction.name == "MINIMIZE"
