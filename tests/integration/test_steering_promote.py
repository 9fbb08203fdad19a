"""A promoted trial goes on as if it had had its bigger budget from the start, bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from engine.core.acts import Promote
from engine.store.reader import open_reader
from tests.fakes.gated import GatedSweep
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do

TRAINS = """
import os, random, time
import numpy
import torch
from torch.utils.data import DataLoader, TensorDataset
import tui_tuner as tt

trial = tt.trial(lr=0.1)
random.seed(trial.seed)
numpy.random.seed(trial.seed % 2**32)
torch.manual_seed(trial.seed)
inputs = torch.randn(96, 8)
data = TensorDataset(inputs, (inputs.sum(1) > 0).long())
checkpoint = trial.load()
model = torch.nn.Sequential(
    torch.nn.Linear(8, 32), torch.nn.BatchNorm1d(32), torch.nn.ReLU(), torch.nn.Dropout(0.3),
    torch.nn.Linear(32, 2),
)
optimizer = torch.optim.SGD(model.parameters(), lr=trial.params.lr, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.8)
parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
if checkpoint:
    for name, part in parts.items():
        part.load_state_dict(checkpoint[name])
for epoch in trial.epochs():
    while epoch > 2 and os.path.exists("gate"):
        time.sleep(0.005)
    model.train()
    for x, y in DataLoader(data, batch_size=16, shuffle=True):
        noise = torch.tensor(numpy.random.normal(size=x.shape), dtype=torch.float32)
        x = x * random.uniform(0.9, 1.1) + 0.1 * noise
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
    state = {name: part.state_dict() for name, part in parts.items()}
    trial.save(state, epoch, loss=loss.item())
    trial.report(epoch, loss=loss.item())
"""
TORCH = """
metric: {{name: loss, goal: minimize}}
parameters: {{lr: {{min: 0.05, max: 0.2}}}}
method: random
search: {{seed: 7}}
stop: []
budget: {{parameter: epochs, min: 1, max: {budget}}}
limits: {{trials: 2}}
resources: {{slots: 2}}
"""


def torch_sweep(folder: Path, budget: int) -> RealSweep:
    folder.mkdir()
    return RealSweep(folder, TRAINS, TORCH.format(budget=budget))


def final_state(sweep: RealSweep, number: int) -> dict[str, torch.Tensor]:
    """The tensors of a trial's ninth checkpoint, its momentum and random state among them."""
    folder = sweep.attempt_dir(number).parents[1] / "checkpoints"
    (path,) = folder.glob("epoch=0009*.pt")
    saved = torch.load(path, weights_only=True)
    momentum = saved["state"]["optimizer"]["state"]
    buffers = {f"momentum {n}": kept["momentum_buffer"] for n, kept in momentum.items()}
    return {**saved["state"]["model"], **buffers, "torch": saved["rng"]["torch"]}


def curve(sweep: RealSweep, number: int) -> list[tuple[int, float]]:
    reader = open_reader(sweep.directory / "sweep.db")
    try:
        return [(point.step, point.value) for point in reader.series(number)["loss"]]
    finally:
        reader.close()


def states(sweep: RealSweep) -> list[str]:
    return [trial.state for trial in sweep.trials()]


