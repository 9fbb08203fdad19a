"""Train a network on Friedman's first regression problem with plain SGD, by squared or absolute
error."""

from __future__ import annotations

import torch
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import scale
from torch import Tensor, nn
from torch.nn.functional import l1_loss, mse_loss

import tui_tuner as tt

TRAIN, VALIDATION = 1000, 1000
NOISE = 1.0
DATA_SEED = 2
LOSSES = {"squared": mse_loss, "absolute": l1_loss}


def load_data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give training and validation inputs (n, 10), then their targets (n,), all standardised."""
    inputs, targets = make_friedman1(TRAIN + VALIDATION, noise=NOISE, random_state=DATA_SEED)
    x = torch.tensor(scale(inputs), dtype=torch.float32)
    y = torch.tensor(scale(targets), dtype=torch.float32)
    return x[:TRAIN], x[TRAIN:], y[:TRAIN], y[TRAIN:]


def make_model(width: int) -> nn.Sequential:
    """Two hidden layers of `width` units."""
    return nn.Sequential(
        *(nn.Linear(10, width), nn.ReLU()),
        *(nn.Linear(width, width), nn.ReLU()),
        nn.Linear(width, 1),
        nn.Flatten(0),
    )


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    inputs: Tensor,
    targets: Tensor,
    batch: int,
    loss: str,
) -> None:
    """Go once over the training data in random order."""
    for chosen in torch.randperm(len(inputs)).split(batch):
        error = LOSSES[loss](model(inputs[chosen]), targets[chosen])
        optimizer.zero_grad()
        error.backward()
        optimizer.step()


@torch.no_grad()
def validate(model: nn.Module, inputs: Tensor, targets: Tensor) -> tuple[float, float]:
    """Give the coefficient of determination and the mean absolute error on the validation data."""
    told = model(inputs)
    r2 = 1.0 - mse_loss(told, targets) / targets.var(correction=0)
    return r2.item(), l1_loss(told, targets).item()


def main() -> None:
    trial = tt.trial(lr=0.03, momentum=0.9, width=64, batch_size=32, loss="squared", epochs=27)
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data()
    model = make_model(p.width)
    optimizer = torch.optim.SGD(model.parameters(), p.lr, momentum=p.momentum)
    for epoch in trial.epochs():
        train_epoch(model, optimizer, x_train, y_train, p.batch_size, p.loss)
        val_r2, val_mae = validate(model, x_val, y_val)
        trial.report(epoch, val_r2=val_r2, val_mae=val_mae)


if __name__ == "__main__":
    main()
