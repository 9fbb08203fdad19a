"""The history pane: who decided what, when and why; what was undone; U from there too."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.core.acts import Undo

LONG = "narrowed lr from 1e-6 to 10 to 3.2e-4 to 3.2e-2, and weight_decay, and the width " * 3


@pytest.fixture
def decided(source):
    """Three decisions: a rule's, a person's, and one that took the person's back."""
    source.decide("stop", "t0004 stopped by asha: .61 is below .84", 4, who="asha")
    source.decide("edit space", LONG, who="ada@pts/1")
    undo = source.decide("undo", "undid 2: narrowed lr", who="ada@pts/1")
    source._decisions[-1] = replace(undo, undoes=2)
    return source


async def test_h_lists_decisions_the_newest_first_and_what_was_undone_says_so(tui, decided):
    async with tui(decided, (120, 40)) as t:
        await t.press("h")
        await t.sees("undid 2: narrowed lr")
        rows = [line for line in t.lines if "asha" in line or "ada@pts/1" in line]
        assert [row.split()[0].lstrip("▸") or row.split()[1] for row in rows] == ["3", "2", "1"]
        assert "undone by 3: narrowed lr" in t.text
        assert "3 decisions" in t.text
        await t.press("escape")
        assert t.ids


async def test_enter_shows_the_whole_of_a_decision(tui, decided):
    async with tui(decided) as t:
        await t.press("h", "j")
        whole = " ".join(LONG.split())
        assert whole[-30:] not in " ".join(t.text.split())
        await t.press("enter")
        assert t.text.count("weight_decay") == 3
        await t.press("enter")
        assert "weight_decay" not in t.text


async def test_the_cursor_stays_on_its_decision_as_others_come(tui, decided):
    async with tui(decided) as t:
        await t.press("h", "j")
        decided.decide("stop", "t0001 stopped", 1, who="asha")
        await t.sees("t0001 stopped")
        at = next(line for line in t.lines if line.startswith("▸"))
        assert "undone by 3" in at


async def test_a_thousand_decisions_scroll(tui, source):
    for n in range(1200):
        source.decide("stop", f"the sentence of {n}", 1, who="asha")
    async with tui(source) as t:
        await t.press("h", "G")
        await t.sees("the sentence of 200")
        await t.press("g")
        await t.sees("the sentence of 1199")
        await t.press("pagedown", "pagedown")
        assert "the sentence of 1199" not in t.text
        assert "the sentence of 1159" in t.text


async def test_u_undoes_from_the_history_too(tui, decided):
    decided.set_sweep(undo="stopped by hand")
    async with tui(decided) as t:
        await t.press("h")
        await t.sees("U undoes: stopped by hand")
        await t.press("U")
        await t.sees("Undo the newest act")
        await t.sees("Enter do it")
        await t.press("enter")
        await t.until(lambda: decided.acts)
        assert decided.acts[0][0] == Undo()
        await t.sees("did: undo")


async def test_an_empty_history_says_what_will_fill_it(tui, source):
    async with tui(source) as t:
        await t.press("h")
        await t.sees("nothing has been decided yet")
