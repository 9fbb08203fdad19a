"""The Python that runs the training script: whether its torch sees the GPUs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.config.interpreter import active_python, resolve_interpreter, resolve_program
from engine.errors import ConfigError
from engine.text import clean

from .check import Check, fault, ok, warn

ANSWER_S = 60.0
CONFIG = "sweep.yaml"
_ASK = """
import json, platform, sys
told = {"python": platform.python_version()}
try:
    import torch
    told["torch"] = str(torch.__version__)
    told["built_for"] = torch.version.cuda or getattr(torch.version, "hip", None)
    told["devices"] = torch.cuda.device_count() if torch.cuda.is_available() else 0
except ImportError:
    pass
except Exception as error:
    told["error"] = "%s: %s" % (type(error).__name__, str(error).split("\\n")[0])
sys.stdout.write("\\n" + json.dumps(told) + "\\n")
"""
_ADVICE = "install a build for CUDA: https://pytorch.org/get-started/locally"


class Told(Struct, frozen=True):
    """What an interpreter says of its torch."""

    python: str
    torch: str | None = None
    built_for: str | None = None
    devices: int = 0
    error: str | None = None


def script(python: str | None, gpus: int, environ: Mapping[str, str]) -> Iterator[Check]:
    """Ask an interpreter for its torch, which may take its time; `gpus` are in the box."""
    interpreter = resolve_program(python, os.getcwd(), environ) if python else found(environ)
    name = clean(interpreter, limit=200)
    told = ask(interpreter)
    if isinstance(told, str):
        yield fault("script", f"{name} {told}", "say which Python: --script-python")
        return
    head = f"Python {clean(told.python, limit=40)}, {name}"
    if told.error is not None:
        yield fault("script", f"{head}: torch fails: {clean(told.error, limit=300)}")
    elif told.torch is None:
        yield ok("script", f"{head}: has no torch")
    else:
        yield _torch(f"{head}, torch {clean(told.torch, limit=60)}", told, gpus)


def found(environ: Mapping[str, str]) -> str:
    """The interpreter of the config that lies here, or that a config would get."""
    if Path(CONFIG).is_file():
        from engine.config.load import load_config

        try:
            config = load_config(Path(CONFIG)).config
        except ConfigError:
            pass
        else:
            return resolve_interpreter(config, environ, sys.executable)
    return active_python(environ) or sys.executable


def ask(interpreter: str, within_s: float = ANSWER_S) -> Told | str:
    """Have an interpreter import torch, in a process of its own; a sentence's end if it fails."""
    try:
        ran = subprocess.run(
            [interpreter, "-c", _ASK],
            capture_output=True,
            timeout=within_s,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        return f"cannot be run: {error.strerror}"
    except subprocess.TimeoutExpired:
        return f"did not answer within {within_s:.0f} s"
    lines = ran.stdout.splitlines()
    try:
        return msgspec.json.decode(lines[-1] if lines else b"", type=Told)
    except msgspec.MsgspecError:
        return "is no Python, or a broken one"


def _torch(text: str, told: Told, gpus: int) -> Check:
    if told.devices:
        return ok("script", f"{text}: sees {told.devices} GPU{'s' if told.devices > 1 else ''}")
    if not gpus:
        return ok("script", f"{text}: no GPU to see")
    if told.built_for is None:
        return fault("script", f"{text} is built for the CPU alone", _ADVICE)
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    if hidden:
        return warn("script", f"{text}: CUDA_VISIBLE_DEVICES hides all GPUs", "unset it")
    advice = "its CUDA may be newer than the driver: update the driver, or take an older torch"
    return fault("script", f"{text}, built for {told.built_for}: sees no GPU", advice)
