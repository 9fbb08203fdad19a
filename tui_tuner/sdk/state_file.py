"""One checkpoint on disk: the script's state in a wrapper with step, metrics and random states.

Written by torch where torch is loaded (then `torch.load(weights_only=True)` reads it), by pickle
where it is not.
"""

from __future__ import annotations

import os
import pickle
import re
import sys

from .rng import rng_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TEMPORARY = ".tmp-"
_ZIP = b"PK"


def write_state(path: str, state: Any, step: int, metrics: dict[str, float]) -> None:
    """Write a checkpoint so that `path` never holds half of one. Raises OSError.

    It is written beside its place, synced, and renamed; then the folder is synced.
    """
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f"{TEMPORARY}{os.getpid()}-{name}")
    wrapped = {"tui_tuner": 1, "step": step, "metrics": metrics, "rng": rng_state(), "state": state}
    try:
        with open(temporary, "wb") as file:
            _dump(wrapped, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        _remove(temporary)
        raise
    _sync_folder(folder)


def read_state(path: str) -> tuple[Any, int, dict[str, Any]]:
    """Read a checkpoint; give (state, step, states of the random generators).

    Tensors come back on the CPU. What is wrong with a broken file is raised as torch or pickle
    see it.
    """
    wrapped = _load(path)
    if not (isinstance(wrapped, dict) and wrapped.get("tui_tuner") == 1):
        raise ValueError("not written by trial.save()")
    return wrapped["state"], wrapped["step"], wrapped["rng"]


def check_readable(path: str) -> None:
    """Raise TypeError where `torch.load(weights_only=True)` refuses what the state holds."""
    torch = sys.modules.get("torch")
    if torch is None:
        return
    try:
        torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise TypeError(
            "trial.save() takes tensors, numbers, texts, and lists, tuples and dicts of them, as "
            "torch.load(weights_only=True) does; this state also holds " + _culprit(str(error))
        ) from None


def _dump(wrapped: dict[str, Any], file: Any) -> None:
    torch = sys.modules.get("torch")
    if torch is None:
        pickle.dump(wrapped, file, protocol=4)
    else:
        torch.save(wrapped, file)


def _load(path: str) -> Any:
    with open(path, "rb") as file:
        by_torch = file.read(2) == _ZIP
        file.seek(0)
        if not by_torch:
            return pickle.load(file)
        import torch

        return torch.load(file, map_location="cpu", weights_only=True)


def _sync_folder(folder: str) -> None:
    fd = os.open(folder or ".", os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _culprit(complaint: str) -> str:
    """Name what torch complains of; numpy's scalars are the usual case."""
    found = re.search(r"GLOBAL (\S+)", complaint)
    name = found.group(1) if found else complaint.split("\n")[0]
    return name + (" (float(x) makes a numpy number plain)" if "scalar" in name else "")
