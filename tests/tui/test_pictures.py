"""Every screen in its states, as it looks: pictures in `__snapshots__`, made anew by
`pytest tests/tui/test_pictures.py --snapshot-update` and read before they are committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from docs.recording import RecordedConnection
from engine.core.views import EngineView
from tests.fakes.fake_box import FakeBox
from tests.fakes.fake_source import START, FakeSource
from tests.fakes.gpu_box import mixed, on_gpus
from tests.fakes.picture import picture
from tests.tui.conftest import Tui, running
from tests.tui.test_sweeps import OFFER, alone, sweep
from tui_tuner.app import TunerApp
from tui_tuner.options import AppOptions
from tui_tuner.screens.series import MOVED_S

RECORDING = Path(__file__).parents[2] / "docs" / "digits.json.gz"
TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
SWEEPS = Path("/home/ada/sweeps")
SIZES = [(80, 24), (120, 40), (200, 60)]
MODES = {
    "dark": {},
    "light": {"theme": "light"},
    "contrast": {"theme": "high-contrast"},
    "ascii": {"ascii": True},
    "16": {"term": "xterm"},
}

WALK: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("dashboard", (), "t0071"),
    ("pane-curves", ("j", "j", "j", "j", "tab"), "val_acc"),
    ("pane-space", ("2",), "explains"),
    ("pane-log", ("3",), "continuing after"),
    ("pane-parameters", ("4",), "weight_decay"),
    ("pane-history", ("5",), "fine begins"),
    ("trial", ("1", "escape", "enter"), "val_acc"),
    ("log", ("l",), "continuing after"),
    ("compare", ("escape", "escape", "c"), "higher is better"),
    ("space", ("escape", "v"), "scatter"),
    ("space-parallel", ("tab",), "objective"),
    ("space-coverage", ("tab",), "the higher, the more often"),
    ("devices", ("escape", "d"), "who is on it"),
    ("insight", ("escape", "i"), "method"),
    ("history", ("escape", "h"), "ada@pts/0"),
    ("ranges", ("escape", "E"), "weight_decay"),
    ("help", ("escape", "question_mark"), "Keys"),
    ("columns", ("escape", "o"), "best"),
    ("palette", ("escape", "ctrl+p"), "find an action"),
)
"""A way through the screens: what each is called here, the keys to it, and what it shows."""


class Pictures(SingleFileSnapshotExtension):
    """One readable file a picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture(autouse=True)
