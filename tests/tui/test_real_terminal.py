"""The app in a real terminal, over a real engine that runs real scripts."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.terminal import Terminal

pytestmark = pytest.mark.alone

CONFIG = """
name: quick
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
budget: {{parameter: epochs, min: 1, max: {epochs}}}
limits: {{trials: {trials}}}
resources: {{slots: 2}}
start: zygote
preload: []
"""

HELD = """
import time
from pathlib import Path
import tui_tuner as tt
trial = tt.trial(lr=0.5)
for epoch in trial.epochs():
    trial.report(epoch, acc=epoch / (4 + int(trial.id.lstrip("t"))), lr=trial.params.lr)
    while epoch == 3 and not Path("go").exists():
        time.sleep(0.01)
"""

STEADY = """
import time
from pathlib import Path
import tui_tuner as tt
trial = tt.trial(lr=0.5)
while not Path("go").exists():
    time.sleep(0.01)
for epoch in trial.epochs():
    trial.report(epoch, acc=trial.params.lr * epoch / 10)
    time.sleep(0.15)
"""


STEERED = """
import time
from pathlib import Path
import tui_tuner as tt
trial = tt.trial(lr=0.5)
for epoch in trial.epochs():
    trial.save({"epoch": epoch}, epoch)
    trial.report(epoch, acc=epoch / (40 + int(trial.id.lstrip("t"))))
    while not Path("go").exists() and not trial.should_stop:
        time.sleep(0.01)
"""

INJECTED = (b"\x1b]52;", b"\x1b[31mRED", b"\x1b[2J\x1b[HOWNED", b"\x9b31m", b"\x1bP")

HOSTILE = r"""
import tui_tuner as tt
trial = tt.trial(lr=0.5)
print("\x1b]52;c;AAAA\x07 \x1b[31mRED\x1b[0m \x1b[2J\x1b[HOWNED \x9b31m \x1bPq\x1b\\ end")
for epoch in trial.epochs():
    trial.report(epoch, **{"acc": 0.5, "\x1b[31mRED\x1b]52;c;AAAA\x07": 1.0})
