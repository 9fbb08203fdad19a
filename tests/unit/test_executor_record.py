"""The files that decide who runs an attempt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.executors import aftermath, procfs, record


def test_the_lock_has_one_holder_at_a_time(tmp_path: Path) -> None:
    lock = record.take_lock(str(tmp_path))
    assert lock is not None
    assert record.take_lock(str(tmp_path)) is None
    os.close(lock)
    again = record.take_lock(str(tmp_path))
    assert again is not None
    os.close(again)


def test_the_claim_has_one_creator(tmp_path: Path) -> None:
    assert record.create_claim(str(tmp_path), {"pid": 1})
    assert not record.create_claim(str(tmp_path), {"pid": 2})
    assert record.read_claim(str(tmp_path)) == {"pid": 1}


def test_a_result_is_unseen_until_it_is_published(tmp_path: Path) -> None:
    written = record.write_exit(str(tmp_path), {"code": 0})
    assert record.read_exit(str(tmp_path)) == {}
    record.publish_exit(written)
    assert record.read_exit(str(tmp_path)) == {"code": 0}


def test_a_recycled_pid_is_no_claimant() -> None:
    pid = os.getpid()
    claim = {"pid": pid, "start_time": procfs.start_time(pid), "boot_id": procfs.boot_id()}
    assert aftermath.is_claimant(claim)
    assert not aftermath.is_claimant(claim | {"start_time": 1})
    assert not aftermath.is_claimant(claim | {"boot_id": "another"})
    assert not aftermath.is_claimant({})


@pytest.mark.parametrize(
    ("output", "tail"),
    [
        ("", ""),
        ("one\n", "one"),
        ("no end", "no end"),
        ("a\r\nb\r\n", "a\nb"),
        ("0%\r50%\r100%\r\n", "100%"),
        ("\n".join(map(str, range(50))), "\n".join(map(str, range(30, 50)))),
    ],
)
def test_the_tail_is_what_a_person_would_have_seen_last(
    output: str, tail: str, tmp_path: Path
) -> None:
    (tmp_path / "output.log").write_bytes(output.encode())
    assert aftermath.read_tail(tmp_path / "output.log") == tail


def test_a_missing_output_has_no_tail(tmp_path: Path) -> None:
    assert aftermath.read_tail(tmp_path / "output.log") == ""
