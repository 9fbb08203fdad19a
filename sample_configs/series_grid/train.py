"""Train a network to forecast the chaotic series of Mackey and Glass 1977, with SGD and momentum.

A delay of 17 and a forecast 6 steps ahead, as is usual with this series.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

import tui_tuner as tt

TRAIN, VALIDATION = 1500, 1000
DELAY, AHEAD, BURN_IN = 17, 6, 500
BATCH = 32
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "silu": nn.SiLU, "sigmoid": nn.Sigmoid}


def mackey_glass(length: int) -> Tensor:
    """Give the series (length,) at steps of one unit of time, standardised; tenths are computed."""
    fine = 10
    past = [1.2] * (DELAY * fine)
    for _ in range((BURN_IN + length) * fine):
        delayed = past[-DELAY * fine]
        past.append(past[-1] + (0.2 * delayed / (1.0 + delayed**10) - 0.1 * past[-1]) / fine)
    series = torch.tensor(past[(DELAY + BURN_IN) * fine :: fine])
    return (series - series.mean()) / series.std()


def load_data(lags: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give training and validation histories (n, `lags`), then the values to forecast (n,)."""
    wanted = TRAIN + VALIDATION
    series = mackey_glass(lags + AHEAD + wanted)
    x = series.unfold(0, lags, 1)[:wanted]
    y = series[lags + AHEAD - 1 :][:wanted]
    return x[:TRAIN], x[TRAIN:], y[:TRAIN], y[TRAIN:]


def make_model(lags: int, width: int, activation: str) -> nn.Sequential:
    """Two hidden layers of `width` units."""
    kind = ACTIVATIONS[activation]
    return nn.Sequential(
        *(nn.Linear(lags, width), kind(), nn.Linear(width, width), kind()),
        *(nn.Linear(width, 1), nn.Flatten(0)),
    )


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, histories: Tensor, targets: Tensor
) -> None:
    """Go once over the training data in random order."""
    for chosen in torch.randperm(len(histories)).split(BATCH):
        loss = mse_loss(model(histories[chosen]), targets[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def validate(model: nn.Module, histories: Tensor, targets: Tensor) -> float:
    """Give the root mean squared error, in standard deviations of the series."""
    return mse_loss(model(histories), targets).sqrt().item()


def main() -> None:
    trial = tt.trial(lr=0.03, momentum=0.9, width=32, lags=8, activation="tanh", epochs=27)
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data(p.lags)
    model = make_model(p.lags, p.width, p.activation)
    optimizer = torch.optim.SGD(model.parameters(), p.lr, momentum=p.momentum)
    for epoch in trial.epochs():
        train_epoch(model, optimizer, x_train, y_train)
        trial.report(epoch, val_nrmse=validate(model, x_val, y_val))


if __name__ == "__main__":
    main()
