"""Train a network to tell the progression of diabetes with plain SGD, by squared or absolute
error."""

from __future__ import annotations

import torch
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale
from torch import Tensor, nn
from torch.nn.functional import l1_loss, mse_loss

import tui_tuner as tt

VALIDATION_SHARE = 0.5
SPLIT_SEED = 2
LOSSES = {"squared": mse_loss, "absolute": l1_loss}


def load_data() -> tuple[Tensor, Tensor, Tensor, Tensor, float]:
    """Give training and validation patients (n, 10), their scores (n,) standardised, and the
    standard deviation of the scores."""
    patients, scores = load_diabetes(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(
        scale(patients), scale(scores), test_size=VALIDATION_SHARE, random_state=SPLIT_SEED
    )
    x_train, x_val, y_train, y_val = (
        torch.tensor(part, dtype=torch.float32) for part in (x_train, x_val, y_train, y_val)
    )
    return x_train, x_val, y_train, y_val, float(scores.std())


def make_model(width: int) -> nn.Sequential:
    """Two hidden layers."""
    return nn.Sequential(
        *(nn.Linear(10, width), nn.ReLU()),
        *(nn.Linear(width, width), nn.ReLU()),
        nn.Linear(width, 1),
        nn.Flatten(0),
    )


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    patients: Tensor,
    scores: Tensor,
    batch: int,
    loss: str,
) -> None:
    """Go once over the training patients in random order."""
    for chosen in torch.randperm(len(patients)).split(batch):
        error = LOSSES[loss](model(patients[chosen]), scores[chosen])
        optimizer.zero_grad()
        error.backward()
        optimizer.step()


@torch.no_grad()
def validate(
    model: nn.Module, patients: Tensor, scores: Tensor, deviation: float
) -> tuple[float, float]:
    """Give mean absolute and root mean square error on the validation patients, in points."""
    told = model(patients)
    mae, mse = l1_loss(told, scores).item(), mse_loss(told, scores).item()
    return deviation * mae, deviation * mse**0.5


def main() -> None:
    trial = tt.trial(lr=0.01, momentum=0.9, width=32, batch_size=32, loss="squared", epochs=27)
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val, deviation = load_data()
    model = make_model(p.width)
    optimizer = torch.optim.SGD(model.parameters(), p.lr, momentum=p.momentum)
    for epoch in trial.epochs():
        train_epoch(model, optimizer, x_train, y_train, p.batch_size, p.loss)
        val_mae, val_rmse = validate(model, x_val, y_val, deviation)
        trial.report(epoch, val_mae=val_mae, val_rmse=val_rmse)


if __name__ == "__main__":
    main()
