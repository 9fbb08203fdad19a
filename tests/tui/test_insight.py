"""The insight: which parameters matter, where the best lie, and how the search goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.core.views import ProposerView
from tests.fakes.space_source import SpaceSource
from tests.tui.test_dashboard import SIZES

CONFIG: dict[str, Any] = {
    "lr": {"min": 1e-6, "max": 10.0, "scale": "log"},
    "dropout": {"min": 0.0, "max": 0.7},
    "width": {"values": [32, 64, 128]},
    "seed_offset": {"value": 0},
}


@pytest.fixture
def source(tmp_path: Path) -> SpaceSource:
    """Forty trials ended, the best where lr is near 0.01; dropout does not matter."""
    sweep = SpaceSource(tmp_path, CONFIG)
    for number in range(1, 41):
        lr = 10.0 ** (-6 + (number - 1) * 7 / 40)
        params = {"lr": lr, "dropout": number * 7 % 40 / 60, "width": (32, 64, 128)[number % 3]}
        sweep.propose({**params, "seed_offset": 0})
        sweep.start(number)
        sweep.report(number, 5, 0.9 - abs(number - 23.4) / 20)
        sweep.end(number, "complete")
    made = ProposerView(
        method="tpe",
        observations=34,
        startup=False,
        fallback=False,
        sentence="tpe on 34 observations",
    )
    sweep.set_sweep(method="tpe", proposer=made, rules=["asha: first rung: epoch 3"])
    return sweep


@pytest.mark.parametrize("size", SIZES)
async def test_i_says_what_matters_and_where_the_best_lie(tui, source, size):
    async with tui(source, size) as t:
        await t.press("i")
        await t.sees("which parameters matter, by 40 trials")
        rows = [line for line in t.lines if line[1:5] in ("lr  ", "drop", "widt")]
        assert rows[0].startswith(" lr ")
        assert "best between" in rows[0]
        assert "★" in rows[0]
        assert "seed_offset" not in t.text
        assert all("as chance" in row for row in rows[1:])
        assert "method  tpe on 34 observations" in t.text
        assert "rule    asha: first rung: epoch 3" in t.text
        assert all(len(line) == size[0] for line in t.lines)
        await t.press("escape")
        assert t.ids


async def test_it_says_what_advice_would_have_cost(tui, source):
    source.change(1, advice="median: would stop it")
    source.change(23, advice="median: would stop it")
    async with tui(source, (120, 40)) as t:
        await t.press("i")
        await t.sees("would have stopped 2 of 40 trials, 1 of the best 10 among them")


async def test_it_follows_the_sweep(tui, source):
    async with tui(source) as t:
        await t.press("i")
        await t.sees("by 40 trials")
        source.start(source.propose({"lr": 1.0, "dropout": 0.1, "width": 32}))
        source.report(41, 5, 0.1)
        source.end(41, "complete")
        await t.sees("by 41 trials")


async def test_before_enough_trials_it_says_that_it_cannot_tell(tui, tmp_path):
    empty = SpaceSource(tmp_path, CONFIG)
    empty.propose({"lr": 1.0, "dropout": 0.1, "width": 32})
    async with tui(empty) as t:
        await t.press("i")
        await t.sees("by 0 trials")
        assert "unknown" in t.text


async def test_from_there_the_ranges_are_edited(tui, source):
    async with tui(source, (120, 40)) as t:
        await t.press("i")
        await t.sees("which parameters matter")
        await t.press("E")
        await t.until(lambda: "which parameters matter" not in t.text)
        await t.press("escape")
        await t.sees("which parameters matter")


async def test_plain_ascii_shows_as_much(tui, source):
    async with tui(source, ascii=True) as t:
        await t.press("i")
        await t.sees("which parameters matter")
        assert t.text.isascii()
