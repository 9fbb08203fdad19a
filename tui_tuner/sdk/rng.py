"""The states of the global random generators, as plain numbers and tensors.

Only what `torch.load(weights_only=True)` accepts: no arrays, no classes.
"""

from __future__ import annotations

import random
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def rng_state() -> dict[str, Any]:
    """Take the state of Python's, and where they are loaded numpy's and torch's generators."""
    state: dict[str, Any] = {"python": random.getstate()}
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        name, keys, *rest = numpy.random.get_state()
        state["numpy"] = [name, keys.tolist(), *rest]
    torch = sys.modules.get("torch")
    if torch is not None:
        state["torch"] = torch.get_rng_state()
        if torch.cuda.is_initialized():
            state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_rng(state: dict[str, Any]) -> None:
    """Set the generators that `state` knows of and this process has."""
    if "python" in state:
        version, internal, gauss = state["python"]
        random.setstate((version, tuple(internal), gauss))
    if "numpy" in state:
        _restore_numpy(state["numpy"])
    if "torch" in state:
        _restore_torch(state)


def _restore_numpy(state: list[Any]) -> None:
    try:
        import numpy
    except ImportError:
        return
    numpy.random.set_state(tuple(state))


def _restore_torch(state: dict[str, Any]) -> None:
    import torch

    torch.set_rng_state(state["torch"])
    cuda = state.get("cuda", [])
    if cuda and torch.cuda.is_available() and torch.cuda.device_count() == len(cuda):
        torch.cuda.set_rng_state_all(cuda)
