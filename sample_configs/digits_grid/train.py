"""Train a small network on handwritten digits with SGD; quick enough for thousands of trials."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import tui_tuner as tt

VALIDATION_SHARE = 0.5
"""899 images: accuracies of thousands of configurations are to differ."""
SPLIT_SEED = 0
MOMENTUM = 0.9


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
    return nn.Sequential(
        *(nn.Linear(64, width), nn.ReLU(), nn.Dropout(dropout)),
        *(nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout)),
        nn.Linear(width, 10),
    )


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor, batch: int
) -> None:
    """Go once over the training images in random order."""
    model.train()
    for chosen in torch.randperm(len(images)).split(batch):
        loss = cross_entropy(model(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def validate(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give accuracy and mean loss on the validation images."""
    model.eval()
    logits = model(images)
    accuracy = (logits.argmax(1) == labels).double().mean()
    return accuracy.item(), cross_entropy(logits, labels).item()


def main() -> None:
    trial = tt.trial(lr=0.03, weight_decay=1e-4, width=64, batch_size=32, dropout=0.2, epochs=27)
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data()
    model = make_model(p.width, p.dropout)
    optimizer = torch.optim.SGD(
        model.parameters(), p.lr, momentum=MOMENTUM, weight_decay=p.weight_decay
    )
    for epoch in trial.epochs():
        train_epoch(model, optimizer, x_train, y_train, p.batch_size)
        val_acc, val_loss = validate(model, x_val, y_val)
        trial.report(epoch, val_acc=val_acc, val_loss=val_loss)


if __name__ == "__main__":
    main()
