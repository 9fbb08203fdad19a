"""What a zygote imports before it forks, and whether forking is safe after that.

Standard library only, Python 3.8 syntax: this file runs in the trials' interpreters.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import sys
import weakref
from typing import Any

from . import threads

_DEFAULT = ("torch", "torch._dynamo")
_DEVICES = ("/dev/nvidia", "/dev/kfd")


def import_all(names: list[str] | None) -> str | None:
    """Import the modules; a sentence if that fails, or leaves a process that must not fork.

    None stands for torch and torch._dynamo where the interpreter has them.
    """
    if names is None:
        names = [name for name in _DEFAULT if _exists(name)]
    gc.disable()  # nothing made here is garbage for long, and looking for it takes a third longer
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as fault:  # noqa: BLE001 - a module's own fault, of any kind
            return f"importing {name} failed: {type(fault).__name__}: {fault}"
    gc.freeze()  # or every child's first collection would copy all of it
    gc.enable()
    _keep_finalizers_ours()
    threads.find_openblas()
    unfit = unfit_to_fork()
    return unfit and f"after importing {', '.join(names)}, {unfit}"


def unfit_to_fork() -> str | None:
    """Say why this process must not fork now, if it must not."""
    running = len(os.listdir("/proc/self/task"))
    if running > 1:
        return f"the zygote has {running} threads"
    for fd in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink("/proc/self/fd/" + fd)
        except OSError:
            continue
        if path.startswith(_DEVICES):
            return f"the zygote has {path} open"
    cuda = sys.modules.get("torch.cuda")
    if cuda and cuda.is_initialized():
        return "the zygote has initialised CUDA"
    return None


def top_level_names() -> frozenset[str]:
    """Name everything imported so far, by its top-level module or package."""
    return frozenset(name.partition(".")[0] for name in sys.modules) - {"__main__"}


def shadowed(request: dict[str, Any], imported: frozenset[str]) -> str | None:
    """Say which module of the script's own folder the zygote has imported from elsewhere."""
    script = request["python"].get("script")
    path = os.path.join(request["cwd"], script or "")
    folder = os.path.dirname(os.path.realpath(path)) if script else path
    try:
        entries = os.listdir(folder)
    except OSError:
        return None
    for entry in sorted(entries):
        name, dot, suffix = entry.partition(".")
        if name in imported and (
            suffix == "py"
            or suffix.endswith("so")
            or (not dot and os.path.exists(os.path.join(folder, entry, "__init__.py")))
        ):
            return (
                f"{os.path.join(folder, entry)} would hide the {name} that the zygote has imported"
            )
    return None


def _keep_finalizers_ours() -> None:
    """Have no child finalize at its exit what these imports made: torch's take it 30 ms."""
    for finalizer in list(getattr(weakref.finalize, "_registry", ())):
        finalizer.atexit = False


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
