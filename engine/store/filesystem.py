"""What the store must know of the disk under it: whether it is a network's, and how full it is."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import StoreError

ALLOW_NETWORK = "TUI_TUNER_ALLOW_NETWORK_FS"
FLOOR = "TUI_TUNER_DISK_FLOOR_MB"
DEFAULT_FLOOR_MB = 64

_KERNEL = ("9p", "afs", "beegfs", "ceph", "cifs", "coda", "glusterfs", "gpfs", "lustre")
_KERNEL_TOO = ("ncpfs", "nfs", "nfs4", "orangefs", "panfs", "smb3", "smbfs")
_FUSE = ("ceph", "gcsfuse", "glusterfs", "juicefs", "rclone", "s3fs", "sshfs")
NETWORK_TYPES = frozenset([*_KERNEL, *_KERNEL_TOO, *(f"fuse.{name}" for name in _FUSE)])

MOUNTS = Path("/proc/self/mountinfo")


def require_file(path: Path) -> None:
    """Raise StoreError where there is no file, or it may not be looked at."""
    try:
        found = path.is_file()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if not found:
        raise StoreError(f"there is no sweep database at {path}")


def refuse_network(directory: Path, mounts: Path = MOUNTS) -> None:
    """Raise StoreError where the directory lies on a network filesystem.

    SQLite's write-ahead log needs shared memory and honest locks, which these do not give.
    """
    if os.environ.get(ALLOW_NETWORK) == "1":
        return
    kind = filesystem_type(directory, mounts)
    if kind in NETWORK_TYPES:
        raise StoreError(
            f"{directory} is on a network filesystem ({kind}), where a database can be damaged: "
            f"put the sweep on a local disk with --dir, or set {ALLOW_NETWORK}=1 to use it anyway"
        )


def filesystem_type(directory: Path, mounts: Path = MOUNTS) -> str | None:
    """Give the type of the filesystem that holds the directory; None where it cannot be told.

    A 9p root is a sandbox's own disk, not a network's, and counts as unknown.
    """
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return None
    target = os.fsencode(directory.resolve())
    longest, found = b"", None
    for line in lines:
        point, kind = _mount(line)
        if len(point) >= len(longest) and _holds(point, target):
            longest, found = point, kind
    return None if (longest, found) == (b"/", "9p") else found


def free_bytes(directory: Path) -> int:
    """Give the bytes an ordinary user may still write to the directory's filesystem."""
    room = os.statvfs(directory)
    return room.f_bavail * room.f_frsize


def free_files(directory: Path) -> int | None:
    """Give how many files may still be made there; None where the filesystem sets no number."""
    room = os.statvfs(directory)
    return room.f_favail if room.f_files else None


def floor_bytes() -> int:
    """Give the free space below which a sweep starts nothing more, from TUI_TUNER_DISK_FLOOR_MB."""
    text = os.environ.get(FLOOR, "")
    try:
        megabytes = float(text) if text else DEFAULT_FLOOR_MB
        return max(0, int(megabytes * 1_000_000))
    except (ValueError, OverflowError):
        raise StoreError(f"{FLOOR}={text!r} is no number of megabytes") from None


def _mount(line: bytes) -> tuple[bytes, str]:
    """Read a line's mount point and type: '... root point options [tags] - type source ...'."""
    before, _, after = line.partition(b" - ")
    fields = before.split()
    if len(fields) < 5 or not after:
        return b"", ""
    return _unescaped(fields[4]), after.split()[0].decode("ascii", "replace")


def _unescaped(point: bytes) -> bytes:
    for code, char in ((rb"\040", b" "), (rb"\011", b"\t"), (rb"\012", b"\n"), (rb"\134", b"\\")):
        point = point.replace(code, char)
    return point


def _holds(point: bytes, target: bytes) -> bool:
    return bool(point) and (point == target or target.startswith(point.rstrip(b"/") + b"/"))
