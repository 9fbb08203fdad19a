"""A training function instead of a script: called with the trial, it reports as it goes."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

import tui_tuner as tt


def make_data(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw noisy points of a sine wave: x and y, both (count, 1)."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(count, 1, generator=generator) * 6 - 3
    noise = 0.1 * torch.randn(count, 1, generator=generator)
    return x, torch.sin(2 * x) + noise


def main(trial: tt.Trial) -> None:
    """Fit the sine with a small network, one report an epoch."""
    params = trial.params
    torch.manual_seed(trial.seed)
    x_train, y_train = make_data(512, seed=0)
    x_val, y_val = make_data(256, seed=1)
    activation = {"tanh": nn.Tanh, "relu": nn.ReLU}[params.activation]
    model = nn.Sequential(nn.Linear(1, params.width), activation(), nn.Linear(params.width, 1))
    optimizer = torch.optim.Adam(model.parameters(), params.lr)

    for epoch in trial.epochs():
        for batch in torch.randperm(len(x_train)).split(32):
            loss = mse_loss(model(x_train[batch]), y_train[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            trial.report(epoch, val_loss=mse_loss(model(x_val), y_val))
