"""The app in tmux, as most people run it over SSH."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

CONFIG = """
name: quick
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
limits: {trials: 2}
resources: {slots: 2}
start: zygote
preload: []
"""

SCRIPT = """
import time
from pathlib import Path
import tui_tuner as tt
trial = tt.trial(lr=0.5)
trial.report(1, acc=trial.params.lr)
while not Path("go").exists():
    time.sleep(0.01)
"""


class Tmux:
    """A tmux server of its own with one session of 100 x 30."""

    def __init__(self, socket: Path, cwd: Path) -> None:
        self._socket = socket
        size = ["-x", "100", "-y", "30"]
        locale = ["-e", "LC_ALL=C.UTF-8"]
        self.call("-u", "new-session", "-d", *size, *locale, "-c", str(cwd), "sh")

    def call(self, *words: str) -> str:
        """Run a tmux command; give its output."""
        command = ["tmux", "-f", "/dev/null", "-S", str(self._socket), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def type(self, *keys: str) -> None:
        """Type keys, by their tmux names."""
        self.call("send-keys", *keys)

    def sees(self, *texts: str) -> None:
        """Wait until the pane shows all of these."""

        def shown() -> bool:
            screen = self.call("capture-pane", "-p")
            return all(text in screen for text in texts)

        wait_until(shown, f"the pane shows {texts}")

    def close(self) -> None:
        """End the server and everything in it."""
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], capture_output=True)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    with tempfile.TemporaryDirectory(prefix="tmux-", dir="/tmp") as short:
        session = Tmux(Path(short) / "socket", tmp_path)
        yield session
        session.close()


def test_a_sweep_is_watched_left_and_seen_to_its_end_in_tmux(tmp_path: Path, tmux: Tmux) -> None:
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    sweep.start()
    attach = shlex.join([sys.executable, "-m", "tui_tuner", "attach", str(sweep.directory)])
    tmux.type(attach, "Enter")
    tmux.sees("● running", "t0001 ▶", "t0002 ▶", "K prune", "q detach")
    tmux.type("q")
    tmux.sees("the sweep goes on: tui-tuner attach sweep")
    assert engine_pid(sweep.directory) is not None
    tmux.type("clear", "Enter", attach, "Enter")
    tmux.sees("t0001 ▶")
    (tmp_path / "go").touch()
    tmux.sees("t0001 ✓", "t0002 ✓", "2 trials are done", "q leave")
    tmux.type("q")
    tmux.sees("quick is finished; best 0.")
    sweep.kill_engine()
