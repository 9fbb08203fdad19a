"""Draws the pictures that the README shows: `python -m docs.screenshots [FOLDER]`.

They are taken of the app itself over a recorded sweep (`docs/recording.py`), so they come out alike
on every machine.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tui_tuner.app import TunerApp
from tui_tuner.options import AppOptions

from .recording import RecordedConnection

HERE = Path(__file__).parent
SOON_S = 20.0


class Shot(NamedTuple):
    """A picture: its size in cells, the keys to it, and what it shows once it is whole."""

    size: tuple[int, int]
    keys: tuple[str, ...]
    shows: str


SHOTS = {
    "dashboard": Shot((140, 40), (), "train_loss"),
    "trial": Shot((120, 36), ("enter",), "checkpoints"),
    "compare": Shot((120, 32), ("space", "space", "space", "c"), "compare"),
    "space": Shot((120, 32), ("v",), "the best"),
    "narrow": Shot((80, 24), (), "t0071"),
}


async def draw(shot: Shot) -> str:
    """Give the SVG of a picture."""
    recording = RecordedConnection(HERE / "digits.json.gz", lambda: app.view.sweep)

    async def connect() -> RecordedConnection:
        return recording

    options = AppOptions(fps=60, theme="dark")
    app = TunerApp(connect, title="digits", clock=lambda: recording.now, options=options)
    async with app.run_test(size=shot.size) as pilot, asyncio.timeout(SOON_S):
        while not recording.is_over:
            await pilot.pause(0.05)
        await pilot.press("g", *shot.keys)
        last, svg = "", app.export_screenshot()
        while svg != last or shot.shows not in _text_of(svg):
            await pilot.pause(2.5)  # until what has just changed is no longer marked
            last, svg = svg, app.export_screenshot(title="tui-tuner attach digits")
        return slim(svg)


def _text_of(svg: str) -> str:
    return re.sub(r"<[^>]*>", "", svg).replace("&#160;", " ")


def slim(svg: str) -> str:
    """Take out fonts from the network: whoever shows the picture has a monospaced one."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
    return re.sub(r">\s+<", "><", svg)


def main() -> None:
    """Draw every picture into a folder, this one unless told."""
    os.environ |= {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    time.tzset()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    with TemporaryDirectory() as nobody:
        os.environ["TUI_TUNER_CONFIG_DIR"] = nobody
        for name, shot in SHOTS.items():
            (folder / f"{name}.svg").write_text(asyncio.run(draw(shot)) + "\n")
            print(f"{folder / name}.svg")  # noqa: T201


if __name__ == "__main__":
    main()
