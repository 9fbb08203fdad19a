"""A tail reads what an attempt's files hold, whole lines only, and remembers how far."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from engine.core.model import Report
from engine.ingest.base import Harvest
from engine.ingest.cursor import CHUNK, MAX_LINE, MAX_REDRAWN
from engine.ingest.patterns import compile_pattern
from engine.ingest.tail import Tail

NOW = 1_750_000_000.0


def line(step: int) -> bytes:
    return b'{"step":%d,"at":1740000000.0,"metrics":{"loss":0.5}}\n' % step


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def drain(tail: Tail) -> list[Harvest]:
    found = []
    while True:
        harvest = tail.poll_final(NOW)
        if harvest is not None:
            found.append(harvest)
        if not tail.more:
            return found


def steps(harvests: list[Harvest]) -> list[int]:
    return [report.step for harvest in harvests for report in harvest.reports]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports.jsonl"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output.log"


def test_before_the_files_exist_there_is_nothing(tmp_path: Path) -> None:
    tail = Tail(1, 1, tmp_path)
    assert tail.poll(NOW) is None
    assert tail.poll_final(NOW) is None


def test_a_line_is_taken_once_and_only_when_it_is_whole(tmp_path: Path, reports: Path) -> None:
    tail = Tail(7, 2, tmp_path)
    append(reports, line(1) + line(2)[:20])
    first = tail.poll(NOW)
    assert first is not None
    assert (first.trial, first.attempt) == (7, 2)
    assert steps([first]) == [1]
    assert first.offsets == {"reports.jsonl": len(line(1))}
    assert tail.poll(NOW) is None
    append(reports, line(2)[20:])
    second = tail.poll(NOW)
    assert second is not None
    assert steps([second]) == [2]
    assert tail.poll(NOW) is None


def test_however_the_writes_are_cut_every_line_arrives_once_in_order(
    tmp_path: Path, reports: Path
) -> None:
    data = b"".join(line(step) for step in range(200))
    chance = random.Random(0)
    found: list[Harvest] = []
    tail, at = Tail(1, 1, tmp_path), 0
    while at < len(data):
        size = chance.randrange(1, 200)
        append(reports, data[at : at + size])
        at += size
        if chance.random() < 0.2:  # the engine died: go on from the last stored offsets
            tail = Tail(1, 1, tmp_path, offsets=found[-1].offsets if found else {})
        harvest = tail.poll(NOW)
        found += [harvest] if harvest else []
    assert steps(found) == list(range(200))
    assert sum(harvest.rejected for harvest in found) == 0


def test_a_torn_line_is_counted_and_never_glued_to_the_next(tmp_path: Path, reports: Path) -> None:
    append(reports, line(1) + line(2)[:30] + b"\n" + line(3) + b"\n\n" + line(4))
    (found,) = drain(Tail(1, 1, tmp_path))
    assert steps([found]) == [1, 3, 4]
    assert found.rejected == 1
    assert "not a line of JSON" in (found.complaint or "")


def test_a_large_file_is_read_in_chunks(tmp_path: Path, reports: Path) -> None:
    count = 3 * CHUNK // len(line(100000))
    append(reports, b"".join(line(100000 + step) for step in range(count)))
    tail = Tail(1, 1, tmp_path)
    assert tail.poll(NOW) is not None
    assert tail.more
    assert len(steps(drain(tail))) < count
    assert not tail.more
    assert steps(drain(Tail(1, 1, tmp_path))) == [100000 + step for step in range(count)]


def test_the_end_of_an_attempt_takes_the_line_that_nothing_ends(
    tmp_path: Path, reports: Path, output: Path
) -> None:
    append(reports, line(1) + line(2).rstrip())
    append(output, b"acc 0.5\nacc 0.75")
    tail = Tail(1, 1, tmp_path, patterns=[compile_pattern(r"acc (?P<acc>\S+)")])
    (found,) = drain(tail)
    assert found.reports == (
        Report(1, 1740000000.0, {"loss": 0.5}),
        Report(1, NOW, {"acc": 0.5}),
        Report(2, 1740000000.0, {"loss": 0.5}),
        Report(2, NOW, {"acc": 0.75}),
    )
    assert found.offsets["reports.jsonl"] == reports.stat().st_size
    assert tail.poll_final(NOW) is None


def test_a_torn_end_is_complained_of(tmp_path: Path, reports: Path) -> None:
    append(reports, line(1) + line(2)[:25])
    (found,) = drain(Tail(1, 1, tmp_path))
    assert steps([found]) == [1]
    assert found.rejected == 1


@pytest.mark.parametrize("length", [CHUNK, CHUNK + 1, MAX_LINE - 1])
def test_a_long_line_is_read(tmp_path: Path, reports: Path, length: int) -> None:
    long = b'{"step":2,"metrics":{"loss":1},"pad":"%s"}\n'
    append(reports, line(1) + long % (b"x" * (length - len(long))) + line(3))
    assert steps(drain(Tail(1, 1, tmp_path))) == [1, 2, 3]


@pytest.mark.parametrize("length", [MAX_LINE + 1, 3 * MAX_LINE, 3 * MAX_LINE + CHUNK])
def test_a_line_over_a_megabyte_is_skipped_and_counted(
    tmp_path: Path, reports: Path, length: int
) -> None:
    append(reports, line(1) + b"x" * length)
    tail = Tail(1, 1, tmp_path)
    found = [tail.poll(NOW)]
    while tail.more:
        found.append(tail.poll(NOW))
    append(reports, b"\n" + line(3))
    found += drain(tail)
    harvests = [harvest for harvest in found if harvest is not None]
    assert steps(harvests) == [1, 3]
    assert sum(harvest.rejected for harvest in harvests) == 1
    assert harvests[-1].offsets == {"reports.jsonl": reports.stat().st_size}


def test_an_engine_that_dies_amid_an_overlong_line_reads_no_fragment_of_it(
    tmp_path: Path, reports: Path
) -> None:
    append(reports, line(1) + b"x" * (2 * MAX_LINE) + line(99))
    tail = Tail(1, 1, tmp_path)
    first = tail.poll(NOW)
    assert first is not None
    tail.poll(NOW)
    append(reports, line(3))
    assert steps([first, *drain(Tail(1, 1, tmp_path, offsets=first.offsets))]) == [1, 3]


def test_a_file_that_became_shorter_is_read_again_and_said(tmp_path: Path, reports: Path) -> None:
    append(reports, line(1) + line(2) + line(3))
    tail = Tail(1, 1, tmp_path)
    assert tail.poll(NOW) is not None
    reports.write_bytes(line(9))
    found = tail.poll(NOW)
    assert found is not None
    assert steps([found]) == [9]
    assert found.rejected == 1
    assert "became shorter" in (found.complaint or "")


def test_a_replaced_file_is_read_from_its_start(tmp_path: Path, reports: Path) -> None:
    append(reports, line(1))
    tail = Tail(1, 1, tmp_path)
    assert tail.poll(NOW) is not None
    other = tmp_path / "other"
    other.write_bytes(line(7) + line(8))
    other.replace(reports)
    found = tail.poll(NOW)
    assert found is not None
    assert steps([found]) == [7, 8]


def test_counted_matches_go_on_after_a_restart(tmp_path: Path, output: Path) -> None:
    patterns = [compile_pattern(r"acc (?P<acc>\S+)"), compile_pattern(r"loss (?P<loss>\S+)")]
    append(output, b"acc 1\nacc 2\nloss 9\n")
    first = Tail(1, 1, tmp_path, patterns=patterns).poll(NOW)
    assert first is not None
    assert first.offsets == {"output.log": 19, "output.log#0": 2, "output.log#1": 1}
    append(output, b"acc 3\n")
    second = Tail(1, 1, tmp_path, patterns=patterns, offsets=first.offsets).poll(NOW)
    assert second is not None
    assert second.reports == (Report(3, NOW, {"acc": 3.0}),)


def test_a_chatty_log_without_reports_is_no_news(tmp_path: Path, output: Path) -> None:
    tail = Tail(1, 1, tmp_path)
    append(output, b"downloading...\n" * 1000)
    assert tail.poll(NOW) is None
    append(output, b'tui-tuner: {"step": 1, "acc": 0.5}\n')
    found = tail.poll(NOW)
    assert found is not None
    assert found.offsets["output.log"] == output.stat().st_size


def test_a_bar_that_redraws_one_line_for_ever_is_not_read_again_and_again(
    tmp_path: Path, output: Path
) -> None:
    tail = Tail(1, 1, tmp_path)
    for _ in range(5):
        append(output, b" 50%|#####     | 1/2\r" * (MAX_REDRAWN // 20))
        tail.poll(NOW)
    append(output, b'tui-tuner: {"step": 1, "acc": 0.5}\n')
    found = tail.poll(NOW)
    assert found is not None
    assert found.rejected == 0
    assert found.reports == (Report(1, NOW, {"acc": 0.5}),)


def test_both_ways_of_reporting_are_taken(tmp_path: Path, reports: Path, output: Path) -> None:
    append(reports, line(1))
    append(output, b"epoch 1 val_acc 0.5\n")
    pattern = compile_pattern(r"epoch (?P<step>\d+) val_acc (?P<val_acc>\S+)")
    found = Tail(1, 1, tmp_path, patterns=[pattern]).poll(NOW)
    assert found is not None
    assert [sorted(report.metrics) for report in found.reports] == [["loss"], ["val_acc"]]


def test_a_file_that_cannot_be_read_is_said_once(tmp_path: Path, reports: Path) -> None:
    reports.mkdir()
    tail = Tail(1, 1, tmp_path)
    found = tail.poll(NOW)
    assert found is not None
    assert "cannot read reports.jsonl" in (found.complaint or "")
    os.utime(reports)
    assert tail.poll(NOW) is None
