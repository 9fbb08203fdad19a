"""The last exception of a process that ran a script, told to whoever asks how its attempt ended.

The SDK tells the same in `tui_tuner.sdk.last_exception`, for processes that no zygote forked.
Standard library only, Python 3.8 syntax: this file also runs in the trials' interpreters.
"""

from __future__ import annotations

import json
import os
from typing import Any

FILE = "exceptions.jsonl"
_LONGEST_CHAIN = 5
_HALF = 500
"""Characters that are kept of a text's begin and of its end."""


def tell(fault: BaseException, attempt_dir: str) -> None:
    """Append a line on an exception and its causes to the attempt's file; never raises for I/O."""
    line = json.dumps({"pid": os.getpid(), "chain": _chain(fault)}).encode() + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        fd = os.open(os.path.join(attempt_dir, FILE), flags, 0o644)
    except OSError:
        return
    try:
        os.write(fd, line)
    except OSError:
        pass
    finally:
        os.close(fd)


def _chain(fault: BaseException) -> list[dict[str, Any]]:
    """The exception and what it was raised from, each with the names of its types."""
    chain: list[dict[str, Any]] = []
    cause: BaseException | None = fault
    while cause is not None and len(chain) < _LONGEST_CHAIN:
        chain.append(_described(cause))
        cause = cause.__cause__
    return chain


def _described(fault: BaseException) -> dict[str, Any]:
    types = ["%s.%s" % (kind.__module__, kind.__qualname__) for kind in type(fault).__mro__]
    try:
        text = str(fault)
    except Exception:  # noqa: BLE001 - the script's own exception
        text = ""
    if len(text) > 2 * _HALF:
        text = text[:_HALF] + "\n" + text[-_HALF:]
    return {"types": types, "text": text}
