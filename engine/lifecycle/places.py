"""Where things that belong to no sweep directory lie: sockets, and the list of known sweeps."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from engine.errors import TunerError

SOCKET_PATH_LIMIT = 107
"""Bytes of a unix socket's path, its end mark left out."""


def state_dir() -> Path:
    """Give the private folder for sockets and the registry, made if need be.

    TUI_TUNER_STATE_DIR, or tui-tuner under XDG_STATE_HOME, or ~/.local/state/tui-tuner; not
    XDG_RUNTIME_DIR, which a logout removes. Raises TunerError.
    """
    chosen = os.environ.get("TUI_TUNER_STATE_DIR")
    if chosen:
        return _private(Path(chosen).absolute())
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return _private(Path(state).expanduser().absolute() / "tui-tuner")


def socket_path(sweep: Path) -> Path:
    """Give the path of a sweep's socket, the same for every name of its directory.

    Where the state folder's path is too long for a socket, a private folder under /tmp serves.
    """
    real = str(sweep.resolve())
    name = hashlib.sha256(os.fsencode(real)).hexdigest()[:16] + ".sock"
    path = state_dir() / name
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    return _private(Path(tempfile.gettempdir(), f"tui-tuner-{os.getuid()}")) / name


def _private(folder: Path) -> Path:
    """Make a folder that is ours alone, or check that it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat() if folder.parent == Path(tempfile.gettempdir()) else folder.stat()
        if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
            raise TunerError(f"{folder} belongs to somebody else: set TUI_TUNER_STATE_DIR")
        if stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise TunerError(
            f"cannot use {folder} ({error.strerror}): set TUI_TUNER_STATE_DIR to a folder of yours"
        ) from None
    return folder
