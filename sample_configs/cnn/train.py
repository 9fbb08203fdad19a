"""Train a small CNN on handwritten digits, on a GPU where there is one."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import tui_tuner as tt

VALIDATION_SHARE = 0.2
SPLIT_SEED = 0
"""The same for every trial: all are judged on the same 360 images."""


def load_data(device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give training and validation images (n, 1, 8, 8) in 0..1, then their labels (n,)."""
    images, labels = load_digits(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(
        images / 16, labels, test_size=VALIDATION_SHARE, stratify=labels, random_state=SPLIT_SEED
    )
    return (
        torch.tensor(x_train, dtype=torch.float32, device=device).view(-1, 1, 8, 8),
        torch.tensor(x_val, dtype=torch.float32, device=device).view(-1, 1, 8, 8),
        torch.tensor(y_train, device=device),
        torch.tensor(y_val, device=device),
    )


def make_model(channels: int, dropout: float) -> nn.Sequential:
    """Two convolutions with batch norm, the second with twice the channels, and a linear layer."""
    layers: list[nn.Module] = []
    for inputs, outputs in ((1, channels), (channels, 2 * channels)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs)]
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(dropout), nn.Linear(8 * channels, 10))


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor, batch: int
) -> float:
    """Go once over the training images in random order; give the mean loss."""
    model.train()
    total = torch.zeros((), device=images.device)
    for chosen in torch.randperm(len(images), device=images.device).split(batch):
        loss = cross_entropy(model(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(chosen)
    return total.item() / len(images)


@torch.no_grad()
def validate(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give accuracy and mean loss on the validation images."""
    model.eval()
    logits = model(images)
    accuracy = (logits.argmax(1) == labels).float().mean()
    return accuracy.item(), cross_entropy(logits, labels).item()


def main() -> None:
    trial = tt.trial(lr=3e-3, weight_decay=1e-4, dropout=0.2, channels=16, batch=64, epochs=9)
    p = trial.params
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data(device)
    model = make_model(p.channels, p.dropout).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), p.lr, weight_decay=p.weight_decay)

    state = trial.load()
    if state is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])

    for epoch in trial.epochs():
        train_loss = train_epoch(model, optimizer, x_train, y_train, p.batch)
        val_acc, val_loss = validate(model, x_val, y_val)
        trial.report(epoch, val_acc=val_acc, val_loss=val_loss, train_loss=train_loss)
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        trial.save(state, epoch, val_acc=val_acc)


if __name__ == "__main__":
    main()
