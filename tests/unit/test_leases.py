"""Leases of GPUs: one owner among all sweeps, whatever dies, and whatever befalls the files."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.devices.leases import SHARED, FileLeases, Owner, lease_directory, owner_of, whose

GPU = "GPU-0000"
HOLDER = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "leases"


@contextmanager
def leases(folder: Path, sweep: str, id: str | None = None) -> Iterator[FileLeases]:
    """The leases of a sweep's engine, until it goes."""
    engine = FileLeases(Owner(id=id or sweep, sweep=sweep), folder)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def runner(lease: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds a lease as a runner does."""
    command = [sys.executable, "-c", HOLDER, str(lease)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_one_of_two_sweeps_gets_a_gpu_and_the_other_is_told_whose_it_is(folder: Path) -> None:
    with leases(folder, "digits") as one, leases(folder, "letters") as other:
        assert one.take(GPU) is None
        assert one.take(GPU) is None
        refusal = other.take(GPU)
        assert refusal is not None
        assert refusal.startswith("leased by sweep digits of ")
        assert one.held == {GPU}
        assert other.held == frozenset()
        one.give_back(GPU)
        assert other.take(GPU) is None


def test_what_a_killed_engine_held_is_free_once_its_last_runner_is_gone(folder: Path) -> None:
    with leases(folder, "digits") as engine:
        engine.take(GPU)
        with leases(folder, "letters") as other, runner(engine.file(GPU)) as process:
            engine.close()
            assert other.take(GPU) is not None
            process.kill()
            process.wait()
            assert other.take(GPU) is None


def test_an_engine_that_comes_back_has_what_its_runner_kept(folder: Path) -> None:
    with leases(folder, "digits") as before:
        before.take(GPU)
        with runner(before.file(GPU)):
            before.close()
            with leases(folder, "digits") as after, leases(folder, "letters") as other:
                assert other.take(GPU) is not None
                assert after.take(GPU) is None
                assert other.take(GPU) is not None


def test_a_file_is_written_for_all_users_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0o077)
    try:
        with leases(folder, "digits") as engine:
            engine.take(GPU)
            assert stat.S_IMODE(engine.file(GPU).stat().st_mode) == 0o666
            assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
    finally:
        os.umask(before)


def test_a_file_is_opened_before_it_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel refuses O_CREAT on another user's file in a sticky directory."""
    with leases(folder, "digits") as engine:
        engine.take(GPU)
    opened = []
    real = os.open

    def watched(path: str, flags: int, mode: int = 0o777) -> int:
        opened.append(flags)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", watched)
    with leases(folder, "letters") as other:
        assert other.take(GPU) is None
    assert opened
    assert not any(flags & os.O_CREAT for flags in opened)


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path.mkdir(), lambda path: path.symlink_to("/dev/null")],
    ids=["a directory", "a link"],
)
def test_what_is_no_file_gives_no_lease_and_says_where_it_lies(folder: Path, spoil) -> None:
    folder.mkdir()
    with leases(folder, "digits") as engine:
        spoil(engine.file(GPU))
        refusal = engine.take(GPU)
        assert refusal is not None
        assert refusal.startswith(f"cannot be leased: {engine.file(GPU)}: ")


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "leases").write_text("")
    with leases(tmp_path / "leases", "digits") as engine:
        refusal = f"cannot be leased: {tmp_path / 'leases'}: Not a directory"
        assert [engine.take(gpu) for gpu in (GPU, "GPU-2")] == [refusal, refusal]


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe{", b"[1]", b'{"owner": 3}', b'{"owner":', b"[" * 4096]
)
def test_a_held_file_that_says_nothing_of_ours_is_another_s(folder: Path, text: bytes) -> None:
    with leases(folder, "digits") as engine:
        engine.take(GPU)
        path = engine.file(GPU)
    path.write_bytes(text)
    with runner(path), leases(folder, "digits") as engine:
        assert engine.take(GPU) == "leased by another sweep"


def test_hostile_names_are_made_harmless(folder: Path) -> None:
    with leases(folder, "a\x1b]52;c;AAAA\x07b", id="x") as hostile:
        hostile.take(GPU)
        with leases(folder, "digits") as engine:
            refusal = engine.take(GPU) or ""
    assert "\x1b" not in refusal
    assert "\x07" not in refusal


def test_a_file_that_was_removed_is_noticed_and_made_anew(folder: Path) -> None:
    with leases(folder, "digits") as engine, leases(folder, "letters") as other:
        engine.take(GPU)
        engine.file(GPU).unlink()
        engine.check()
        assert engine.held == {GPU}
        assert other.take(GPU) is not None


def test_a_lease_is_lost_where_another_was_quicker_to_make_the_file_anew(folder: Path) -> None:
    with leases(folder, "digits") as engine, leases(folder, "letters") as other:
        engine.take(GPU)
        engine.file(GPU).unlink()
        assert other.take(GPU) is None
        engine.check()
        assert engine.held == frozenset()


def test_a_lock_that_is_another_s_for_a_moment_is_left_alone(folder: Path) -> None:
    """Whoever owns a file writes its line under an exclusive lock."""
    with leases(folder, "digits") as engine:
        engine.take(GPU)
        engine.give_back(GPU)
        fd = os.open(engine.file(GPU), os.O_RDWR)
        fcntl.flock(fd, fcntl.LOCK_EX)
        assert engine.take(GPU) is not None
        os.close(fd)
        assert engine.take(GPU) is None


def test_sweeps_that_share_a_gpu_share_its_lease(folder: Path) -> None:
    with leases(folder, "a", id=SHARED) as one, leases(folder, "b", id=SHARED) as other:
        assert one.take(GPU) is None
        assert other.take(GPU) is None
        with leases(folder, "c") as alone:
            assert alone.take(GPU) is not None


def test_an_owner_differs_between_sweeps_of_one_name(tmp_path: Path) -> None:
    one = owner_of(tmp_path / "sweep", "1.0", exclusive=True)
    assert one == owner_of(tmp_path / "sweep", "1.0", exclusive=True)
    assert one != owner_of(tmp_path / "sweep", "2.0", exclusive=True)
    assert owner_of(tmp_path, "1.0", exclusive=False).id == SHARED


def test_a_lease_says_who_has_it_while_somebody_has(folder: Path) -> None:
    assert whose(folder, GPU) is None
    with leases(folder, "digits") as engine:
        engine.take(GPU)
        assert (whose(folder, GPU) or "").startswith("sweep digits of ")
        told = json.loads(engine.file(GPU).read_text())
        assert told["owner"] == "digits"
        assert told["pid"] == os.getpid()
    assert whose(folder, GPU) is None


def test_who_holds_a_lease_is_told_on_nfs_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def as_nfs_does(fd: int, kind: int) -> None:
        is_read_only = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
        if kind & fcntl.LOCK_EX and is_read_only:
            raise OSError(errno.EBADF, "Bad file descriptor")
        lock(fd, kind)

    leases = FileLeases(Owner(id="digits", sweep="digits"), folder)
    assert leases.take("GPU-0") is None
    monkeypatch.setattr(fcntl, "flock", as_nfs_does)
    assert (whose(folder, "GPU-0") or "").startswith("sweep digits of ")
    leases.close()
    assert whose(folder, "GPU-0") is None


def test_nobody_is_named_where_there_are_no_locks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(fd: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    folder.mkdir(exist_ok=True)
    (folder / "GPU-0.lease").touch()
    monkeypatch.setattr(fcntl, "flock", refused)
    assert whose(folder, "GPU-0") is None
    refusal = FileLeases(Owner(id="digits", sweep="digits"), folder).take("GPU-0")
    assert (refusal or "").endswith("GPU-0.lease: No locks available")


def test_the_directory_is_the_one_that_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_LEASE_DIR", "/somewhere")
    assert lease_directory() == Path("/somewhere")
    monkeypatch.delenv("TUI_TUNER_LEASE_DIR")
    assert lease_directory() in (Path("/run/lock/tui-tuner"), Path("/tmp/tui-tuner-leases"))
