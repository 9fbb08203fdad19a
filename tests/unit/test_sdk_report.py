"""What a script reports reaches its file as whole lines, whatever the values and the disk do."""

from __future__ import annotations

import fcntl
import json
import math
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.ingest.lines import parse_line
from tui_tuner.sdk.encode import encode
from tui_tuner.sdk.reporter import MAX_UNSENT, Reporter

NOW = 1_750_000_000.0


def line(step: int) -> bytes:
    return encode(step, NOW, {"loss": 0.5})


def steps(path: Path) -> list[int]:
    parsed = [parse_line(text, NOW) for text in path.read_bytes().splitlines() if text]
    return [p.report.step for p in parsed if p.report is not None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "attempt").mkdir()
    return tmp_path / "attempt" / "reports.jsonl"


@pytest.fixture
def reporter(path: Path) -> Iterator[Reporter]:
    made = Reporter(str(path))
    yield made
    made.close()


FULL_DISK = """
import resource, signal, sys
from tui_tuner.sdk.encode import encode
from tui_tuner.sdk.reporter import Reporter

hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
reporter = Reporter(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
for step in range(1, 11):
    reporter.send(encode(step, 1750000000.0, {"loss": 0.5}))
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
"""


def test_a_report_is_one_line_of_json() -> None:
    written = encode(3, 1730000000.123, {"val_acc": 0.91})
    assert written == b'{"step":3,"at":1730000000.123,"metrics":{"val_acc":0.91}}\n'


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0.1, 0.1),
        (1e-300, 1e-300),
        (3, 3.0),
        (True, 1.0),
        (10**30, 1e30),
        (2**4000, math.inf),
        (-(2**4000), -math.inf),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
        (Decimal("0.25"), 0.25),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.int64(7), 7.0),
        (np.bool_(True), 1.0),
        (np.array(0.5), 0.5),
        (np.array([0.5]), 0.5),
        (torch.tensor(0.5), 0.5),
        (torch.tensor([0.5], requires_grad=True), 0.5),
        (torch.tensor(0.5, dtype=torch.bfloat16), 0.5),
        (torch.tensor(3), 3.0),
        ("inf", math.inf),
    ],
)
def test_numbers_of_any_make_arrive_as_they_are(value: object, read: float) -> None:
    parsed = parse_line(encode(1, NOW, {"m": value}), NOW)
    assert parsed.complaint is None
    assert parsed.report is not None
    assert parsed.report.metrics == {"m": read}


@pytest.mark.parametrize("value", [math.nan, np.float32("nan"), torch.tensor(math.nan)])
def test_nan_arrives_as_nan(value: object) -> None:
    parsed = parse_line(encode(1, NOW, {"m": value}), NOW)
    assert parsed.report is not None
    assert math.isnan(parsed.report.metrics["m"])


@pytest.mark.parametrize(
    "value",
    ["oops", "x" * 10_000, None, [1], {"a": 1}, 1j, np.zeros(3), torch.zeros(3, 4), object()],
)
def test_what_is_no_number_is_left_for_the_engine_to_complain_of(value: object) -> None:
    written = encode(1, NOW, {"acc": 0.5, "m": value})
    assert len(written) < 300
    parsed = parse_line(written, NOW)
    assert parsed.report is not None
    assert parsed.report.metrics == {"acc": 0.5}
    assert "m is the text" in (parsed.complaint or "")


def test_names_of_any_kind_are_valid_json() -> None:
    names = ['val/acc "top"', "ünï\n", "\udc80"]
    assert list(json.loads(encode(1, NOW, dict.fromkeys(names, 1.0)))["metrics"]) == names


def test_steps_may_be_tensors_and_nonsense_does_not_raise() -> None:
    assert json.loads(encode(torch.tensor(3), NOW, {}))["step"] == 3
    assert json.loads(encode(None, NOW, {}))["step"] == "<NoneType>"


