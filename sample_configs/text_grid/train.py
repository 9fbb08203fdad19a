"""Train a network to tell the next character of a text from the ones before it, with Adam.

The model is that of Bengio et al. 2003, "A Neural Probabilistic Language Model", over characters.
The text is Python's own language reference, which comes with every Python (`pydoc_data.topics`).
"""

from __future__ import annotations

import string
from pydoc_data.topics import topics

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import tui_tuner as tt

TRAIN, VALIDATION = 4000, 4000
SYMBOLS = string.ascii_lowercase + " .,"
EMBEDDED = 8


def load_data(context: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give training and validation contexts (n, `context`), then the symbols after them (n,)."""
    letters = "".join(c if c in SYMBOLS else " " for c in "".join(topics.values()).lower())
    text = " ".join(letters.split())
    coded = torch.tensor([SYMBOLS.index(c) for c in text[: context + TRAIN + VALIDATION]])
    x = coded.unfold(0, context, 1)[: TRAIN + VALIDATION]
    y = coded[context:]
    return x[:TRAIN], x[TRAIN:], y[:TRAIN], y[TRAIN:]


def make_model(context: int, width: int, dropout: float) -> nn.Sequential:
    """Symbols embedded side by side, then a hidden layer of `width` units."""
    return nn.Sequential(
        *(nn.Embedding(len(SYMBOLS), EMBEDDED), nn.Flatten()),
        *(nn.Linear(context * EMBEDDED, width), nn.Tanh(), nn.Dropout(dropout)),
        nn.Linear(width, len(SYMBOLS)),
    )


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, contexts: Tensor, after: Tensor, batch: int
) -> None:
    """Go once over the training data in random order."""
    model.train()
    for chosen in torch.randperm(len(contexts)).split(batch):
        loss = cross_entropy(model(contexts[chosen]), after[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def validate(model: nn.Module, contexts: Tensor, after: Tensor) -> tuple[float, float]:
    """Give the mean cross entropy in nats and the accuracy on the validation data."""
    model.eval()
    told = model(contexts)
    right = (told.argmax(1) == after).float().mean()
    return cross_entropy(told, after).item(), right.item()


def main() -> None:
    trial = tt.trial(lr=0.003, context=4, width=64, batch_size=64, dropout=0.2, epochs=27)
    p = trial.params
    torch.manual_seed(trial.seed)
    x_train, x_val, y_train, y_val = load_data(p.context)
    model = make_model(p.context, p.width, p.dropout)
    optimizer = torch.optim.Adam(model.parameters(), p.lr, fused=True)
    for epoch in trial.epochs():
        train_epoch(model, optimizer, x_train, y_train, p.batch_size)
        val_loss, val_acc = validate(model, x_val, y_val)
        trial.report(epoch, val_loss=val_loss, val_acc=val_acc)


if __name__ == "__main__":
    main()
