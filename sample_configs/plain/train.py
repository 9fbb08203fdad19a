"""An ordinary script: arguments in, one printed line an epoch out. It knows of no tuner."""

from __future__ import annotations

import argparse

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--alpha", type=float, default=1e-4)
    parser.add_argument("--penalty", choices=["l1", "l2", "elasticnet"], default="l2")
    parser.add_argument("--epochs", type=int, default=15)
    args = parser.parse_args()

    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x, y, stratify=y, random_state=0)
    scaler = StandardScaler().fit(x_train)
    x_train, x_val = scaler.transform(x_train), scaler.transform(x_val)
    model = SGDClassifier(
        loss="log_loss", penalty=args.penalty, alpha=args.alpha,
        learning_rate="constant", eta0=args.lr, random_state=0,
    )  # fmt: skip

    for epoch in range(1, args.epochs + 1):
        model.partial_fit(x_train, y_train, classes=np.unique(y))
        loss = log_loss(y_val, model.predict_proba(x_val))
        accuracy = accuracy_score(y_val, model.predict(x_val))
        print(f"epoch {epoch} val_loss {loss:.4f} val_acc {accuracy:.4f}")


if __name__ == "__main__":
    main()
