"""Whatever a bad line makes of what is typed is outlived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest

from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.terminal import Terminal

pytestmark = pytest.mark.alone

CONFIG = """
name: garbled
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

Attach = Callable[..., Terminal]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSweep]:
    """A sweep of three trials that has ended, its engine gone."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("garbled")
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

    def attach() -> Terminal:
        words = ("attach", str(ended.directory))
        opened.append(Terminal(*words, cwd=ended.folder, size=(80, 24)))
        opened[-1].sees("t0001", "finished")
        return opened[-1]

    yield attach
    for terminal in opened:
        terminal.leave()


GARBAGE = {
    "a coordinate beyond 95": b"\x1b[M \xc3\xff",
    "no UTF-8": b"\xff\xfe\xe9 \xf0\x9f",
    "a modifier that is none": b"\x1b[97;1:2:3u",
    "a size of nothing": b"\x1b[48;0;0;0;0t",
    "a size beyond all": b"\x1b[48;999999999;999999999;1;1t",
    "an escape cut short": b"\x1b[<0;3",
    "a mouse far out": b"\x1b[<0;99999;99999M\x1b[<0;99999;99999m\x1b[<64;9999;1M",
    "cursor reports": b"\x1b[1;1R\x1b[0;0R\x1b[?2048;1$y\x1b[?2026;9$y",
    "nulls": b"\x00" * 50,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_from_the_terminal_is_outlived(attach, garbage: bytes) -> None:
    terminal = attach()
    terminal.send(garbage)
    terminal.press("\x1b")
    terminal.resize(100, 30)
    terminal.press("?")
    terminal.sees("Lowercase looks")
    terminal.press("\x1bq")
    assert terminal.ends() == 0


def test_a_megabyte_pasted_into_the_filter_is_a_filter_that_is_wrong(attach) -> None:
    terminal = attach()
    terminal.press("/")
    terminal.send(b"\x1b[200~" + b"lr>1 \xc3\xa9" * 125_000 + b"\x1b[201~")
    terminal.sees("lr>1 é")
    terminal.press("\x1bq")
    assert terminal.ends() == 0


def test_escape_and_the_key_behind_it_in_one_packet_are_two_keys(attach) -> None:
    terminal = attach()
    terminal.press("?")
    terminal.sees("Lowercase looks")
    terminal.press("\x1bl")
    terminal.until(lambda: "Lowercase" not in terminal.text, "the help is closed")
    terminal.sees("this trial has written nothing")
    terminal.press("\x1bq")
    assert terminal.ends() == 0


def test_bytes_at_random_leave_the_screen_as_it_would_be_without_them(attach) -> None:
    terminal = attach()
    terminal.press("?")
    terminal.sees("Lowercase looks")
    random = Random(1)
    for _ in range(300):
        noise = bytes(byte for byte in random.randbytes(9) if byte >= 0x80 or byte == 0x1B)
        terminal.send(noise)
    terminal.send(b"j\x0c")
    terminal.press("\x1b", "\x1b")
    terminal.until(lambda: "Lowercase" not in terminal.text, "the help is closed")
    terminal.sees("t0001", "3 trials are done")
    terminal.press("q")
    assert terminal.ends() == 0
