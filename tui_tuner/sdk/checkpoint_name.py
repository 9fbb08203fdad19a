"""The file names of checkpoints: `epoch=0005-val_acc=0.9312.pt` sorts and reads by itself."""

from __future__ import annotations

import re

SUFFIX = ".pt"
_NAME = re.compile(r"epoch=(\d+)(?:-([^=]+)=([^=]+))?\.pt\Z")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+]")


class CheckpointName:
    """What a checkpoint's file name says; `value` is rounded, None where there is no metric."""

    def __init__(self, step: int, metric: str | None = None, value: float | None = None) -> None:
        self.step = step
        self.metric = metric
        self.value = value

    def __str__(self) -> str:
        stem = f"epoch={self.step:04d}"
        if self.metric is not None and self.value is not None:
            stem += f"-{_UNSAFE.sub('_', self.metric)[:80]}={_short(self.value)}"
        return stem + SUFFIX


def parse_name(name: str) -> CheckpointName | None:
    """Read a file name; None where it is no checkpoint's."""
    found = _NAME.match(name)
    if found is None:
        return None
    step, metric, value = found.groups()
    try:
        return CheckpointName(int(step), metric, None if value is None else float(value))
    except ValueError:
        return None


def _short(value: float) -> str:
    plain = value == 0 or 1e-3 <= abs(value) < 1e6
    return f"{value:.4f}" if plain else f"{value:.4g}"
