"""One thread follows the files of many attempts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from engine.ingest.base import Harvest
from engine.ingest.tail import Tail
from engine.ingest.tailer import Tailer


class Inbox:
    """Collects what a tailer hands on, and can be waited for."""

    def __init__(self) -> None:
        self.harvests: list[Harvest] = []
        self._arrived = threading.Condition()

    def take(self, batch: list[Harvest]) -> None:
        with self._arrived:
            self.harvests += batch
            self._arrived.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._arrived:
            assert self._arrived.wait_for(condition, timeout=10)

    def steps(self, trial: int) -> list[int]:
        return [r.step for h in self.harvests if h.trial == trial for r in h.reports]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def tailer(inbox: Inbox) -> Iterator[Tailer]:
    made = Tailer(inbox.take)
    made.start()
    yield made
    made.close()


def report(folder: Path, *steps: int) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / "reports.jsonl").open("ab") as file:
        file.write(b"".join(b'{"step":%d,"metrics":{"a":1}}\n' % step for step in steps))


def test_reports_of_many_attempts_arrive_in_order(
    tmp_path: Path, inbox: Inbox, tailer: Tailer
) -> None:
    for trial in range(20):
        tailer.add(Tail(trial, 1, tmp_path / str(trial)))
    for step in range(1, 11):
        for trial in range(20):
            report(tmp_path / str(trial), step)
    inbox.wait_for(lambda: sum(len(h.reports) for h in inbox.harvests) == 200)
    for trial in range(20):
        assert inbox.steps(trial) == list(range(1, 11))


def test_the_end_of_an_attempt_comes_after_all_that_was_found_before(
    tmp_path: Path, inbox: Inbox, tailer: Tailer
) -> None:
    tailer.add(Tail(1, 1, tmp_path))
    for step in range(1, 2001):
        report(tmp_path, step)
    with (tmp_path / "reports.jsonl").open("ab") as file:
        file.write(b'{"step":2001,"metrics":{"a":1}}')
    inbox.take(tailer.poll_final(1, 1))
    assert inbox.steps(1) == list(range(1, 2002))
    report(tmp_path, 2002)
    assert tailer.poll_final(1, 1) == []


def test_an_attempt_can_be_read_at_once(tmp_path: Path, inbox: Inbox, tailer: Tailer) -> None:
    tailer.add(Tail(1, 1, tmp_path))
    report(tmp_path, 1, 2, 3)
    inbox.take(tailer.poll_now(1, 1))
    assert inbox.steps(1) == [1, 2, 3]
    report(tmp_path, 4)
    inbox.wait_for(lambda: inbox.steps(1) == [1, 2, 3, 4])


def test_a_removed_attempt_is_followed_no_more(tmp_path: Path, tailer: Tailer) -> None:
    tailer.add(Tail(1, 1, tmp_path))
    tailer.remove(1, 1)
    tailer.remove(9, 9)
    report(tmp_path, 1)
    assert tailer.poll_now(1, 1) == []


def test_a_receiver_that_fails_does_not_end_the_following(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox()
    failing = threading.Event()

    def receive(batch: list[Harvest]) -> None:
        if not failing.is_set():
            failing.set()
            raise RuntimeError("the loop is closed")
        inbox.take(batch)

    tailer = Tailer(receive)
    tailer.start()
    tailer.add(Tail(1, 1, tmp_path))
    report(tmp_path, 1)
    assert failing.wait(10)
    report(tmp_path, 2)
    inbox.wait_for(lambda: inbox.steps(1) == [2])
    tailer.close()
    assert "were not taken" in caplog.text


def test_closing_does_not_wait_for_ever_for_a_receiver_that_waits_for_the_closer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.ingest.tailer.CLOSE_S", 0.05)
    received, closed = threading.Event(), threading.Event()

    def receive(batch: list[Harvest]) -> None:
        received.set()
        assert closed.wait(10)

    tailer = Tailer(receive)
    tailer.start()
    tailer.add(Tail(1, 1, tmp_path))
    report(tmp_path, 1)
    assert received.wait(10)
    tailer.close()
    closed.set()


def test_many_lines_of_many_trials_are_read_to_the_last(tmp_path: Path) -> None:
    line = b'{"step":%d,"at":1740000000.123,"metrics":{"val_acc":0.91,"val_loss":0.31}}\n'
    data = b"".join(line % step for step in range(2000))
    tails = []
    for trial in range(32):
        (tmp_path / str(trial)).mkdir()
        (tmp_path / str(trial) / "reports.jsonl").write_bytes(data)
        tails.append(Tail(trial, 1, tmp_path / str(trial)))
    found = 0
    for tail in tails:
        while harvest := tail.poll(0.0):
            found += len(harvest.reports)
    assert found == 64_000


def test_what_is_much_is_handed_on_before_the_end_is_told(tmp_path: Path, inbox: Inbox) -> None:
    tailer = Tailer(inbox.take)
    tailer.add(Tail(1, 1, tmp_path))
    report(tmp_path, *range(1, 40_001))
    last = [r.step for harvest in tailer.poll_final(1, 1) for r in harvest.reports]
    assert len(last) < 15_000
    assert inbox.steps(1) + last == list(range(1, 40_001))


def test_an_end_that_cannot_be_told_whole_is_not_told(tmp_path: Path) -> None:
    tailer = Tailer(lambda batch: pytest.fail("nothing is handed on any more"))
    tailer.add(Tail(1, 1, tmp_path))
    report(tmp_path, *range(1, 40_001))
    tailer.close()
    with pytest.raises(CancelledError):
        tailer.poll_final(1, 1)