def _in_one_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tell times as one time zone does, on a terminal that shows all."""
    for name, value in TERMINAL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TEXTUAL_COLOR_SYSTEM", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def drawn(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Pictures)


def named(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


def told(one: str | tuple[int, int]) -> str:
    return one if isinstance(one, str) else named(one)


def recorded(**chosen: Any) -> tuple[TunerApp, RecordedConnection]:
    """The app over the recording, which stands at the moment when that ended once it is over."""
    recording = RecordedConnection(RECORDING, lambda: app.view.sweep)

    async def connect() -> RecordedConnection:
        return recording

    options = AppOptions(fps=1000, **chosen)
    app = TunerApp(connect, title="digits", clock=lambda: recording.now, options=options)
    return app, recording


async def shot(t: Tui, keys: tuple[str, ...], text: str) -> str:
    """Press keys, and describe the screen once it shows `text` and nothing it asked for is due."""
    await t.press(*keys)
    await t.sees(text)
    last = ""
    while (now := picture(t.app)) != last:
        last = now
        await t.pilot.pause(MOVED_S + 0.02)
        await t.until(lambda: not asking(t.app))
    return now


def asking(app: TunerApp) -> list[str]:
    """Name what is being asked of the engine."""
    lasting = ("link", "keys")
    return [
        worker.name for worker in app.workers if worker.name not in lasting and worker.is_running
    ]


LOOKS = [(mode, size) for mode in MODES for size in SIZES if mode != "contrast" or size == SIZES[0]]
"""The theme of high contrast differs by its colours alone: one size shows them."""


@pytest.mark.parametrize(("mode", "size"), LOOKS, ids=told)
async def test_every_screen_of_a_running_sweep(
    mode: str, size: Any, drawn: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = dict(MODES[mode])
    if mode == "16":
        monkeypatch.setenv("TERM", chosen.pop("term"))
        monkeypatch.delenv("COLORTERM")
    t = Tui(FakeSource(Path("/nowhere")))
    t.app, recording = recorded(**chosen)
    async with t.app.run_test(size=size) as pilot:
        t.pilot = pilot
        await t.until(lambda: recording.is_over)
        t.app._tick()
        await t.until(lambda: not t.table._fresh)
        for name, keys, text in WALK:
            assert await shot(t, keys, text) == drawn(name=f"{mode}-{named(size)}-{name}")


Change = Callable[[FakeSource], object]

DEAD = EngineView(pid=None, alive=False)
STATES: dict[str, tuple[Change, str]] = {
    "running": (lambda sweep: None, "t0002"),
    "empty": (lambda sweep: None, "no trials yet"),
    "finished": (
        lambda sweep: sweep.set_sweep(state="finished", sentence="all 8 are done"),
        "done",
    ),
    "stopped": (
        lambda sweep: sweep.set_sweep(state="stopped", sentence="ada stopped it"),
        "S goes",
    ),
    "dead": (lambda sweep: sweep.set_sweep(state="dead", engine=DEAD), "the engine is gone"),
    "failed": (
        lambda sweep: sweep.set_sweep(
            state="stopped",
            sentence="5 trials failed in a row: no module named timm",
        ),
        "failed in a row",
    ),
    "warned": (lambda sweep: sweep.set_sweep(warnings=["no report carries val_acc"]), "no report"),
}


@pytest.mark.parametrize("size", SIZES, ids=named)
@pytest.mark.parametrize("state", STATES)
async def test_the_dashboard_in_every_state(
    state: str, size: Any, source: FakeSource, tmp_path: Path, drawn: SnapshotAssertion
) -> None:
    change, text = STATES[state]
    shown = FakeSource(tmp_path) if state == "empty" else source
    shown.live = state != "dead"
    change(shown)
    async with running(shown, size) as t:
        assert await shot(t, (), text) == drawn(name=f"{state}-{named(size)}")


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_a_lost_link(size: Any, source: FakeSource, drawn: SnapshotAssertion) -> None:
    async with running(source, size) as t:
        await shot(t, (), "val_loss" if size[0] > 80 else "t0002")
        t.reachable = False
        t.connections[-1].lose()
        source.now += 12
        assert await shot(t, (), "no answer from the engine") == drawn(name=f"lost-{named(size)}")


BOX: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("dashboard", (), "GPU"),
    ("devices", ("d",), "who is on it"),
    ("exclude", ("X",), "its trials leave at their next epoch"),
    ("trial", ("escape", "escape", "enter"), "val_acc"),
)


@pytest.mark.parametrize("mode", ["dark", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_a_box_of_eight_gpus(
    size: Any, mode: str, source: FakeSource, drawn: SnapshotAssertion
) -> None:
    async with running(on_gpus(source), size, **MODES[mode]) as t:
        for _ in range(12):
            source.now += 5
            source.set_sweep(devices=mixed())
            await t.until(lambda: t.app.view.seq == source.seq)
        await t.until(lambda: t.app.moment == source.now)
        t.table.move_to(t.app.view.position("t0001"))
        for name, keys, text in BOX:
            assert await shot(t, keys, text) == drawn(name=f"{mode}-{name}-{named(size)}")


ASKING: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("filter", ("slash", *"lr>1e-3"), "lr>1e-3"),
    ("filter-wrong", (*" width<",), "width<"),
    ("prune", ("escape", "escape", "K"), "Prune"),
    ("promote", ("escape", "B"), "Promote"),
    ("clone", ("escape", "C"), "lone"),
    ("slots", ("escape", "W"), "slots"),
    ("stop", ("escape", "S"), "top"),
    ("note", ("escape", "N"), "ote"),
)


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_every_question(size: Any, source: FakeSource, drawn: SnapshotAssertion) -> None:
    async with running(source, size) as t:
        for name, keys, text in ASKING:
            assert await shot(t, keys, text) == drawn(name=f"{name}-{named(size)}")


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_a_failed_trial(size: Any, source: FakeSource, drawn: SnapshotAssertion) -> None:
    async with running(source, size) as t:
        t.table.move_to(t.app.view.position("t0006"))
        assert await shot(t, ("enter",), "failed") == drawn(name=f"failed-{named(size)}")


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_the_sweeps_of_a_box(size: Any, drawn: SnapshotAssertion) -> None:
    live = sweep(SWEEPS, "digits", 8, began=START - 90)
    ended = sweep(SWEEPS, "cifar", 12, began=START - 86400, state="finished")
    async with alone(FakeBox(live, ended), size) as t:
        assert await shot(t, (), "cifar") == drawn(name=f"sweeps-{named(size)}")
    async with alone(FakeBox(), size) as t:
        assert await shot(t, (), "tui-tuner run") == drawn(name=f"first-{named(size)}")
    async with alone(FakeBox(offer=OFFER), size) as t:
        assert await shot(t, (), "sweep.yaml") == drawn(name=f"offer-{named(size)}")
