"""What the keys ask that take GPUs from the sweep, or give them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.core.acts import UseGpus
from tui_tuner.questions import Question, way
from tui_tuner.view.line import listed, plain
from tui_tuner.view_state import ViewState

_LEAVING: tuple[tuple[Literal["checkpoint", "now", "end"], str], ...] = (
    ("checkpoint", "its trials leave at their next epoch, to go on elsewhere"),
    ("now", "its trials leave now, losing the epoch under way"),
    ("end", "its trials run to their end, and nothing new begins"),
)


def to_exclude(state: ViewState, gpus: Sequence[str]) -> Question:
    """Ask when the trials on GPUs leave that the sweep is to use no more."""
    title = f"Exclude {_named(gpus)}"
    devices = state.sweep.devices if state.sweep is not None else []
    first, *others = [
        way(label, title, UseGpus(gpus=tuple(gpus), use="exclude", how=how))
        for how, label in _LEAVING
    ]
    in_use = any(device.trials for device in devices if device.id in gpus)
    return Question("Exclude", (first, *others) if in_use else (first,))


def to_include(state: ViewState, gpus: Sequence[str]) -> Question:
    """Ask whether the sweep may use GPUs again that were excluded or quarantined."""
    act = UseGpus(gpus=tuple(gpus), use="include")
    return Question("Include", (way("", f"Include {_named(gpus)}", act),))


def to_quarantine(state: ViewState, gpus: Sequence[str]) -> Question:
    """Ask whether to close GPUs that are broken: their trials go on elsewhere."""
    act = UseGpus(gpus=tuple(gpus), use="quarantine", how="now")
    return Question("Quarantine", (way("", f"Quarantine {_named(gpus)}", act),))


def _named(gpus: Sequence[str]) -> str:
    return listed([plain(gpu, 20) for gpu in gpus])
