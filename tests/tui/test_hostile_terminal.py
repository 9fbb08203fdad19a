"""A real sweep full of hostile text, looked at in a real terminal: shown, never obeyed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from engine.ownership import engine_pid
from tests.fakes.hostile import HOSTILE, NEEDLES
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.terminal import Terminal
from tui_tuner.cli import main

pytestmark = pytest.mark.alone

SHOWN = {name: text for name, text in HOSTILE.items() if name != "surrogate"}

NAMES = [SHOWN[name][:40] for name in ("wide", "combining", "long")]
"""What may be a parameter's name."""


def quoted(text: str) -> str:
    """Write text as YAML, what cannot be printed as escapes."""
    safe = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(safe)}"'


CONFIG = f"""
name: hostile
description: {quoted(SHOWN["markup"])}
metric: {{name: acc, goal: maximize}}
parameters:
  choice: {{values: [{", ".join(map(quoted, SHOWN.values()))}]}}
{"".join(f"  {quoted(name)}: {{min: 0.0, max: 1.0}}{chr(10)}" for name in NAMES)}
method: random
budget: {{parameter: epochs, max: 3}}
limits: {{trials: 3, failures: 9}}
resources: {{slots: 1}}
start: spawn
"""

SCRIPT = """
import json, os, sys, time
import tui_tuner as tt
texts = json.load(open("texts.json"))
trial = tt.trial()
for text in texts.values():
    print(text)
    print(text, file=sys.stderr)
os.write(1, b"\\xff\\xfe\\x9b31m\\x00\\n")
for step in (1, 2, 3):
    others = {text: float(step) for text in texts.values()}
    trial.report(step, acc=step / (3 + trial.seed % 7), **others)
if int(trial.id.lstrip("t")) == 2:
    raise RuntimeError("".join(texts.values()))
while trial.id.endswith("3") and not os.path.exists("go"):
    time.sleep(0.01)
"""

SAFE = re.compile(
    rb"\x1b(?:\[[?>=<]?[\d;:]*[ $]?[A-Za-z]|[=>78MHc]|[()][AB0]|\](?:11;\?|22;\w+)(?:\x07|\x1b\\))"
)
"""The sequences an app may send that draws and asks what its terminal can do."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSweep]:
    """Three trials, one of them failed, under hostile parameters, reports, output and notes."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("hostile")
    patch.setenv("TUI_TUNER_STATE_DIR", str(folder / "state"))
    patch.setenv("TUI_TUNER_LINGER_S", "0.2")
    (folder / "texts.json").write_text(json.dumps(SHOWN))
    sweep = RealSweep(folder, SCRIPT, CONFIG)
    sweep.start()
    wait_until(lambda: sweep.trial(3), "the second trial has ended")
    note = "".join(SHOWN.values())[:1000]
    assert main(["note", str(sweep.directory), "t0001", note, "--why", note]) == 0
    (folder / "go").touch()
    wait_until(lambda: sweep.state == "finished", "the sweep has ended")
    wait_until(lambda: engine_pid(sweep.directory) is None, "the engine has left")
    yield sweep
    patch.undo()


SCREENS = {
    "l": ("KiB",),
    "v": ("[scatter]", "\t[parallel]", "\t[coverage]"),
    "i": ("hostile  insight",),
    "h": ("hostile  history",),
    "d": ("hostile  devices",),
    "c": ("hostile  compare",),
    "w": ("sweeps of this box",),
    "o": ("Columns",),
    "?": ("Keys",),
    "\r": ("1 of 3", "]2 of 3", "]3 of 3"),
}
"""The keys to the screens, and what each shows that the others do not, after a further key."""


def assert_whole(terminal: Terminal, width: int) -> None:
    """Every line is as wide as the terminal, in cells, and holds nothing that is not printed."""
    for line in terminal.lines:
        assert line.isprintable(), repr(line)
        assert cell_len(line) <= width


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_no_control_sequence_of_a_stranger_reaches_the_terminal(hostile: RealSweep, size) -> None:
    directory = str(hostile.directory)
    terminal = Terminal("attach", directory, cwd=hostile.folder, size=size)
    try:
        terminal.sees("t0001", "t0002", "t0003")
        for key, headings in SCREENS.items():
            terminal.press(key)
            for heading in headings:
                further = heading[0] if heading[0] in "\t]" else ""
                terminal.press(*further)
                terminal.sees(heading.removeprefix(further))
                assert_whole(terminal, size[0])
            terminal.press("\x1b")
            terminal.until(
                lambda gone=heading: gone.strip("\t]") not in terminal.text, "it is left"
            )
        terminal.press("q")
        assert terminal.ends() == 0
    finally:
        terminal.leave()
    assert not [needle for needle in NEEDLES if needle in terminal.raw]
    strange = [
        found for found in re.findall(rb"\x1b[^\x1b]{0,80}", terminal.raw) if not SAFE.match(found)
    ]
    assert not strange
