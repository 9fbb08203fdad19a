"""Keys, sizes, news and losses in any order: the app stands, and every line is whole."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from rich.cells import cell_len

from tests.fakes.fake_source import FakeSource, parameter
from tests.fakes.hostile import HOSTILE
from tui_tuner.actions import ACTIONS

LEAVES = {"q", "ctrl+c", "ctrl+q"}
EDITS = ("a", "9", "full_stop", "minus", "backspace", "delete", "home", "end", "left", "right")
KEYS = (
    *sorted({key for action in ACTIONS for key in action.keys.split(",")} - LEAVES),
    *EDITS,
    *("enter", "escape", "escape", "tab"),
)
SIZES = ((80, 24), (120, 40), (200, 60), (40, 10), (1, 1), (5, 3), (80, 2))
NUMBERS = (1e300, -1e300, -0.0, math.inf, -math.inf, math.nan, 1e-300, 0.5, 7)
TEXTS = tuple(text for name, text in HOSTILE.items() if name != "surrogate")
STEPS = 60


def happen(random: Random, source: FakeSource) -> None:
    """Let one thing happen to the sweep."""
    trials = source.trials()
    if not trials or random.random() < 0.2:
        many = {f"p{n}": n for n in range(300)} if random.random() < 0.1 else {}
        odd = random.choice([1, "x" * 300, None, True, "[/b]"])
        nested = {"a": {"b": [1, {"c": "é" * 50}]}}
        lr = random.choice(NUMBERS)
        source.propose({"lr": lr, "width": odd, "deep": nested, **many})
        return
    number = random.randrange(len(trials)) + 1
    state = source.trial(number).state
    if state in ("waiting", "paused"):
        source.start(number, slot=random.randrange(3))
    elif state == "running" and random.random() < 0.7:
        many = {f"m{n}": 1.0 for n in range(200)} if random.random() < 0.1 else {}
        step = (source.trial(number).step or 0) + 1
        others = {random.choice(TEXTS): random.choice(NUMBERS), **many}
        source.report(number, step, random.choice(NUMBERS), **others)
    elif state == "running":
        end = random.choice(("complete", "failed", "pruned", "paused"))
        source.end(number, end, reason=random.choice(TEXTS), failure=random.choice(("oom", None)))
    else:
        source.now += random.choice((1, 60, -3600, 86400))
        source.write_log(number, random.choice(TEXTS))
        source.decide("note", random.choice(TEXTS), number)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_in_whatever_order_the_app_stands(
    tui: Callable[..., Any], tmp_path, seed: int
) -> None:
    random = Random(seed)
    source = FakeSource(tmp_path, slots=3, epochs=random.choice((1, 5, 1000)))
    source.parameters = [parameter("lr", 1e-5, 1.0, scale="log"), parameter("width", 0, 10)]
    for _ in range(random.choice((0, 1, 12))):
        happen(random, source)
    done: list[object] = []
    async with tui(source, size=random.choice(SIZES), read_only=seed == 1) as running:
        for _ in range(STEPS):
            chance = random.random()
            if chance < 0.75:
                done.append(random.choice(KEYS))
                await running.pilot.press(done[-1])
            elif chance < 0.8:
                done.append(random.choice(SIZES))
                await running.pilot.resize_terminal(*done[-1])
            elif chance < 0.82 and running.connections:
                done.append("lost")
                running.connections[-1].lose()
            else:
                done.append("news")
                happen(random, source)
            width = running.app.size.width
            wrong = [line for line in running.lines if cell_len(line) != width]
            assert not wrong, done[-12:]
        assert running.app.is_running
    if seed == 1:
        assert not source.acts


@pytest.mark.parametrize("size", [(1, 1), (80, 2)], ids=str)
async def test_pages_are_turned_where_there_is_no_room_for_any(
    tui: Callable[..., Any], source: FakeSource, size: tuple[int, int]
) -> None:
    async with tui(source, size=size) as running:
        for keys in ("ctrl+p", "?", "l", "h", "v", "o", "i", "w", "d", "c", "enter"):
            await running.press(keys, "down", "pagedown", "pageup", "end", "home")
            assert running.app.is_running
            await running.press("escape", "escape")