def test_each_report_is_one_write(
    path: Path, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[bytes] = []
    write = os.write

    def noting(fd: int, data: bytes) -> int:
        writes.append(data)
        return write(fd, data)

    monkeypatch.setattr(os, "write", noting)
    for step in range(3):
        reporter.send(line(step))
    assert writes == [line(0), line(1), line(2)]
    assert path.read_bytes() == b"".join(writes)


def test_the_file_is_opened_to_append_and_not_inherited(path: Path, reporter: Reporter) -> None:
    path.write_bytes(line(1))
    reporter.send(line(2))
    assert steps(path) == [1, 2]
    (fd,) = [int(fd) for fd in os.listdir("/proc/self/fd") if _leads_to(path, fd)]
    assert fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_APPEND
    assert not os.get_inheritable(fd)


def _leads_to(path: Path, fd: str) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{fd}") == str(path)
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("then", ["reporter.send(encode(11, 1750000000.0, {'loss': 0.5}))", ""])
def test_a_full_disk_delays_reports_and_glues_none(path: Path, then: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK + then, str(path)], capture_output=True, check=True
    )
    assert steps(path) == list(range(1, 12 if then else 11))
    assert ran.stderr.count(b"reports are kept and sent later") == 1


def test_a_deleted_folder_delays_reports(
    path: Path, reporter: Reporter, capfd: pytest.CaptureFixture[str]
) -> None:
    path.parent.rmdir()
    reporter.send(line(1))
    reporter.send(line(2))
    path.parent.mkdir()
    reporter.send(line(3))
    assert steps(path) == [1, 2, 3]
    assert "cannot write" in capfd.readouterr().err


def test_a_file_removed_under_the_script_is_made_again(
    path: Path, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_tuner.sdk.reporter._CHECK_EVERY_S", 0.0)
    reporter.send(line(1))
    path.unlink()
    reporter.send(line(2))
    assert steps(path) == [2]


def test_of_reports_that_can_never_be_sent_the_newest_are_kept(
    path: Path, reporter: Reporter
) -> None:
    path.parent.rmdir()
    for step in range(MAX_UNSENT + 5):
        reporter.send(b"%d\n" % step)
    path.parent.mkdir()
    reporter.flush()
    kept = (path).read_bytes().splitlines()
    assert len(kept) == MAX_UNSENT
    assert kept[-1] == b"%d" % (MAX_UNSENT + 4)


def test_threads_may_report_at_once(path: Path, reporter: Reporter) -> None:

    def report(first: int) -> None:
        for step in range(first, first + 500):
            reporter.send(line(step))

    threads = [threading.Thread(target=report, args=(1000 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(steps(path)) == [1000 * n + i for n in range(4) for i in range(500)]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_worker_sends_its_own_reports_only(path: Path, reporter: Reporter) -> None:
    path.parent.rmdir()
    reporter.send(line(1))  # cannot be written yet: waits in the parent
    path.parent.mkdir()
    holder = threading.Thread(target=_hold, args=(reporter, hold := threading.Event()))
    holder.start()
    pid = os.fork()
    if pid == 0:
        reporter.send(line(2))
        os._exit(0)
    hold.set()
    holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    reporter.send(line(3))
    assert steps(path) == [2, 1, 3]


def _hold(reporter: Reporter, until: threading.Event) -> None:
    """Stand in the middle of a report, as a thread may when another one forks."""
    with reporter._lock:
        until.wait(10)


def test_a_report_costs_less_than_twenty_microseconds(reporter: Reporter) -> None:

    def cost_s(step: int) -> float:
        started = time.perf_counter()
        reporter.send(encode(step, time.time(), {"val_acc": 0.912345, "val_loss": 0.5, "lr": 1e-3}))
        return time.perf_counter() - started

    medians = [statistics.median(cost_s(step) for step in range(1000)) for _ in range(5)]
    assert min(medians) < 20e-6
