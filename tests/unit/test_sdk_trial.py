"""The trial that a script talks to: in a sweep, and alone."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tui_tuner
from tui_tuner.sdk import wire
from tui_tuner.sdk.context import Context
from tui_tuner.sdk.trial import Trial

REPO = Path(tui_tuner.__file__).parents[1]
MakeTrial = Callable[..., Trial]


@pytest.fixture
def make_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeTrial]:
    """A trial of a sweep: parameters in a file, the rest in the environment."""
    monkeypatch.delenv("RANK", raising=False)
    made: list[Trial] = []

    def make(params: dict[str, Any] | None = None, /, **defaults: Any) -> Trial:
        (tmp_path / "attempts" / "1").mkdir(parents=True, exist_ok=True)
        (tmp_path / "params.json").write_text(json.dumps(params or {}))
        trial = Trial(Context(environment(tmp_path)))
        trial.take_defaults(defaults)
        made.append(trial)
        return trial

    yield make
    for trial in made:
        trial._reporter.close()


def environment(trial_dir: Path, budget: str = "5") -> dict[str, str]:
    return {
        wire.ENV_TRIAL: "t0007",
        wire.ENV_ATTEMPT: "1",
        wire.ENV_TRIAL_DIR: str(trial_dir),
        wire.ENV_ATTEMPT_DIR: str(trial_dir / "attempts" / "1"),
        wire.ENV_SEED: "42",
        wire.ENV_BUDGET: budget,
        wire.ENV_BUDGET_PARAMETER: "epochs",
        wire.ENV_METRIC: "val_acc",
    }


def alone(folder: Path, monkeypatch: pytest.MonkeyPatch, **defaults: Any) -> Trial:
    monkeypatch.chdir(folder)
    trial = Trial(Context({}))
    trial.take_defaults(defaults)
    return trial


def control(folder: Path, **asked: Any) -> None:
    (folder / "attempts" / "1" / "control.json").write_text(json.dumps(asked))


def reported(folder: Path) -> list[dict[str, Any]]:
    path = folder / "attempts" / "1" / "reports.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_sweep_says_who_the_trial_is(make_trial: MakeTrial, tmp_path: Path) -> None:
    trial = make_trial()
    assert (trial.id, trial.seed, trial.budget) == ("t0007", 42, 5)
    assert trial.dir == tmp_path


def test_the_sweeps_choice_lies_over_the_defaults(make_trial: MakeTrial) -> None:
    trial = make_trial({"lr": 0.1}, lr=1e-3, width=64)
    assert dict(trial.params) == {"lr": 0.1, "width": 64, "epochs": 5}
    assert trial.params.lr == 0.1
    with pytest.raises(AttributeError, match=r"no parameter 'depth'.*width"):
        _ = trial.params.depth


def test_defaults_say_which_type_a_parameter_has(make_trial: MakeTrial) -> None:
    chosen = {"width": 64.0, "lr": 1, "nesterov": 1, "betas": [0.9, 0.99], "depth": 2.5}
    params = make_trial(chosen, width=1, lr=0.1, nesterov=False, betas=(0.0, 0.0), depth=1).params
    assert params == chosen | {"betas": (0.9, 0.99), "epochs": 5}
    assert [type(params[name]) for name in ("width", "lr", "nesterov")] == [int, float, bool]


def test_a_dotted_name_reaches_into_a_nested_default(make_trial: MakeTrial) -> None:
    chosen = {"optimizer.lr": 0.5, "model.width": 3}
    trial = make_trial(chosen, optimizer={"lr": 0.1, "momentum": 0.9})
    assert trial.params["optimizer"] == {"lr": 0.5, "momentum": 0.9}
    assert trial.params.optimizer.lr == 0.5
    assert trial.params["model.width"] == 3


def test_epochs_count_from_one_to_the_budget(make_trial: MakeTrial) -> None:
    assert list(make_trial().epochs()) == [1, 2, 3, 4, 5]


def test_epochs_go_on_after_the_checkpoint(make_trial: MakeTrial) -> None:
    first = make_trial()
    for epoch in first.epochs():
        first.save({"epoch": epoch}, epoch, val_acc=0.5)
        if epoch == 3:
            break
    second = make_trial()
    assert second.load() == {"epoch": 3}
    assert list(second.epochs()) == [4, 5]


def test_without_load_a_checkpoint_changes_nothing(make_trial: MakeTrial) -> None:
    make_trial().save({}, 3)
    assert list(make_trial().epochs()) == [1, 2, 3, 4, 5]


def test_a_trial_that_had_its_budget_has_no_epochs_left(make_trial: MakeTrial) -> None:
    make_trial().save({}, 5)
    again = make_trial()
    again.load()
    assert list(again.epochs()) == []


def test_a_request_to_stop_ends_the_epochs(make_trial: MakeTrial, tmp_path: Path) -> None:
    trial, seen = make_trial(), []
    for epoch in trial.epochs():
        seen.append(epoch)
        if epoch == 2:
            control(tmp_path, stop=True)
    assert seen == [1, 2]
    assert trial.should_stop


def test_a_bigger_budget_is_taken_up_while_training(make_trial: MakeTrial, tmp_path: Path) -> None:
    trial, seen = make_trial(), []
    for epoch in trial.epochs():
        seen.append(epoch)
        if epoch == 5:
            control(tmp_path, budget=7)
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert trial.budget == 7


@pytest.mark.parametrize("text", ["", "{", "[]", '{"stop": 1, "budget": "many"}', "\x00"])
def test_a_broken_request_asks_for_nothing(
    make_trial: MakeTrial, tmp_path: Path, text: str
) -> None:
    trial = make_trial()
    (tmp_path / "attempts" / "1" / "control.json").write_text(text)
    assert list(trial.epochs()) == [1, 2, 3, 4, 5]
    assert not trial.should_stop


def test_without_a_budget_the_scripts_own_number_counts(tmp_path: Path) -> None:
    (tmp_path / "params.json").write_text("{}")
    trial = Trial(Context(environment(tmp_path, budget="")))
    assert trial.budget is None
    assert list(trial.epochs(default=2)) == [1, 2]
    trial.take_defaults({"epochs": 3})
    assert list(trial.epochs(default=2)) == [1, 2, 3]


def test_reports_go_to_the_attempts_file(make_trial: MakeTrial, tmp_path: Path) -> None:
    make_trial().report(1, val_acc=0.5, val_loss=float("nan"))
    (line,) = reported(tmp_path)
    assert (line["step"], line["metrics"]) == (1, {"val_acc": 0.5, "val_loss": "nan"})
    assert line["at"] > 1.7e9


def test_of_a_distributed_job_rank_0_speaks(
    make_trial: MakeTrial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = make_trial()
    for rank in ("1", "0"):
        monkeypatch.setenv("RANK", rank)
        trial.report(1, rank=int(rank))
        trial.save({}, int(rank))
    assert [line["metrics"] for line in reported(tmp_path)] == [{"rank": 0}]
    assert os.listdir(tmp_path / "checkpoints") == ["epoch=0000.pt"]


def test_a_checkpoint_that_cannot_be_written_costs_no_trial(
    make_trial: MakeTrial, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checkpoints").write_text("in the way")
    assert make_trial().save({}, 1) == tmp_path / "checkpoints"
    assert "checkpoint of epoch 1 not written" in capfd.readouterr().err


def test_unreadable_parameters_are_said_with_their_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"cannot read the parameters in .*params\.json"):
        Trial(Context(environment(tmp_path)))
    (tmp_path / "params.json").write_text("[]")
    with pytest.raises(RuntimeError, match="does not hold a JSON object"):
        Trial(Context(environment(tmp_path)))


def test_alone_the_defaults_are_the_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = alone(tmp_path, monkeypatch, lr=0.1, epochs=3, seed=9)
    assert (trial.id, trial.seed, trial.budget, trial.should_stop) == ("local", 9, 3, False)
    assert dict(trial.params) == {"lr": 0.1, "epochs": 3, "seed": 9}
    assert list(trial.epochs()) == [1, 2, 3]
    assert len(list(alone(tmp_path, monkeypatch).epochs())) == 10


def test_alone_a_report_is_a_printed_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone(tmp_path, monkeypatch).report(3, val_acc=0.91234567, note="x")
    assert capsys.readouterr().out == "epoch 3 val_acc 0.912346 note x\n"


def test_alone_a_number_beyond_every_float_is_infinite_as_in_a_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone(tmp_path, monkeypatch).report(3, up=10**400, down=-(10**400))
    assert capsys.readouterr().out == "epoch 3 up inf down -inf\n"


def test_alone_checkpoints_lie_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = alone(tmp_path, monkeypatch)
    assert trial.save({"a": 1}, 2, val_acc=0.5).resolve() == (
        tmp_path / "checkpoints" / "epoch=0002-val_acc=0.5000.pt"
    )
    again = alone(tmp_path, monkeypatch, epochs=3)
    assert again.load() == {"a": 1}
    assert list(again.epochs()) == [3]


def test_what_is_drawn_between_loading_and_the_first_epoch_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(tmp_path, monkeypatch).save({}, 1)
    drawn = random.random()
    again = alone(tmp_path, monkeypatch, epochs=3)
    again.load()
    random.random()
    epochs = again.epochs()
    assert next(epochs) == 2
    assert random.random() == drawn
    next(epochs)
    assert random.random() != drawn


def test_a_budget_raised_while_it_trains_is_trained_to(
    make_trial: MakeTrial, tmp_path: Path
) -> None:
    done = []
    for epoch in make_trial().epochs():
        done.append(epoch)
        if epoch == 5:
            (tmp_path / "attempts" / "1" / "control.json").write_text('{"budget": 7}')
    assert done == [1, 2, 3, 4, 5, 6, 7]


def test_a_process_has_one_trial() -> None:
    script = (
        "import tui_tuner as tt; a = tt.trial(lr=0.1); b = tt.trial(width=3);"
        "assert a is b and isinstance(a, tt.Trial); print(dict(b.params))"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TUI_TUNER")}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=REPO, env=bare, capture_output=True, check=True
    )
    assert ran.stdout == b"{'lr': 0.1, 'width': 3}\n"
