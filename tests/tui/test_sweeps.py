"""The sweeps of a box: which there are, going from one to another, beginning the first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from engine.core.views import EngineView
from tests.fakes.fake_box import FakeBox
from tests.fakes.fake_source import START, FakeSource
from tests.tui.conftest import Tui
from tests.tui.test_dashboard import SIZES
from tui_tuner.app import TunerApp
from tui_tuner.box import Offer
from tui_tuner.options import AppOptions
from tui_tuner.screens import sweeps

OFFER = Offer(
    config=Path("sweep.yaml"),
    name="digits",
    method="tpe",
    metric="maximize val_acc",
    parameters=3,
    trials=20,
    slots=2,
    warnings=("width is passed to nothing",),
)


@asynccontextmanager
async def alone(
    box: FakeBox, size: tuple[int, int] = (120, 40), **chosen: Any
) -> AsyncIterator[Tui]:
    """The app as `tui-tuner` alone starts it."""
    t = Tui(FakeSource(Path("/nowhere")))
    t.app = TunerApp(None, box=box, options=AppOptions(**chosen), clock=lambda: START)
    async with t.app.run_test(size=size) as pilot:
        t.pilot = pilot
        await t.until(lambda: "looking for sweeps" not in t.text)
        yield t


def sweep(
    folder: Path, name: str, trials: int, *, began: float = START, **fields: Any
) -> FakeSource:
    """A sweep whose trials reported, in a folder of its own."""
    made = FakeSource(folder / name, name=name)
    for number in range(1, trials + 1):
        made.propose()
        made.start(number)
        made.report(number, 1, number / 10)
    made.set_sweep(started_at=began, **fields)
    return made


@pytest.fixture
def box(tmp_path: Path) -> FakeBox:
    """Three sweeps: `old` runs, `new` has finished since, `gone` lost its engine."""
    dead = EngineView(pid=None, alive=False)
    return FakeBox(
        sweep(tmp_path, "gone", 1, began=START - 9, state="dead", engine=dead),
        sweep(tmp_path, "new", 3, began=START, state="finished", engine=dead),
        sweep(tmp_path, "old", 2, began=START - 99),
    )


def listed(t: Tui) -> list[str]:
    return [line.split()[1 if line[0] == "▸" else 0] for line in t.lines if "val_acc  " in line]


@pytest.mark.parametrize("size", SIZES)
async def test_alone_it_lists_the_sweeps_the_live_ones_first(box: FakeBox, size: Any) -> None:
    async with alone(box, size) as t:
        text = t.text
        assert text.index("old") < text.index("new") < text.index("gone")
        assert "dead" in text
        assert all(cell_len(line) == size[0] for line in t.lines)
        if size[0] >= 120:
            assert "3 known, 1 with an engine" in text
            assert "0.3000" in text


async def test_enter_shows_the_sweep_and_w_the_others_again(box: FakeBox) -> None:
    async with alone(box) as t:
        await t.press("enter")
        await t.sees("t0002")
        assert t.app.title == "old"
        await t.press("w")
        await t.sees("sweeps of this box")
        await t.press("escape")
        await t.sees("t0002")


async def test_one_goes_from_sweep_to_sweep_in_place_and_nothing_of_the_first_stays(
    tui: Any, box: FakeBox, source: FakeSource
) -> None:
    box.sources[str(source.directory)] = source
    async with tui(source, (120, 40), box=box) as t:
        await t.press("space", "w")
        await t.sees("sweeps of this box")
        await t.press("g", "j", "enter")
        await t.until(lambda: len(t.app.view.rows) == 2 and t.ids)
        assert t.app.title == "old"
        assert not t.app.view.marks
        assert t.connections[0].closed
        source.change(1, note="too late")
        await t.pilot.pause()
        assert len(t.app.view.rows) == 2
        t.app.action_detach()
    assert "the sweep goes on: tui-tuner attach old" in t.app.return_value


async def test_what_the_former_sweep_still_said_is_not_taken_for_the_next_one_s(
    tui: Any, box: FakeBox, source: FakeSource
) -> None:
    async with tui(source, (120, 40), box=box) as t:
        for number in range(1, 9):
            source.change(number, note="news")
        await t.app.turn_to(box.open(Path(next(iter(box.sources)))))
        await t.until(lambda: len(t.app.view.rows) == 1)
        assert t.app.view.sweep.name == "gone"


async def test_the_sweep_one_is_at_is_marked_and_enter_goes_back_to_it(
    tui: Any, box: FakeBox, source: FakeSource
) -> None:
    box.sources[str(source.directory)] = source
    async with tui(source, (120, 40), box=box) as t:
        await t.press("w")
        await t.sees("sweeps of this box")
        await t.until(
            lambda: any("● " in line and source.directory.name in line for line in t.lines)
        )
        before = len(t.connections)
        await t.press("g", "enter")
        await t.until(lambda: t.ids)
        assert len(t.connections) == before


async def test_slash_shows_sweeps_of_these_words_and_escape_all(box: FakeBox) -> None:
    async with alone(box) as t:
        await t.press("slash", *"go")
        await t.until(lambda: listed(t) == ["gone"])
        await t.press("x")
        await t.sees("none of 3 sweeps has these words")
        await t.press("backspace", "enter", "escape")
        await t.until(lambda: listed(t) == ["old", "new", "gone"])


async def test_news_of_the_box_show_by_themselves(
    box: FakeBox, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sweeps, "LOOK_EVERY_S", 0.02)
    async with alone(box) as t:
        fresh = sweep(tmp_path, "fresh", 1, began=START + 1)
        box.sources[str(fresh.directory)] = fresh
        await t.until(lambda: listed(t) == ["fresh", "old", "new", "gone"])


@pytest.mark.parametrize("size", [*SIZES, (40, 10)])
async def test_without_a_sweep_it_says_how_to_begin(size: Any) -> None:
    async with alone(FakeBox(), size) as t:
        await t.sees("A sweep runs your training")
        assert all(cell_len(line) == size[0] for line in t.lines)
        if size[1] >= 24:
            assert "lr: {min: 1e-5, max: 1.0, scale: log}" in t.text
            assert "import tui_tuner as tt" in t.text
            assert "tui-tuner run sweep.yaml" in t.text
            assert "tui-tuner run sample_configs/digits/sweep.yaml" in t.text
            assert "q leave" in t.text
        await t.press("escape", "j", "q")
    assert t.app.return_value is None


async def test_a_config_in_the_folder_is_run_after_it_was_asked(tmp_path: Path) -> None:
    box = FakeBox(offer=OFFER)
    box.fresh = sweep(tmp_path, "digits", 1)
    async with alone(box, (80, 24)) as t:
        await t.sees("sweep.yaml of this folder: digits · tpe · 20 trials · 2 at a time")
        await t.press("enter")
        await t.sees("20 trials, 2 at a time, to maximize val_acc")
        assert "width is passed to nothing" in t.text
        await t.press("escape")
        assert box.begun == []
        await t.press("enter")
        await t.sees("Enter do it")
        await t.press("enter")
        await t.sees("t0001")
    assert box.begun == [Path("sweep.yaml")]


async def test_what_a_folder_offers_comes_first_until_a_sweep_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, running = FakeSource(tmp_path / "b" / "done"), FakeSource(tmp_path / "c" / "runs")
    done.set_sweep(state="finished", engine=EngineView(pid=None, alive=False))
    running.set_sweep(state="running", engine=EngineView(pid=7, alive=True))
    async with alone(FakeBox(done, offer=OFFER), (80, 24)) as t:
        await t.sees("1 known")
        assert "sweep.yaml of this folder" in t.lines[2]
        assert "Enter run it" in t.text
    async with alone(FakeBox(done, running, offer=OFFER), (80, 24)) as t:
        await t.sees("2 known")
        assert "running" in t.lines[2]
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    async with alone(FakeBox(done, offer=OFFER), (80, 24)) as t:
        await t.sees("1 known")
        assert "finished" in t.lines[2]


async def test_an_offer_for_gpus_is_there_before_they_are_counted(tmp_path: Path) -> None:
    box = FakeBox(offer=replace(OFFER, slots=0))
    async with alone(box) as t:
        await t.sees("sweep.yaml of this folder: digits · tpe · 20 trials")
        await t.press("enter")
        await t.sees("20 trials, as many at a time as the GPUs have room for, to maximize")
        await t.press("escape")
        box.looked.set()
        await t.sees("sweep.yaml of this folder: digits · tpe · 20 trials · 8 at a time on 2 GPUs")
        await t.press("enter")
        await t.sees("20 trials, 8 at a time on 2 GPUs, to maximize val_acc")


async def test_a_config_that_cannot_run_says_why(tmp_path: Path) -> None:
    broken = Offer(config=Path("sweep.yaml"), faults=("sweep.yaml:3: lr: min is above max",))
    async with alone(FakeBox(offer=broken)) as t:
        await t.sees("lr: min is above max")
        await t.press("enter")
        await t.until(lambda: t.text.count("lr: min is above max") == 2)


async def test_an_engine_that_does_not_start_says_why(tmp_path: Path) -> None:
    box = FakeBox(offer=OFFER)
    box.fault = "the engine cannot run: no space"
    async with alone(box) as t:
        await t.press("enter", "enter")
        await t.sees("the engine cannot run: no space")


async def test_hostile_names_break_no_line(tmp_path: Path) -> None:
    bad = "\x1b[31m损失[/b]\u202e"
    made = FakeSource(tmp_path / bad / bad, name=bad, metric=bad)
    made.set_sweep(state=bad)
    offer = Offer(config=Path(bad), faults=(bad,))
    async with alone(FakeBox(made, offer=offer), (80, 24)) as t:
        await t.sees("1 known")
        assert all(cell_len(line) == 80 and line.isprintable() for line in t.lines)


async def test_ascii_is_all_that_an_ascii_terminal_gets(box: FakeBox) -> None:
    async with alone(box, ascii=True) as t:
        assert t.text.isascii()
    async with alone(FakeBox(offer=OFFER), ascii=True) as t:
        await t.sees("A sweep runs")
        assert t.text.isascii()
