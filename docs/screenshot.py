"""Draws the dashboard over a sweep into an SVG: `python docs/screenshot.py SWEEP_DIR OUT.svg`.

The sweep may be running or not; the picture is taken once its curves are drawn. `--keys` are
pressed before, by Textual's names: `--keys j j enter`.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path

from engine.lifecycle import open_sweep
from tui_tuner.app import TunerApp
from tui_tuner.widgets.trial_pane import TrialPane

SIZE = (120, 36)
_DRAWN_S = 20.0


async def draw(sweep: Path, title: str, keys: list[str]) -> str:
    """Give the SVG of the dashboard over a sweep."""
    app = TunerApp(lambda: open_sweep(sweep, "screenshot", read_only=False), title=title)
    async with app.run_test(size=SIZE) as pilot:
        async with asyncio.timeout(_DRAWN_S):
            while not app.view.order:
                await pilot.pause(0.05)
            await pilot.press(*keys)
            pane = app.screen_stack[-1].query_one(TrialPane)
            while not pane.has_curves:
                await pilot.pause(0.05)
        await pilot.pause(0.3)
        return slim(app.export_screenshot(title=title))


def slim(svg: str) -> str:
    """Take out fonts from the network: whoever shows the picture has a monospaced one."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
    return re.sub(r">\s+<", "><", svg)


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sweep", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--title", default="tui-tuner run sweep.yaml")
    parser.add_argument("--keys", nargs="*", default=[])
    given = parser.parse_args()
    given.out.write_text(asyncio.run(draw(given.sweep, given.title, given.keys)) + "\n")


if __name__ == "__main__":
    main()
