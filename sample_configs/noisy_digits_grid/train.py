"""Train a network on handwritten digits, a third of them labelled wrongly, with AdamW and a
learning rate that falls to nothing over the budget."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import tui_tuner as tt

VALIDATION_SHARE = 0.5
SPLIT_SEED = 1
WRONG_SHARE = 0.33
WIDTH = 64
BATCH = 64
CLASSES = 10
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


def load_data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give training and validation images (n, 64) in 0..1, then their labels (n,)."""
    images, labels = load_digits(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(
        images / 16, labels, test_size=VALIDATION_SHARE, stratify=labels, random_state=SPLIT_SEED
    )
    return (
        torch.tensor(x_train, dtype=torch.float32),
        torch.tensor(x_val, dtype=torch.float32),
        mislabelled(torch.tensor(y_train)),
        torch.tensor(y_val),
    )


def mislabelled(labels: Tensor) -> Tensor:
    """Give the labels (n,) with a share of them replaced by others, the same in every trial."""
    chance = torch.Generator().manual_seed(SPLIT_SEED)
    is_wrong = torch.rand(len(labels), generator=chance) < WRONG_SHARE
    others = (labels + torch.randint(1, CLASSES, labels.shape, generator=chance)) % CLASSES
    return torch.where(is_wrong, others, labels)


def make_model(hidden_layers: int, activation: str) -> nn.Sequential:
    """So many hidden layers of one width."""
    layers: list[nn.Module] = []
    for inputs in [64] + [WIDTH] * (hidden_layers - 1):
        layers += [nn.Linear(inputs, WIDTH), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, CLASSES))


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    label_smoothing: float,
) -> None:
    """Go once over the training images in random order."""
    model.train()
    for chosen in torch.randperm(len(images)).split(BATCH):
        loss = cross_entropy(model(images[chosen]), labels[chosen], label_smoothing=label_smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def validate(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give mean loss and accuracy on the validation images, whose labels are right."""
    model.eval()
    logits = model(images)
    accuracy = (logits.argmax(1) == labels).double().mean()
    return cross_entropy(logits, labels).item(), accuracy.item()


def main() -> None:
    trial = tt.trial(
        lr=0.004,
        weight_decay=1.0,
        hidden_layers=2,
        label_smoothing=0.1,
        activation="relu",
        epochs=27,
    )
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data()
    model = make_model(p.hidden_layers, p.activation)
    optimizer = torch.optim.AdamW(model.parameters(), p.lr, weight_decay=p.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, trial.budget)
    for epoch in trial.epochs():
        train_epoch(model, optimizer, x_train, y_train, p.label_smoothing)
        schedule.step()
        val_loss, val_acc = validate(model, x_val, y_val)
        trial.report(epoch, val_loss=val_loss, val_acc=val_acc)


if __name__ == "__main__":
    main()
