"""Writes a file whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from engine.errors import TunerError, UsageError
from engine.text import clean


def write_out(content: str | bytes, out: Path, *, force: bool) -> None:
    """Write text (as UTF-8) or bytes to a path, or to the standard output for '-'.

    Raises UsageError where there is something already, unless `force` is set; TunerError where it
    cannot be written.
    """
    if str(out) == "-":
        sys.stdout.write(content if isinstance(content, str) else content.decode())
        return
    check_out(out, force=force)
    try:
        _replace(content if isinstance(content, bytes) else content.encode(), out)
    except OSError as error:
        raise TunerError(f"cannot write {clean(str(out))}: {error.strerror}") from None


def check_out(out: Path, *, force: bool) -> None:
    """Raise UsageError where `write_out` would, before anything is made to be written."""
    if str(out) == "-":
        return
    shown = clean(str(out))
    if out.is_dir():
        raise UsageError(f"{shown} is a directory: name a file")
    if out.exists() and not force:
        raise UsageError(f"{shown} exists already; --force overwrites it")


def _replace(data: bytes, out: Path) -> None:
    descriptor, draft = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), 0o666 & ~_umask())
        os.replace(draft, out)
    except BaseException:
        os.unlink(draft)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
