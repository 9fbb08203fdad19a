"""What every test gets: a state folder of its own, and a look at what it leaves behind."""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil
import pytest

from engine.modelling.process import ONE_THREAD

SETTLE_S = 3.0
_LEARN_HERE = {"unit", "contract", "simulation"}
_ALONE = {"integration", "faults", "gpu"}


def pytest_configure() -> None:
    """Let what tests start hear signals, also where the suite runs in the background or under
    nohup: ignored signals are inherited."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, usual)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have libraries that are imported by test files use one thread: they ask as they are loaded.

    Two that wait for each other at every small step take ten times as long where cores are few.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ONE_THREAD:
            patch.setenv(name, "1")
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts real processes: it wants the cores for itself."""
    for item in items:
        if item.path.parent.name in _ALONE:
            item.add_marker(pytest.mark.alone)


@pytest.fixture(scope="session")
def _states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for each test's own: to find a free name among all of them takes ever longer."""
    home = tmp_path_factory.mktemp("s")
    return (home / str(number) for number in count())


@pytest.fixture(autouse=True)
def _own_state(_states: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep sockets, the registry of sweeps and preferences out of the user's home."""
    for name in ("TUI_TUNER_STATE_DIR", "TUI_TUNER_CONFIG_DIR"):
        folder = next(_states)
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("TUI_TUNER_LINGER_S", "30")
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _one_thread(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a method that learns in the test's process use one thread, as in a process of its own."""
    if request.path.parent.name in _LEARN_HERE:
        for name in ONE_THREAD:
            monkeypatch.setenv(name, "1")


@pytest.fixture(autouse=True)
def _nothing_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a file descriptor open in this process."""
    threads = set(threading.enumerate())
    descriptors = _descriptors()
    yield
    deadline = time.monotonic() + SETTLE_S
    while left := _left(threads, descriptors):
        if time.monotonic() > deadline:
            pytest.fail(f"left open: {', '.join(left)}")
        gc.collect()
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _no_process_left(_nothing_leaks: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """End the engines and runners of the sweeps in the test's own folder: they are made to
    outlive whoever starts them. A trial dies with its runner, a zygote with its last one."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        _kill_all_of(folder)


def _kill_all_of(folder: Path) -> None:
    for child in psutil.Process().children():
        _kill(str(child.pid), f"-m engine {folder}")
    for lock in folder.rglob("engine.lock"):
        _kill(lock.read_text(), str(folder))
    for claim in folder.rglob("claim"):
        with suppress(ValueError, KeyError, TypeError, OSError):
            _kill(str(json.loads(claim.read_text())["pid"]), "boot.py")


def _kill(pid: str, word: str) -> None:
    """Kill a process if it is still the one whose command line has this word."""
    with suppress(psutil.Error, ValueError):
        process = psutil.Process(int(pid))
        if word in " ".join(process.cmdline()):
            process.kill()


def _left(threads: set[threading.Thread], descriptors: dict[str, str]) -> list[str]:
    new = [f"thread {t.name}" for t in threading.enumerate() if t not in threads]
    return new + [f"fd {n} {to}" for n, to in _descriptors().items() if descriptors.get(n) != to]


def _descriptors() -> dict[str, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found[name] = os.readlink(f"/proc/self/fd/{name}")
    return found
