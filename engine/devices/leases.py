"""Who may use a GPU, among all the sweeps of all the users of a box: one locked file a GPU.

The kernel frees a lease when the last process that holds it is gone, however it went. Besides the
engine, each runner holds the leases of its trial's GPUs, so a GPU stays leased while a trial of a
killed engine lives on it.

A file holds one line of JSON. `owner` says whose it is: the engine and its runners compare it;
`sweep`, `user` and `pid` are for people. It is written under an exclusive lock, which only a file
that nobody holds gives, and then held under a shared one, so that runners can hold it too.

Nobody but its maker and root can remove a file, since the directory is sticky, and what cleans up
by age leaves locked files alone (tmpfiles.d(5)). One that is removed all the same is taken anew by
its engine at the next look, while runners go on to hold the one that is gone: should that engine
die too, their GPU is kept from other sweeps no longer by the lease, but by their trials, which are
seen on it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import pwd
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from engine.text import clean

from .base import Leases

DIRECTORY_VARIABLE = "TUI_TUNER_LEASE_DIR"
SHARED = "shared"
"""The owner that all sweeps write which share GPUs with whoever computes there."""
_RUN_LOCK = Path("/run/lock")
_FALLBACK = Path("/tmp/tui-tuner-leases")
_LONGEST = 4096
_OF_A_FOLDER = (errno.ENOTDIR, errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_NAME_LIMIT = 80


class Owner(Struct, frozen=True, kw_only=True):
    """Whom leases belong to. `id` must differ between sweeps; `sweep` is a name for people."""

    id: str
    sweep: str


def owner_of(directory: Path, created_at: str, *, exclusive: bool) -> Owner:
    """The owner that a sweep is. `created_at` tells sweeps of one path in two containers apart."""
    own = hashlib.sha256(os.fsencode(f"{os.getuid()}:{created_at}:{directory}"))
    return Owner(id=own.hexdigest()[:32] if exclusive else SHARED, sweep=directory.name)


def lease_directory() -> Path:
    """Where the leases of this box lie, the same for all its users: TUI_TUNER_LEASE_DIR, or
    /run/lock/tui-tuner where everybody may write to /run/lock, or /tmp/tui-tuner-leases."""
    if chosen := os.environ.get(DIRECTORY_VARIABLE):
        return Path(chosen).absolute()
    with suppress(OSError):
        if _RUN_LOCK.stat().st_mode & stat.S_IWOTH:
            return _RUN_LOCK / "tui-tuner"
    return _FALLBACK


def lease_file(directory: Path, uuid: str) -> Path:
    """The lease of a GPU."""
    return directory / f"{uuid.replace('/', '_')}.lease"


def whose(directory: Path, uuid: str) -> str | None:
    """Say for a person who holds the lease of a GPU; None: nobody, or it cannot be told.

    It is opened for writing since NFS gives no exclusive lock without.
    """
    try:
        fd = os.open(lease_file(directory, uuid), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        return None if _locked(fd, fcntl.LOCK_EX) else _named(_read(fd))
    except OSError:
        return None
    finally:
        os.close(fd)


class FileLeases(Leases):
    """Leases as locks of files in one directory that all users of the box can write to."""

    def __init__(self, owner: Owner, directory: Path | None = None) -> None:
        self.owner = owner
        self.directory = directory or lease_directory()
        self._held: dict[str, tuple[int, Path]] = {}

    @property
    def held(self) -> frozenset[str]:
        return frozenset(self._held)

    def file(self, uuid: str) -> Path:
        """The lease of a GPU."""
        return lease_file(self.directory, uuid)

    def take(self, uuid: str) -> str | None:
        if uuid in self._held:
            return None
        try:
            fd = self._open(uuid)
        except OSError as error:
            return self._why_not(uuid, error)
        try:
            refusal = self._own(fd)
        except OSError as error:
            refusal = self._why_not(uuid, error)
        file = self.file(uuid)
        if refusal is None and _is_still(fd, file):
            self._held[uuid] = fd, file
            return None
        os.close(fd)
        return refusal or "cannot be leased: its file was removed just now"

    def whose(self, uuid: str) -> str | None:
        return None if uuid in self._held else whose(self.directory, uuid)

    def check(self) -> None:
        for uuid, (fd, file) in list(self._held.items()):
            if not _is_still(fd, file):
                self.give_back(uuid)
                self.take(uuid)

    def give_back(self, uuid: str) -> None:
        if (held := self._held.pop(uuid, None)) is not None:
            os.close(held[0])

    def close(self) -> None:
        for uuid in self.held:
            self.give_back(uuid)

    def _why_not(self, uuid: str, error: OSError) -> str:
        """Name the folder where no GPU can be leased in it, else the file at fault."""
        file = self.file(uuid)
        of_file = os.path.lexists(file) and error.errno not in _OF_A_FOLDER
        named = file if of_file else self.directory
        return f"cannot be leased: {named}: {error.strerror or error}"

    def _open(self, uuid: str) -> int:
        """Open a lease's file, which others may have made; a new one is everybody's to write.

        O_CREAT comes last: the kernel refuses it on somebody else's file in a sticky directory.
        """
        path = self.file(uuid)
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        with suppress(FileNotFoundError):
            return os.open(path, flags)
        _make_directory(self.directory)
        with suppress(FileExistsError):
            fd = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
            os.fchmod(fd, 0o666)
            return fd
        return os.open(path, flags)

    def _own(self, fd: int) -> str | None:
        """Make a file that nobody holds ours, or find that it is; else say whose it is."""
        if _locked(fd, fcntl.LOCK_EX):
            _write(fd, self._line())
        if not _locked(fd, fcntl.LOCK_SH):
            return f"leased by {_named(_read(fd))}"
        told = _read(fd)
        return None if told.get("owner") == self.owner.id else f"leased by {_named(told)}"

    def _line(self) -> bytes:
        told = {
            "owner": self.owner.id,
            "sweep": self.owner.sweep,
            "user": _user(),
            "pid": os.getpid(),
        }
        return json.dumps(told).encode() + b"\n"


def _make_directory(directory: Path) -> None:
    """Make the directory, for everybody to write to and nobody to remove others' files from."""
    try:
        directory.mkdir(parents=True)
    except FileExistsError:
        if directory.is_symlink():
            raise OSError(f"{directory} is a symbolic link") from None
    else:
        directory.chmod(0o1777)


def _locked(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(fd: int, path: Path) -> bool:
    """Whether a path still leads to the file that was opened there."""
    try:
        return os.path.samestat(os.fstat(fd), path.lstat())
    except OSError:
        return False


def _write(fd: int, line: bytes) -> None:
    os.ftruncate(fd, 0)
    os.pwrite(fd, line, 0)


def _read(fd: int) -> dict[str, Any]:
    """What a lease's file says; nothing where that is no line of ours."""
    try:
        told = json.loads(os.pread(fd, _LONGEST, 0))
    except (ValueError, OSError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _named(told: dict[str, Any]) -> str:
    sweep, user = told.get("sweep"), told.get("user")
    if not isinstance(sweep, str) or not isinstance(user, str):
        return "another sweep"
    return f"sweep {clean(sweep, limit=_NAME_LIMIT)} of {clean(user, limit=_NAME_LIMIT)}"


@cache
def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
