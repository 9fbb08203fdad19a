"""Train a small network on handwritten digits; `python train.py` works without a sweep, too."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import tui_tuner as tt

BATCH = 32
MOMENTUM = 0.9
VALIDATION_SHARE = 0.5
SPLIT_SEED = 0
"""The same for every trial: all are judged on the same 899 images."""


def load_data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give training and validation images (n, 64) in 0..1, then their labels (n,)."""
    images, labels = load_digits(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(
        images / 16, labels, test_size=VALIDATION_SHARE, stratify=labels, random_state=SPLIT_SEED
    )
    return (
        torch.tensor(x_train, dtype=torch.float32),
        torch.tensor(x_val, dtype=torch.float32),
        torch.tensor(y_train),
        torch.tensor(y_val),
    )


def make_model(width: int, dropout: float) -> nn.Sequential:
    """Two hidden layers of `width` units, each with dropout."""
    layers: list[nn.Module] = []
    for inputs in (64, width):
        layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor
) -> float:
    """Go once over the training images in random order; give the mean loss."""
    model.train()
    total = 0.0
    for batch in torch.randperm(len(images)).split(BATCH):
        loss = cross_entropy(model(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(images)


@torch.no_grad()
def validate(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give accuracy and mean loss on the validation images."""
    model.eval()
    logits = model(images)
    accuracy = (logits.argmax(1) == labels).float().mean()
    return accuracy.item(), cross_entropy(logits, labels).item()


def main() -> None:
    trial = tt.trial(lr=0.1, weight_decay=1e-4, dropout=0.2, width=128, epochs=20)
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data()
    model = make_model(p.width, p.dropout)
    optimizer = torch.optim.SGD(model.parameters(), p.lr, momentum=MOMENTUM)

    state = trial.load()
    if state is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    for group in optimizer.param_groups:  # the state loaded may be a parent's, with its values
        group["lr"], group["weight_decay"] = p.lr, p.weight_decay

    for epoch in trial.epochs():
        train_loss = train_epoch(model, optimizer, x_train, y_train)
        val_acc, val_loss = validate(model, x_val, y_val)
        trial.report(epoch, val_loss=val_loss, val_acc=val_acc, train_loss=train_loss)
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        trial.save(state, epoch, val_loss=val_loss)


if __name__ == "__main__":
    main()
