"""Which disks a sweep may lie on."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.store.filesystem import filesystem_type, floor_bytes, refuse_network
from engine.store.sqlite import SqliteStore

MOUNTS = r"""
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:44 / /net rw,relatime shared:1 - nfs4 server:/export rw,vers=4.2
24 22 0:45 / /net/local rw,relatime - xfs /dev/sdb rw
25 22 0:46 / /mnt/my\040share rw - fuse.sshfs me@box:/ rw
26 22 0:47 / /over rw - ext4 /dev/sdc rw
27 22 0:48 / /over rw - cifs //server/share rw
garbage
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    return table


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/ada", "ext4"),
        ("/net", "nfs4"),
        ("/net/sweeps/a", "nfs4"),
        ("/network", "ext4"),
        ("/net/local/sweeps", "xfs"),
        ("/mnt/my share/x", "fuse.sshfs"),
        ("/over/x", "cifs"),
    ],
)
def test_the_innermost_and_latest_mount_tells_the_type(
    folder: str, kind: str, mounts: Path
) -> None:
    assert filesystem_type(Path(folder), mounts) == kind


def test_a_network_filesystem_is_refused_with_the_way_out(mounts: Path) -> None:
    with pytest.raises(StoreError, match=r"/net/x is on a network filesystem \(nfs4\).*--dir"):
        refuse_network(Path("/net/x"), mounts)
    refuse_network(Path("/net/local"), mounts)


def test_a_person_may_insist(mounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_ALLOW_NETWORK_FS", "1")
    refuse_network(Path("/net/x"), mounts)


def test_a_sandbox_whose_whole_disk_is_9p_is_no_network(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text("22 1 0:1 / / rw - 9p none rw\n23 22 0:2 / /mnt/c rw - 9p drvfs rw\n")
    refuse_network(Path("/root"), table)
    with pytest.raises(StoreError, match="9p"):
        refuse_network(Path("/mnt/c/sweeps"), table)


def test_where_mounts_are_not_listed_nothing_is_refused(tmp_path: Path) -> None:
    refuse_network(tmp_path, tmp_path / "nowhere")


@pytest.mark.parametrize("act", [SqliteStore.create, SqliteStore.open])
def test_neither_a_new_nor_an_old_sweep_is_written_there(
    act, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sweep.db"
    if act == SqliteStore.open:
        SqliteStore.create(path).close()
    monkeypatch.setattr("engine.store.filesystem.NETWORK_TYPES", {filesystem_type(tmp_path)})
    with pytest.raises(StoreError, match="network filesystem"):
        act(path)


@pytest.mark.parametrize(("text", "floor"), [("", 64_000_000), ("1.5", 1_500_000), ("-3", 0)])
def test_the_floor_is_given_in_megabytes(
    text: str, floor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", text)
    assert floor_bytes() == floor


@pytest.mark.parametrize("text", ["much", "nan", "inf"])
def test_a_floor_that_is_no_number_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_DISK_FLOOR_MB", text)
    with pytest.raises(StoreError, match="TUI_TUNER_DISK_FLOOR_MB"):
        floor_bytes()
