"""What the app costs a terminal and a person: bytes, CPU, memory, and seconds.

The installed `tui-tuner attach` runs in a pty of 200x50, in true colour, on a simulated engine in a
process of its own: the real socket and protocol, 10,000 trials of which 64 run and report once a
second, eight devices that change once a second. Then on the same sweep finished, on one of 100
trials, and on a stored one of 10,000 trials of 100 epochs without an engine. What the terminal
shows is read off an emulator afterwards. The yardstick of a start is a Python that only imports
Textual, measured in between. Exit status 1 where a bar is missed.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rig.console import COLUMNS, LINES, TUI_TUNER, Console, Piece
from rig.keys import Answer, answers, press_all
from rig.playback import Playback
from rig.stolen import stolen_s
from rig.stored import finished_sweep

TRIALS, FEW, RUNNING, EPOCHS = 10_000, 100, 64, 100
STARTS, PRESSES, BUSY_S, IDLE_S, SETTLED_S = 5, 50, 60, 30, 6
ROWS = LINES - 8
"""Rows of a painted table, at the least."""
POINTER = "▸".encode()

BAR_BYTES_A_SECOND = 3_000
BAR_BUSY_CPU = 0.15
BAR_FIRST_BYTES = 25_000
BAR_FIRST_S = 0.8
BAR_IDLE_BYTES = 0
BAR_IDLE_CPU = 0.005
BAR_KEY_S = 0.060
BAR_KEY_FACTOR = 1.5
BAR_MEMORY_BYTES = 200e6
BAR_STORED_S = 1.5


class Bar(NamedTuple):
    """A figure, and the most it may be."""

    name: str
    figure: float
    most: float


class Start(NamedTuple):
    """From the command to the painted table, and to the cursor's first step."""

    painted_s: float
    painted_bytes: int
    usable_s: float


class Used(NamedTuple):
    """What the app used in a while: bytes of the median second and in all, share of a core."""

    bytes_a_second: float
    bytes: int
    cpu: float


@contextmanager
def engine(folder: Path, trials: int, running: int) -> Iterator[Path]:
    """A simulated engine in its own process; gives the directory of its sweep.

    Whoever attaches to it finds no preferences, and leaves none to others.
    """
    os.environ["TUI_TUNER_CONFIG_DIR"] = str(folder / f"config-{trials}-{running}")
    sweep = folder / f"sweep-{trials}-{running}"
    sweep.mkdir()
    (sweep / "sweep.db").touch()
    command = [sys.executable, "-m", "rig.simulated", str(sweep), str(trials), str(running)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=Path(__file__).parent, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield sweep
        finally:
            process.terminate()


def attached(sweep: Path) -> Console:
    """The app on a sweep; returns once the table is there."""
    console = Console(TUI_TUNER, "attach", str(sweep))
    while not any(POINTER in piece.data for piece in console.pieces):
        time.sleep(0.002)
        if time.perf_counter() > console.began + 30:
            console.close()
            raise SystemExit(f"terminal: no table on {sweep} within 30 s")
    return console


def start(sweep: Path) -> Start:
    """Attach, move the cursor, leave."""
    console = attached(sweep)
    console.press("j")
    console.rest(1.0)
    console.close()
    playback = Playback(console.pieces)
    painted = playback.until(lambda shown: len(shown.rows) >= ROWS)
    first, size = playback.shown.under_cursor, playback.bytes_so_far
    usable = playback.until(lambda shown: shown.under_cursor not in ("", first))
    assert painted is not None
    assert usable is not None
    return Start(painted - console.began, size, usable - console.began)


def imported() -> float:
    """Seconds of a Python that only imports Textual."""
    console = Console(sys.executable, "-c", "import textual.app; print('there')")
    console.wait()
    return console.pieces[0].at - console.began


def used(console: Console, seconds: float) -> Used:
    """Watch the app for a while."""
    began, cpu = time.perf_counter(), console.cpu_s
    pieces = console.rest(seconds)
    share = (console.cpu_s - cpu) / (time.perf_counter() - began)
    buckets = [0] * int(seconds)
    for piece in pieces:
        buckets[min(int(piece.at - began), len(buckets) - 1)] += len(piece.data)
    return Used(statistics.median(buckets), _size(pieces), share)


def _size(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.data) for piece in pieces)


def measure_starts(sweep: Path, name: str) -> tuple[list[Bar], Start]:
    """Starts and yardsticks in turns."""
    starts, bare = [], []
    for _ in range(STARTS):
        bare.append(imported())
        starts.append(start(sweep))
    typical = Start(*(statistics.median(column) for column in zip(*starts, strict=True)))
    yardstick = statistics.median(bare)
    print(
        f"terminal: {name}: table painted {typical.painted_s:.2f} s after the command "
        f"({min(s.painted_s for s in starts):.2f} to {max(s.painted_s for s in starts):.2f}), "
        f"{typical.painted_s / yardstick:.1f} times `import textual.app` ({yardstick:.2f} s, "
        f"yardstick), in {typical.painted_bytes / 1e3:.1f} KB; cursor moved at "
        f"{typical.usable_s:.2f} s",
        flush=True,
    )
    return [Bar(f"{name}: KB to first paint", typical.painted_bytes, BAR_FIRST_BYTES)], typical


