"""A terminal that goes away, or takes no more, leaves no process behind."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import psutil
import pytest

from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.terminal import Terminal

pytestmark = pytest.mark.alone

CONFIG = """
name: gone
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
budget: {parameter: epochs, max: 3}
limits: {trials: 3}
resources: {slots: 2}
start: spawn
"""

SCRIPT = """
import tui_tuner as tt
trial = tt.trial(lr=0.5)
for epoch in trial.epochs():
    trial.report(epoch, acc=epoch / (4 + int(trial.id.lstrip("t"))))
"""

HUNG_UP = 128 + signal.SIGHUP

Attach = Callable[..., Terminal]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSweep]:
    """A sweep of three trials that has ended, its engine gone."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("gone")
    patch.setenv("TUI_TUNER_STATE_DIR", str(folder / "state"))
    patch.setenv("TUI_TUNER_CONFIG_DIR", str(folder / "config"))
    patch.setenv("TUI_TUNER_LINGER_S", "0.2")
    sweep = RealSweep(folder, SCRIPT, CONFIG)
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has ended")
    wait_until(lambda: engine_pid(sweep.directory) is None, "its engine has left")
    yield sweep
    patch.undo()


@pytest.fixture
def attach(ended: RealSweep) -> Iterator[Attach]:
    opened: list[Terminal] = []

    def attach(*, waits: bool = True, told: bool = False) -> Terminal:
        words = ("attach", str(ended.directory))
        opened.append(Terminal(*words, cwd=ended.folder, size=(80, 24), told=told))
        if waits:
            opened[-1].sees("t0001", "finished")
        return opened[-1]

    yield attach
    for terminal in opened:
        terminal.leave()


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("", "t0001"),
        ("\r", "attempt"),
        ("l", "log"),
        ("?", "Lowercase"),
        ("/", "filter"),
        ("\x1bj", "t0002"),
        ("\x1b", "t0002"),
    ],
    ids=["table", "trial", "log", "modal", "filter", "escape at once", "escape"],
)
def test_nobody_told_of_the_end_of_its_terminal_leaves_by_itself(attach, keys, shown) -> None:
    terminal = attach()
    terminal.press(keys)
    if len(keys) < 2:
        terminal.sees(shown)
    terminal.close()
    assert terminal.process.wait(5) == HUNG_UP


def test_a_terminal_gone_before_the_first_picture_is_noticed(attach) -> None:
    terminal = attach(waits=False)
    terminal.until(lambda: terminal.raw, "it begins to draw")
    terminal.close()
    assert terminal.process.wait(5) == HUNG_UP


@pytest.mark.parametrize("stop", [signal.SIGTSTP, signal.SIGSTOP], ids=lambda sent: sent.name)
def test_a_terminal_gone_while_suspended_is_noticed_on_going_on(attach, stop) -> None:
    terminal = attach()
    process = psutil.Process(terminal.process.pid)
    terminal.process.send_signal(stop)
    terminal.until(lambda: process.status() == psutil.STATUS_STOPPED, "it has stopped")
    terminal.close()
    terminal.process.send_signal(signal.SIGCONT)
    assert terminal.process.wait(5) == HUNG_UP


@pytest.fixture
def stalled(attach) -> Terminal:
    """A terminal that reads nothing more, its process waiting to write to it."""
    terminal = attach(told=True)
    terminal.stall()
    process = psutil.Process(terminal.process.pid)
    terminal.send(b"\x0cj\x0ck" * 100)
    wait_until(lambda: _rests(process), "it waits for the terminal")
    return terminal


def _rests(process: psutil.Process) -> bool:
    """Say whether a process uses no time for a while."""
    before = sum(process.cpu_times()[:2])
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(0.4)
    return sum(process.cpu_times()[:2]) == before


def test_a_frozen_terminal_that_goes_away_takes_its_process_with_it(stalled) -> None:
    stalled.close()
    assert stalled.process.wait(5) == HUNG_UP


def test_a_frozen_terminal_keeps_no_process_from_ending_when_told(stalled) -> None:
    stalled.process.send_signal(signal.SIGTERM)
    assert stalled.process.wait(20) == HUNG_UP


def test_errors_sent_elsewhere_leave_the_screen_where_it_is(ended: RealSweep, tmp_path) -> None:
    elsewhere = tmp_path / "errors"
    terminal = Terminal("attach", str(ended.directory), cwd=ended.folder, errors=elsewhere)
    try:
        terminal.sees("t0001", "finished")
        terminal.press("q")
        assert terminal.ends() == 0
    finally:
        terminal.leave()
    assert b"\x1b" not in elsewhere.read_bytes()