@pytest.mark.timeout(180)
def test_a_promoted_trial_ends_bit_for_bit_where_a_straight_run_does(tmp_path: Path) -> None:
    straight = torch_sweep(tmp_path / "straight", 9)
    straight.start()
    promoted = torch_sweep(tmp_path / "promoted", 3)
    gate = promoted.folder / "gate"
    gate.touch()
    promoted.start()
    wait_until(
        lambda: len(promoted.trials()) == 2 and all(2 in promoted.reports(n) for n in (1, 2)),
        "both trials stand in their third epoch",
    )
    do(promoted.directory, Promote(trials=(2,), budget=9))
    control = promoted.attempt_dir(2) / "control.json"
    wait_until(control.exists, "the running trial is told its budget")
    assert json.loads(control.read_text())["budget"] == 9
    gate.unlink()
    wait_until(lambda: states(promoted) == ["complete", "complete"], "both are complete")
    do(promoted.directory, Promote(trials=(1,), budget=9))
    wait_until(lambda: 9 in promoted.reports(1), "the finished trial has gone on")
    wait_until(lambda: promoted.state == straight.state == "finished", "both sweeps are done")

    again, live = promoted.trials()
    assert [a.outcome for a in again.attempt_list] == ["complete", "complete"]
    assert [a.outcome for a in live.attempt_list] == ["complete"]
    for number in (1, 2):
        assert promoted.reports(number) == list(range(1, 10))
        assert curve(promoted, number) == curve(straight, number)
        ours, theirs = final_state(promoted, number), final_state(straight, number)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_running_trial_is_told_its_budget_and_keeps_its_process(tmp_path: Path) -> None:
    sweep = GatedSweep(tmp_path, budget=2, let=1)
    sweep.start()
    sweep.until_reported(1, 1)
    runner = sweep.pid(1)
    do(sweep.directory, Promote(trials=(1,), budget=4))
    wait_until(lambda: sweep.asked(1).get("budget") == 4, "the trial is told")
    sweep.let(4)
    sweep.until_state(1, "complete")
    assert sweep.reports(1) == [1, 2, 3, 4]
    assert sweep.pid(1) == runner
    done = sweep.trial(1)
    assert done is not None
    assert (done.attempts, done.budget) == (1, 4)


def test_a_script_that_does_not_notice_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    script = """
import os, time
import tui_tuner as tt

trial = tt.trial()
done = (trial.load() or {"done": 0})["done"]
last = trial.params.epochs
for epoch in range(done + 1, last + 1):
    trial.report(epoch, acc=epoch / 10)
    trial.save({"done": epoch}, epoch)
    while epoch == 2 and not os.path.exists("go"):
        time.sleep(0.005)
"""
    config = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
budget: {parameter: epochs, min: 1, max: 3}
limits: {trials: 1}
preload: []
"""
    sweep = RealSweep(tmp_path, script, config)
    sweep.start()
    wait_until(lambda: sweep.trial(1) and 2 in sweep.reports(1), "it stands in its second epoch")
    do(sweep.directory, Promote(trials=(1,), budget=5))
    (tmp_path / "go").touch()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert sweep.reports(1) == [1, 2, 3, 4, 5]
    trial = sweep.trials()[0]
    assert (trial.state, len(trial.attempt_list)) == ("complete", 2)
    params = json.loads((sweep.attempt_dir(1).parents[1] / "params.json").read_text())
    assert params["epochs"] == 5


def test_an_engine_that_comes_back_tells_a_running_trial_its_budget(tmp_path: Path) -> None:
    sweep = GatedSweep(tmp_path, budget=2, let=1)
    sweep.start()
    sweep.until_reported(1, 1)
    do(sweep.directory, Promote(trials=(1,), budget=4))
    sweep.kill_engine()
    (sweep.attempt_dir(1) / "control.json").unlink(missing_ok=True)
    sweep.start()
    wait_until(lambda: sweep.asked(1).get("budget") == 4, "the trial is told again")
    sweep.let(4)
    sweep.until_state(1, "complete")
    done = sweep.trial(1)
    assert done is not None
    assert (done.attempts, sweep.reports(1)) == (1, [1, 2, 3, 4])


def test_an_attempt_that_is_asked_nothing_gets_no_control_file(tmp_path: Path) -> None:
    sweep = GatedSweep(tmp_path, budget=2, let=1)
    sweep.start()
    sweep.until_reported(1, 1)
    sweep.kill_engine()
    sweep.start()
    sweep.let(2)
    sweep.until_state(1, "complete")
    assert not (sweep.attempt_dir(1) / "control.json").exists()
