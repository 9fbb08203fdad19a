"""The three standard streams, where whoever started this closed some of them."""

from __future__ import annotations

import os
import sys

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def fill_gaps() -> None:
    """Put the null device where a standard stream is closed.

    The next file that is opened would take its number: a database that errors are written to.
    """
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            stream = os.fdopen(os.open(os.devnull, os.O_RDWR), mode, errors="replace")
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
