"""What a person does who knows the footer alone: the best trial, its curve, a bad one gone."""

from __future__ import annotations

import pytest

from engine.core.acts import Prune
from tests.tui.test_dashboard import SIZES


async def by_the_footer(t, key: str, label: str) -> None:
    """Press a key that the footer offers under this label."""
    await t.until(lambda: f"{key} {label}" in t.lines[-1])
    await t.press(key)


@pytest.mark.parametrize("size", SIZES)
async def test_the_best_trial_beside_the_second_best_and_a_bad_one_pruned(tui, source, size):
    async with tui(source, size) as t:
        assert "best 0.9876 t0005" in t.lines[0]
        assert any(line.startswith(" ★t0005") for line in t.lines)
        t.table.move_to(t.app.view.position("t0005"))
        await by_the_footer(t, "c", "compare")
        await t.sees("★t0005")
        await t.sees("t0006")
        await by_the_footer(t, "?", "help")
        await t.sees("read values off the curves")
        await t.press("escape", "escape")
        t.table.move_to(t.app.view.position("t0001"))
        await by_the_footer(t, "K", "prune")
        await t.sees("Prune 1 trial")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Prune(trials=(1,))
        await t.sees("U undo")


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("epochs", "promote (B)"),
        ("budget", "promote (B)"),
        ("narrow", "ranges (E)"),
        ("yaml", "copy (p)"),
        ("output", "log (l)"),
        ("columns", "columns (o)"),
        ("sweeps", "sweeps (w)"),
    ],
)
async def test_the_palette_finds_what_a_person_wants_by_its_words(tui, source, words, action):
    async with tui(source) as t:
        await t.press("ctrl+p", *words)
        await t.sees(action)
