"""Tells the sweep of the exception that ends this process, so that it need not guess from a log."""

from __future__ import annotations

import json
import os
import sys

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

_LONGEST_CHAIN = 5
_HALF = 500
"""Characters that are kept of a text's begin and of its end."""


def tell_of_exceptions(attempt_dir: str) -> None:
    """From now on, write down an exception that nobody catches; then it goes the usual way."""
    usual = sys.excepthook

    def hook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        _tell(fault, attempt_dir)
        usual(kind, fault, trace)

    sys.excepthook = hook


def _tell(fault: BaseException, attempt_dir: str) -> None:
    line = json.dumps({"pid": os.getpid(), "chain": _chain(fault)}).encode() + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        fd = os.open(os.path.join(attempt_dir, wire.EXCEPTIONS_FILE), flags, 0o644)
    except OSError:
        return
    try:
        os.write(fd, line)
    except OSError:
        return
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
