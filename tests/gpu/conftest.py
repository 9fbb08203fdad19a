"""A real card, or these tests are skipped."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.devices.sample import GpuSample
from tests.fakes.nvml.looker import Looker


@pytest.fixture(scope="session")
def cards() -> tuple[GpuSample, ...]:
    """The GPUs that nobody computes on, and that the torch of this environment can use."""
    with Looker() as looker:
        look = looker.next()
    free = tuple(gpu for gpu in look.gpus if not gpu.processes and gpu.fault is None)
    if not free:
        pytest.skip(look.error or "no GPU is free")
    asked = [sys.executable, "-c", "import torch, sys; sys.exit(not torch.cuda.is_available())"]
    if subprocess.run(asked, check=False).returncode != 0:
        pytest.skip("the torch of this environment sees no GPU")
    return free


@pytest.fixture
def card(cards: tuple[GpuSample, ...]) -> GpuSample:
    """One of them."""
    return cards[0]
