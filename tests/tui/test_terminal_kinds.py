"""Every kind of terminal gets a screen that it can show, at any size."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.terminal import Terminal

pytestmark = pytest.mark.alone

CONFIG = """
name: kinds
metric: {name: loss, goal: minimize}
parameters: {débit: {min: 0.0, max: 1.0}}
method: random
budget: {parameter: epochs, max: 3}
limits: {trials: 3}
resources: {slots: 2}
start: spawn
"""

SCRIPT = """
import tui_tuner as tt
trial = tt.trial(**{"débit": 0.5})
for epoch in trial.epochs():
    trial.report(epoch, loss=1 / (epoch + int(trial.id.lstrip("t"))))
"""

COLOUR = re.compile(rb"(?<=[\[;])(3[0-8]|4[0-8]|9[0-7]|10[0-7])(?=[;m])")

Attach = Callable[..., Terminal]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSweep]:
    """A sweep of three trials that has ended, its engine gone."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("kinds")
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

    def attach(*options: str, size: tuple[int, int] = (100, 24), **env: str) -> Terminal:
        words = ("attach", str(ended.directory), *options)
        opened.append(Terminal(*words, cwd=Path(ended.directory), size=size, env=env))
        return opened[-1]

    yield attach
    for terminal in opened:
        terminal.leave()


def sgr(terminal: Terminal) -> list[bytes]:
    """Every SGR sequence that was written."""
    return re.findall(rb"\x1b\[[\d;]*m", bytes(terminal.raw))


@pytest.mark.parametrize(
    "env",
    [
        {"TERM": "xterm", "COLORTERM": ""},
        {"TERM": "screen", "COLORTERM": ""},
        {"TERM": "tmux", "COLORTERM": ""},
    ],
    ids=lambda env: env["TERM"],
)
def test_sixteen_colours_are_named_by_the_codes_that_all_terminals_know(attach, env):
    terminal = attach(**env)
    terminal.sees("t0001", "finished", "3 trials are done")
    codes = {code for sequence in sgr(terminal) for code in COLOUR.findall(sequence)}
    assert codes
    assert not codes & {b"38", b"48"}


def test_the_console_gets_sixteen_colours_and_ascii(attach):
    terminal = attach(TERM="linux", COLORTERM="")
    terminal.sees("t0001", "finished", "3 trials are done")
    assert all(byte < 0x80 for byte in terminal.raw)
    assert b"[38;" not in terminal.raw


@pytest.mark.parametrize("term", ["xterm-256color", "tmux-256color"])
def test_256_colours_are_named_by_number(attach, term):
    terminal = attach(TERM=term, COLORTERM="")
    terminal.sees("t0001", "finished", "3 trials are done")
    assert b"38;5;" in terminal.raw
    assert b"38;2;" not in terminal.raw


def test_no_color_is_obeyed(attach):
    terminal = attach(NO_COLOR="1")
    terminal.sees("t0001", "finished", "3 trials are done")
    assert not [sequence for sequence in sgr(terminal) if COLOUR.search(sequence)]


@pytest.mark.parametrize("env", [{"LANG": "C"}, {"LC_ALL": "POSIX"}], ids=str)
def test_a_plain_locale_gets_nothing_beyond_ascii(attach, env):
    terminal = attach(**env)
    terminal.sees("t0001", "debit")
    terminal.press("?")
    terminal.sees("Lowercase looks")
    assert all(byte < 0x80 for byte in terminal.raw)


def test_a_dumb_terminal_is_refused_in_one_line(attach):
    terminal = attach(TERM="dumb")
    assert terminal.ends() == 2
    assert "TERM=dumb is no terminal to draw on; `tui-tuner status` needs none" in terminal.text
    assert b"\x1b[?1049h" not in terminal.raw


def test_without_the_mouse_the_terminal_keeps_it(attach):
    terminal = attach("--no-mouse", "--fps", "2")
    terminal.sees("t0001", "finished", "3 trials are done")
    assert b"\x1b[?1000h" not in terminal.raw
    assert b"\x1b[?1003h" not in terminal.raw


def test_the_theme_is_switched_by_a_key_and_remembered(attach):
    terminal = attach()
    terminal.sees("t0001", "finished", "3 trials are done")
    terminal.press("t")
    terminal.sees("theme: light")
    again = attach()
    again.sees("t0001")
    assert b"48;2;250;250;252" in again.raw
    dark = attach("--theme", "dark")
    dark.sees("t0001")
    assert b"48;2;250;250;252" not in dark.raw


@pytest.mark.parametrize("size", [(40, 10), (400, 100)], ids=str)
def test_after_a_storm_of_sizes_the_screen_is_right(attach, size):
    fresh = attach(size=size)
    fresh.sees("t0001", "finished", "3 trials are done")
    terminal = attach()
    terminal.sees("t0001", "finished", "3 trials are done")
    for turn in range(300):
        terminal.resize(40 + turn % 160, 10 + turn % 50)
    terminal.resize(*size)
    terminal.until(lambda: terminal.text == fresh.text, f"it shows\n{fresh.text}")


def test_a_storm_that_ends_where_it_began_leaves_the_screen_whole(attach):
    terminal = attach()
    terminal.sees("t0001", "finished", "3 trials are done")
    before = terminal.text
    for _ in range(50):
        terminal.resize(101, 25)
        terminal.resize(100, 24)
    terminal.until(lambda: terminal.text == before, f"it shows\n{before}")


@pytest.mark.parametrize("stop", [signal.SIGTSTP, signal.SIGSTOP], ids=lambda sent: sent.name)
def test_back_in_the_foreground_everything_is_painted_and_keys_work(attach, stop):
    terminal = attach()
    terminal.sees("t0001", "finished", "3 trials are done")
    before = terminal.text
    process = psutil.Process(terminal.process.pid)
    terminal.process.send_signal(stop)
    terminal.until(lambda: process.status() == psutil.STATUS_STOPPED, "it has stopped")
    terminal.resize(100, 24)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.until(lambda: terminal.text == before, f"it shows\n{before}")
    terminal.press("?")
    terminal.sees("Lowercase looks")
    terminal.press("\x1b")
    terminal.sees("t0001")
    terminal.press("q")
    assert terminal.ends() == 0


def test_ctrl_l_paints_over_what_others_wrote(attach):
    terminal = attach()
    terminal.sees("t0001", "finished", "3 trials are done")
    before = terminal.text
    terminal.scrawl("\x1b[3;1Hwall: going down for reboot\r\n\x1b[31;44mnow")
    assert terminal.text != before
    terminal.press("\x0c")
    terminal.until(lambda: terminal.text == before, f"it shows\n{before}")


def test_the_cursor_is_hidden_and_nothing_blinks(attach):
    terminal = attach()
    terminal.sees("t0001", "finished", "3 trials are done")
    assert b"\x1b[?25l" in terminal.raw
    assert b"\x1b[?25h" not in terminal.raw
    assert not [s for s in sgr(terminal) if re.search(rb"[\[;]5[;m]", s)]
    assert terminal.written_within(1.5) == b""