def measure_busy(folder: Path) -> tuple[list[Bar], dict[str, list[Answer]]]:
    """The whole sweep at work: starts, a minute of looking on, then keys."""
    with engine(folder, TRIALS, RUNNING) as sweep:
        bars, typical = measure_starts(sweep, "live")
        console = attached(sweep)
        console.rest(SETTLED_S)
        busy = used(console, BUSY_S)
        presses = press_all(console, PRESSES)
        memory = console.memory_bytes
        console.close()
    print(
        f"terminal: {RUNNING} of {TRIALS} trials running, {BUSY_S} s: "
        f"{busy.bytes_a_second:.0f} bytes in the median second ({busy.bytes / BUSY_S:.0f} in the "
        f"mean), {busy.cpu:.1%} of a core; {memory / 1e6:.0f} MB in the end",
        flush=True,
    )
    bars += [
        Bar("live: seconds to first paint", typical.painted_s, BAR_FIRST_S),
        Bar("bytes in the median second", busy.bytes_a_second, BAR_BYTES_A_SECOND),
        Bar("share of a core while 64 run", busy.cpu, BAR_BUSY_CPU),
        Bar("bytes of memory", memory, BAR_MEMORY_BYTES),
    ]
    return bars, answers(console, presses)


def measure_few(folder: Path) -> dict[str, list[Answer]]:
    """The same keys on a small sweep."""
    with engine(folder, FEW, RUNNING) as sweep:
        console = attached(sweep)
        console.rest(SETTLED_S)
        presses = press_all(console, PRESSES)
        console.close()
    return answers(console, presses)


def compare_keys(many: dict[str, list[Answer]], few: dict[str, list[Answer]]) -> list[Bar]:
    """Print the two side by side, kind by kind."""
    bars = []
    for kind, took in many.items():
        here, there = (figures([one.seconds for one in some]) for some in (took, few[kind]))
        whole = [one.seconds for one in (*took, *few[kind]) if not one.stolen_s]
        print(
            f"terminal: key to repaint, {kind}: p50 {here[0] * 1e3:.1f} ms, p99 "
            f"{here[1] * 1e3:.1f} ms at {TRIALS} trials; p50 {there[0] * 1e3:.1f} ms, p99 "
            f"{there[1] * 1e3:.1f} ms at {FEW}; {here[0] / there[0]:.2f} times at p50; at most "
            f"{max(whole, default=0) * 1e3:.1f} ms in the {len(whole)} that the host let run",
            flush=True,
        )
        bars += [
            Bar(f"{kind}: p99 at {TRIALS}", here[1], BAR_KEY_S),
            Bar(f"{kind}: p99 at {FEW}", there[1], BAR_KEY_S),
            Bar(f"{kind}: p50 at {TRIALS} over p50 at {FEW}", here[0] / there[0], BAR_KEY_FACTOR),
        ]
    return bars


def figures(seconds: Sequence[float]) -> tuple[float, float]:
    """The median, and the value that one in a hundred exceeds."""
    ordered = sorted(seconds)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]


def measure_idle(sweep: Path, name: str) -> list[Bar]:
    """A finished sweep on the screen, and nobody at the keys."""
    console = attached(sweep)
    console.rest(SETTLED_S)
    idle = used(console, IDLE_S)
    console.close()
    print(f"terminal: {name}, {IDLE_S} s: {idle.bytes} bytes, {idle.cpu:.2%} of a core", flush=True)
    return [
        Bar(f"{name}: bytes while idle", idle.bytes, BAR_IDLE_BYTES),
        Bar(f"{name}: share of a core while idle", idle.cpu, BAR_IDLE_CPU),
    ]


def measure(folder: Path) -> list[Bar]:
    """Measure all there is."""
    bars, many = measure_busy(folder)
    bars += compare_keys(many, measure_few(folder))
    with engine(folder, TRIALS, 0) as sweep:
        bars += measure_idle(sweep, "finished, its engine still there")
    stored = finished_sweep(TRIALS, EPOCHS)
    more, typical = measure_starts(stored, "stored")
    bars += [*more, Bar("stored: seconds until usable", typical.usable_s, BAR_STORED_S)]
    return [*bars, *measure_idle(stored, "finished, stored")]


def main() -> int:
    """Measure, print, and say by the exit status whether the bars hold."""
    load, stolen = os.getloadavg()[0], stolen_s()
    with tempfile.TemporaryDirectory() as name:
        os.environ["TUI_TUNER_STATE_DIR"] = str(Path(name) / "state")
        bars = measure(Path(name))
    if importlib.util.find_spec("wandb") is None:
        print("terminal: W&B's LEET was skipped: wandb is not installed")
    missed = [bar for bar in bars if not bar.figure <= bar.most]
    for bar in missed:
        print(f"terminal: MISSED: {bar.name}: {bar.figure:.4g}, at most {bar.most:.4g}")
    print(
        f"terminal: {len(bars) - len(missed)} of {len(bars)} bars hold; {COLUMNS}x{LINES}, load "
        f"{load:.1f} before and {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} cores, "
        f"of which the host took {stolen_s() - stolen:.1f} s"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
