"""Train networks on three classes of made-up points, a tenth of them labelled wrong, with AdamW.

Three networks are trained side by side and judged by their mean: of one alone, luck would say as
much as its configuration does.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import mean

import torch
from sklearn.datasets import make_classification
from sklearn.preprocessing import scale
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import tui_tuner as tt

TRAIN, VALIDATION = 1000, 1000
FEATURES, INFORMATIVE, CLASSES = 20, 8, 3
MISLABELLED = 0.1
DATA_SEED = 3
WEIGHT_DECAY = 0.01
NETWORKS = 3
NORMS = {"none": nn.Identity, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


def load_data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give training and validation points (n, 20), standardised, then their classes (n,)."""
    points, classes = make_classification(
        TRAIN + VALIDATION,
        FEATURES,
        n_informative=INFORMATIVE,
        n_classes=CLASSES,
        flip_y=MISLABELLED,
        random_state=DATA_SEED,
    )
    x = torch.tensor(scale(points), dtype=torch.float32)
    y = torch.tensor(classes)
    return x[:TRAIN], x[TRAIN:], y[:TRAIN], y[TRAIN:]


def make_model(layers: int, width: int, norm: str, dropout: float) -> nn.Sequential:
    """So many hidden layers of `width` units, each normalised and dropped out."""
    widths = [FEATURES, *[width] * layers]
    hidden = [
        part
        for before, after in pairwise(widths)
        for part in (nn.Linear(before, after), NORMS[norm](after), nn.ReLU(), nn.Dropout(dropout))
    ]
    return nn.Sequential(*hidden, nn.Linear(width, CLASSES))


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, points: Tensor, classes: Tensor, batch: int
) -> None:
    """Go once over the training data in random order."""
    model.train()
    for chosen in torch.randperm(len(points)).split(batch):
        loss = cross_entropy(model(points[chosen]), classes[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def validate(model: nn.Module, points: Tensor, classes: Tensor) -> tuple[float, float]:
    """Give the mean cross entropy in nats and the accuracy on the validation data."""
    model.eval()
    told = model(points)
    right = (told.argmax(1) == classes).float().mean()
    return cross_entropy(told, classes).item(), right.item()


def main() -> None:
    trial = tt.trial(
        lr=0.003, dropout=0.2, width=64, norm="batch", layers=2, batch_size=128, epochs=27
    )
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data()
    models = [make_model(p.layers, p.width, p.norm, p.dropout) for _ in range(NETWORKS)]
    optimizers = [
        torch.optim.AdamW(model.parameters(), p.lr, weight_decay=WEIGHT_DECAY) for model in models
    ]
    for epoch in trial.epochs():
        for model, optimizer in zip(models, optimizers, strict=True):
            train_epoch(model, optimizer, x_train, y_train, p.batch_size)
        told = [validate(model, x_val, y_val) for model in models]
        trial.report(
            epoch, val_loss=mean(loss for loss, _ in told), val_acc=mean(acc for _, acc in told)
        )


if __name__ == "__main__":
    main()
