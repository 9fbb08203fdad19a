"""Makes the directory of a new sweep: whole, or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.errors import TunerError, UsageError
from engine.sdk_copy import copy_sdk

from .finding import SWEEPS
from .registry import DATABASE, remember

if TYPE_CHECKING:
    from engine.config.load import Loaded

MOST_A_DAY = 10_000


def create_sweep(
    config: Path,
    overrides: Sequence[str] = (),
    *,
    directory: Path | None = None,
    slots: int | None = None,
    loaded: Loaded | None = None,
) -> Path:
    """Make a sweep of a config file and give its directory; no engine is started.

    It becomes `sweeps/<name>-<date>-<n>` under the current directory, or `directory` itself,
    which must be empty. `loaded` saves loading the config again. Raises ConfigError with every
    fault, UsageError for what this version cannot run, TunerError where it cannot be written.
    """
    from engine.config.load import load_config
    from engine.config.support import unsupported

    loaded = loaded or load_config(config, overrides)
    refusals = unsupported(loaded.config)
    if refusals:
        raise UsageError("\n".join(refusals))
    if slots is not None and slots < 1:
        raise UsageError(f"--slots {slots}: at least 1")
    try:
        made = _own(directory) if directory else _make(loaded.config.name)
        with _alone_in(made):
            _check_empty(made)
            _fill_or_undo(made, config, overrides, loaded, slots, keep=directory is not None)
    except OSError as error:
        where = directory or Path(SWEEPS).absolute()
        raise TunerError(f"cannot make a sweep in {where}: {error.strerror}") from None
    remember(made)
    return made


def _make(name: str) -> Path:
    """Make the next numbered directory of today; others may be doing the same."""
    parent = Path(SWEEPS).absolute()
    parent.mkdir(exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60] or "sweep"
    date = time.strftime("%Y%m%d")
    for n in range(1, MOST_A_DAY):
        made = parent / f"{stem}-{date}-{n}"
        try:
            made.mkdir()
        except FileExistsError:
            continue
        return made
    raise TunerError(f"{parent} holds {MOST_A_DAY} sweeps called {stem} of today already")


def _own(directory: Path) -> Path:
    directory = directory.expanduser().absolute()
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Keep whoever makes a sweep in the same directory at the same time waiting."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _check_empty(directory: Path) -> None:
    if (directory / DATABASE).exists():
        name = directory.name
        raise UsageError(
            f"{directory} holds a sweep already: `tui-tuner resume {name}` goes on with it"
        )
    if any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty: a sweep needs a directory of its own")


def _fill_or_undo(
    made: Path,
    path: Path,
    overrides: Sequence[str],
    loaded: Loaded,
    slots: int | None,
    *,
    keep: bool,
) -> None:
    try:
        _fill(made, path, overrides, loaded, slots)
    except BaseException:
        _undo(made, keep=keep)
        raise


def _fill(
    made: Path, path: Path, overrides: Sequence[str], loaded: Loaded, slots: int | None
) -> None:
    from engine.config.copying import write_copy
    from engine.store.base import Batch
    from engine.store.sqlite import SqliteStore

    write_copy(path.absolute(), loaded.source, overrides, made / "sweep.yaml")
    copy_sdk(made)
    (made / "trials").mkdir()
    store = SqliteStore.create(made / DATABASE)
    try:
        meta = {
            "name": loaded.config.name,
            "config": msgspec.json.encode(loaded.config).decode(),
            "created_at": repr(time.time()),
        }
        if slots is not None:
            meta["slots"] = str(slots)
        store.write(Batch(meta=meta))
    finally:
        store.close()


def _undo(made: Path, *, keep: bool) -> None:
    """Leave nothing half-made behind; a directory the user made stays, empty."""
    if not keep:
        shutil.rmtree(made, ignore_errors=True)
        return
    for entry in made.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
