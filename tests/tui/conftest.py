"""The app over a sweep in memory: `tui(source)` runs it, `Screenful` reads what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.errors import ConnectionLostError
from tests.fakes.fake_connection import FakeConnection
from tests.fakes.fake_source import FakeSource
from tests.fakes.idle import wait_for_idle
from tui_tuner.app import TunerApp
from tui_tuner.keymap import DEFAULT_KEYMAP, use
from tui_tuner.options import AppOptions
from tui_tuner.widgets.trial_table import TrialTable


class Tui:
    """A running app and the sweep behind it."""

    def __init__(self, source: FakeSource, **options: Any) -> None:
        self.source = source
        self.reachable = True
        self.connections: list[FakeConnection] = []
        names = options.keys() & set(AppOptions.__struct_fields__)
        chosen = {name: options.pop(name) for name in names}
        options = {"who": "ada@pts/1", "options": AppOptions(**{"fps": 1000, **chosen}), **options}
        self.app = TunerApp(self._connect, title="digits", clock=lambda: source.now, **options)
        self.pilot: Pilot[Any]

    async def _connect(self) -> FakeConnection:
        if not self.reachable:
            raise ConnectionLostError("no engine answers")
        self.connections.append(FakeConnection(self.source))
        return self.connections[-1]

    @property
    def lines(self) -> list[str]:
        """What the terminal shows, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def table(self) -> TrialTable:
        return self.app.screen_stack[1].query_one(TrialTable)

    @property
    def ids(self) -> list[str]:
        """The trials as they are listed, the first screenful."""
        words = (line[2:7] for line in self.lines)
        return [word for word in words if word[0] == "t" and word[1:].isdigit()]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; fail with the screen where it never comes."""
        for _ in range(300):
            if condition():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never came true; the screen shows:\n{self.text}")

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


@asynccontextmanager
async def running(
    source: FakeSource, size: tuple[int, int] = (80, 24), reachable: bool = True, **options: Any
) -> AsyncIterator[Tui]:
    tui = Tui(source, **options)
    tui.reachable = reachable
    async with tui.app.run_test(size=size) as pilot:
        tui.pilot = pilot
        if source.trials() and reachable:
            await tui.until(lambda: tui.app.view.order)
        await pilot.pause()
        try:
            yield tui
        finally:
            use(DEFAULT_KEYMAP)


@pytest.fixture(autouse=True)
def _idle_by_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pilot go on as soon as the app has done what it was told, and not before."""
    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", wait_for_idle)


@pytest.fixture
def tui() -> Callable[..., Any]:
    return running


@pytest.fixture
def source(tmp_path: Path) -> FakeSource:
    """Eight trials: t0001, t0002 run; t0003 to t0006 ended, t0005 best; t0007, t0008 wait."""
    sweep = FakeSource(tmp_path, epochs=5)
    for number in range(1, 9):
        lr = 3.1 * 10.0 ** -(number % 4 + 1)
        sweep.propose({"lr": lr, "width": 2 ** (number + 3), "dropout": 0.5})
    for number, final in ((3, "complete"), (4, "pruned"), (5, "complete"), (6, "failed")):
        sweep.start(number)
        for step in range(1, 4 if final == "pruned" else 6):
            sweep.report(number, step, 0.1 * step + 0.01 * number, val_loss=2.0 / step)
        sweep.now += 12
        reasons = {"pruned": "pruned by asha: too low", "failed": "exit 1"}
        failure = "error" if final == "failed" else None
        sweep.end(number, final, reason=reasons.get(final), failure=failure)
    sweep.change(5, best=0.9876, value=0.9876, spark=[0.1, 0.5, 0.9876])
    for number in (1, 2):
        sweep.start(number, slot=number - 1)
        sweep.report(number, 1, 0.2 + 0.1 * number, val_loss=1.5)
        sweep.report(number, 2, 0.3 + 0.1 * number, val_loss=1.0)
    return sweep