"""

Open = Callable[..., Terminal]
Make = Callable[..., RealSweep]


@pytest.fixture
def open_terminal(tmp_path: Path) -> Iterator[Open]:
    """Give `open_terminal(*words)`: tui-tuner in a terminal of its own."""
    opened: list[Terminal] = []

    def open_one(*words: str, **options: object) -> Terminal:
        opened.append(Terminal(*words, cwd=tmp_path, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.leave()


@pytest.fixture
def make_sweep(tmp_path: Path) -> Iterator[Make]:
    """Give `make_sweep(script)`: a sweep whose engine runs until the test is over."""
    made: list[RealSweep] = []

    def make(script: str, *, trials: int = 4, epochs: int = 5) -> RealSweep:
        made.append(RealSweep(tmp_path, script, CONFIG.format(trials=trials, epochs=epochs)))
        made[-1].start()
        return made[-1]

    yield make
    for sweep in made:
        sweep.kill_engine()


@pytest.fixture
def finish_sweep(tmp_path: Path, make_sweep: Make) -> Make:
    """Give `finish_sweep(script)`: a sweep of two trials that has finished."""

    def finish(script: str = HELD) -> RealSweep:
        (tmp_path / "go").touch()
        sweep = make_sweep(script, trials=2)
        wait_until(lambda: sweep.state == "finished", "the sweep has finished")
        return sweep

    return finish


def timeless(row: str) -> str:
    """A row without the time that its trial has run, and without the pane beside it."""
    return re.sub(r"\d+s|\d+m\d\d", "", row.partition("│")[0]).replace(" ", "")


def held(terminal: Terminal, *trials: str) -> None:
    """Wait until these trials wait at their third epoch, in the terminal."""
    for trial in trials or ("t0001", "t0002"):
        terminal.until(lambda t=trial: "▶   3" in terminal.row(t), f"{trial} is at epoch 3")


def test_a_terminal_that_goes_away_takes_nothing_with_it_and_two_others_agree(
    tmp_path: Path, open_terminal: Open
) -> None:
    (tmp_path / "train.py").write_text(HELD)
    config = tmp_path / "sweep.yaml"
    config.write_text("program: train.py" + CONFIG.format(trials=4, epochs=5))
    directory = tmp_path / "quick"
    first = open_terminal("run", str(config), "--dir", str(directory))
    held(first)
    first.close()
    first.process.wait(10)
    assert engine_pid(directory) is not None

    one, other = (open_terminal("attach", str(directory)) for _ in range(2))
    for terminal in (one, other):
        held(terminal)
        terminal.sees("● running", "live")
    one.press("K")
    one.sees("Prune 1 trial")
    one.press("\r")
    for terminal in (one, other):
        terminal.until(lambda t=terminal: "✂" in t.row("t0001"), "t0001 is pruned")
        held(terminal, "t0003")
    for trial in ("t0001", "t0002", "t0003", "t0004"):
        assert timeless(one.row(trial)) == timeless(other.row(trial)) != ""


def test_a_hangup_leaves_the_terminal_as_it_was_and_the_sweep_alive(
    tmp_path: Path, open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(HELD)
    terminal = open_terminal("attach", str(sweep.directory))
    held(terminal)
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.ends() == 0
    left = terminal.raw.partition(b"\x1b[?1049l")[2]
    assert b"the sweep goes on: tui-tuner attach sweep" in left
    assert engine_pid(sweep.directory) is not None
    assert [t.attempts for t in sweep.trials()[:2]] == [1, 1]


def test_the_marked_trials_are_pruned_and_their_rows_say_so(
    tmp_path: Path, open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(HELD)
    terminal = open_terminal("attach", str(sweep.directory), size=(200, 30))
    held(terminal)
    terminal.press("g", " ", " ")
    terminal.sees("prune 2 marked")
    terminal.press("K")
    terminal.sees("Prune 2 trials")
    terminal.press("too slow", "\r")
    for trial in ("t0001", "t0002"):
        terminal.until(lambda t=trial: "✂" in terminal.row(t), f"{trial} is pruned")
        assert "too" in terminal.row(trial)
    held(terminal, "t0003", "t0004")
    assert "marked" not in terminal.text


def test_a_live_sweep_is_steered_by_keys_alone(
    tmp_path: Path, open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(STEERED, trials=3)
    terminal = open_terminal("attach", str(sweep.directory), size=(130, 40))
    terminal.until(lambda: "▶   1" in terminal.row("t0002"), "two run")
    terminal.press("s", "g", "P")
    terminal.sees("Pause 1 trial", "leaves at its next epoch, frees slot 1")
    terminal.press("lunch", "\r")
    terminal.sees("t0001 paused, slot 1 free after")
    terminal.until(lambda: "▶" in terminal.row("t0003"), "the slot went to the next")
    terminal.press("P")
    terminal.sees("Continue 1 trial", "continues from epoch 1")
    terminal.press("\r")
    terminal.sees("continued t0001", "(U undoes)")
    terminal.press("N")
    terminal.sees("type the note")
    terminal.press("keep an eye on it")
    terminal.sees("Note on 1 trial")
    terminal.press("\r")
    terminal.sees("noted on t0001")
    terminal.press("U")
    terminal.sees("Undo the newest act", "undo 3: noted on t0001")
    terminal.press("\r")
    terminal.sees("undid")
    terminal.press("h")
    terminal.sees("undone by 4: noted on t0001", "paused t0001  why: lunch")
    terminal.press("\x1b")
    terminal.until(lambda: terminal.row("t0002"), "the table is back")
    terminal.press("j", "B")
    terminal.sees("Promote 1 trial to 15 epochs", "is told and keeps going")
    terminal.press("7", "\r")
    terminal.sees("promoted t0002 to 7 epochs")
    (tmp_path / "go").touch()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    assert [t.step for t in sweep.trials()] == [5, 7, 5]
    assert [t.attempts for t in sweep.trials()] == [2, 1, 1]


def test_an_engine_killed_under_the_app_is_told_started_again_and_nothing_moves(
    tmp_path: Path, open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(HELD)
    terminal = open_terminal("attach", str(sweep.directory))
    held(terminal)
    terminal.press("g", "j", " ")
    terminal.until(lambda: "●t0002" in terminal.text, "t0002 is marked")
    marked = [line[:7] for line in terminal.lines if "t000" in line[:7]]
    sweep.kill_engine()
    terminal.sees("the engine is gone", "press S to start it again")
    assert [line[:7] for line in terminal.lines if "t000" in line[:7]] == marked
    terminal.press("S")
    terminal.sees("Start the engine again")
    terminal.press("\r")
    terminal.until(lambda: "the engine is gone" not in terminal.text, "it is back")
    terminal.sees("● running", "live", "prune 1 marked")
    held(terminal)
    assert [line[:7] for line in terminal.lines if "t000" in line[:7]] == marked
    (tmp_path / "go").touch()
    terminal.sees("all 4 trials are done")
    assert [t.attempts for t in sweep.trials()] == [1, 1, 1, 1]


def test_a_demo_moves_while_it_runs_and_ends_with_the_best_trial(
    tmp_path: Path, open_terminal: Open
) -> None:
    (tmp_path / "train.py").write_text(STEADY)
    (tmp_path / "sweep.yaml").write_text("program: train.py" + CONFIG.format(trials=2, epochs=12))
    terminal = open_terminal("run", "sweep.yaml", "--exit-when-done", size=(100, 24))
    rows: list[str] = []

    def over() -> bool:
        row = timeless(terminal.row("t0001"))
        if row and row not in rows:
            rows.append(row)
        return "2 trials are done" in terminal.text

    terminal.until(lambda: "▶" in terminal.row("t0001"), "t0001 runs")
    (tmp_path / "go").touch()
    terminal.until(over, "the sweep is done")
    assert len(rows) >= 4
    assert len({"".join(c for c in row if c in "▁▂▃▄▅▆▇█") for row in rows}) >= 3
    assert terminal.ends() == 0
    closing = terminal.raw.split(b"\x1b[?1049l")[-1]
    assert re.search(rb"quick .*finished", closing)
    assert re.search(rb"best +0\.\d+ .*t000[12]", closing)


def test_escape_codes_of_a_trial_reach_no_terminal(open_terminal: Open, finish_sweep: Make) -> None:
    sweep = finish_sweep(HOSTILE)
    terminal = open_terminal("attach", str(sweep.directory))
    terminal.sees("2 trials are done", "acc")
    terminal.sees("RED")
    terminal.press("l")
    terminal.sees("OWNED", "end")
    assert not [code for code in INJECTED if code in terminal.raw]


def test_an_idle_terminal_is_sent_nothing(open_terminal: Open, finish_sweep: Make) -> None:
    sweep = finish_sweep()
    terminal = open_terminal("attach", str(sweep.directory))
    terminal.sees("2 trials are done", "lr 0.", "at 5")
    terminal.until(lambda: not terminal.written_within(0.3), "it has drawn everything")
    assert terminal.written_within(3.0) == b""


def test_forty_by_ten_still_shows_state_best_and_keys(
    open_terminal: Open, finish_sweep: Make
) -> None:
    sweep = finish_sweep()
    terminal = open_terminal("attach", str(sweep.directory), size=(40, 10))
    terminal.sees("quick", "finished", "best", "t0001", "q leave")


def test_attach_shows_a_list_where_several_sweeps_could_be_meant(
    open_terminal: Open, finish_sweep: Make, tmp_path: Path
) -> None:
    done = finish_sweep().directory
    for name in ("first", "second"):
        shutil.copytree(done, tmp_path / "sweeps" / name, ignore=shutil.ignore_patterns("*.lock"))
    terminal = open_terminal("attach", "--read-only")
    terminal.sees("sweeps of this box")
    terminal.sees("second")
    terminal.press("/", "second", "\r", "\r")
    terminal.sees("all 2 trials are done")
    terminal.sees("c compare")
    assert "B promote" not in terminal.text


def test_a_terminal_without_utf8_gets_ascii_alone(open_terminal: Open, finish_sweep: Make) -> None:
    sweep = finish_sweep()
    terminal = open_terminal("attach", str(sweep.directory), env={"LANG": "C", "TERM": "linux"})
    terminal.sees("finished", "t0002", "q leave", "lr 0.")
    terminal.press("?")
    terminal.sees("asks before", "PgDn more")
    terminal.press("G")
    terminal.sees("leave; the sweep goes on")
    terminal.press("q", "\r")
    terminal.sees("epoch 5/5", "Esc back")
    assert terminal.raw.isascii()


def test_keys_that_come_in_one_packet_are_taken_one_at_a_time(
    open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(HELD)
    terminal = open_terminal("attach", str(sweep.directory))
    held(terminal)
    terminal.press("/lr<2 state=running NOT epoch>KSq")
    terminal.sees("lr<2 state=running NOT epoch>KSq", "Enter keep the filter")


def test_a_busy_screen_costs_little_and_ctrl_l_draws_it_anew(
    open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(STEADY, epochs=1000)
    terminal = open_terminal("attach", str(sweep.directory), size=(120, 40))
    terminal.sees("t0002 ▶")
    (sweep.folder / "go").touch()
    terminal.sees("at 5")
    assert 0 < len(terminal.written_within(2.0)) < 2 * 4000
    whole = len("".join(terminal.lines).replace(" ", ""))
    terminal.press("\x0c")
    assert len(terminal.written_within(1.0)) > whole
    assert terminal.row("t0001")


def test_a_terminal_that_changes_its_size_is_drawn_anew(
    open_terminal: Open, finish_sweep: Make
) -> None:
    sweep = finish_sweep()
    terminal = open_terminal("attach", str(sweep.directory), size=(120, 30))
    terminal.sees("2 trials are done", "at 5", "q leave")
    for size in ((60, 12), (120, 30)):
        terminal.resize(*size)
        terminal.sees("quick", "finished", "t0002", "q leave")
    terminal.sees("at 5")


def test_a_finished_sweep_whose_engine_has_left_gets_one_back_for_a_promotion(
    open_terminal: Open, finish_sweep: Make
) -> None:
    sweep = finish_sweep()
    sweep.kill_engine()
    terminal = open_terminal("attach", str(sweep.directory), size=(80, 24))
    terminal.sees("stored", "t0002")
    terminal.press("s", "g", "B")
    terminal.sees("Start an engine", "its engine has left")
    terminal.press("\r")
    terminal.sees("Promote 1 trial to 15 epochs")
    terminal.press("8")
    terminal.sees("Promote 1 trial to 8 epochs")
    terminal.press("\r")
    wait_until(lambda: [t.step for t in sweep.trials()] == [8, 5], "it went on to the new budget")
    wait_until(lambda: sweep.state == "finished", "the sweep has finished again")


def test_keys_typed_into_a_confirmation_that_is_not_there_yet_are_its_reason(
    open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(HELD)
    terminal = open_terminal("attach", str(sweep.directory))
    held(terminal)
    terminal.press("KSKs")
    terminal.sees("Prune 1 trial", "why  SKs")
    terminal.press("\r")
    terminal.until(lambda: "✂" in terminal.text, "it is pruned")
    assert "SKs" in next(t.reason or "" for t in sweep.trials() if t.state == "pruned")


def test_a_trial_is_cloned_and_the_ranges_are_opened_by_their_keys(
    open_terminal: Open, make_sweep: Make
) -> None:
    sweep = make_sweep(HELD, trials=2)
    terminal = open_terminal("attach", str(sweep.directory))
    held(terminal)
    terminal.press("s", "g", "C")
    terminal.sees("t0001", "lr")
    terminal.press("0.25")
    terminal.sees("0.25", "Enter")
    terminal.press("\r")
    wait_until(lambda: len(sweep.trials()) == 3, "the clone waits")
    clone = sweep.trials()[2]
    assert (clone.params["lr"], clone.parent) == (0.25, "t0001")
    terminal.sees("cloned t0001 as t0003", "(U undoes)")
    terminal.press("E")
    terminal.sees("space v1")
