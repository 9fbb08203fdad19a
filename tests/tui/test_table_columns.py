"""The table's columns, its marks of change, and what the mouse does to it."""

from __future__ import annotations

from tests.fakes.fake_source import FakeSource
from tui_tuner.preferences import load
from tui_tuner.view_state import Sort
from tui_tuner.widgets import trial_table


def heading(t) -> str:
    return next(line for line in t.lines if line[2:4] == "id")


def roles(t, trial: str) -> str:
    """The roles of a row's cells, joined."""
    y = 1 + t.app.view.position(trial)
    return " ".join(role for _, role in t.table._shown[y])


async def test_columns_are_chosen_moved_and_remembered(tui, source):
    async with tui(source, (80, 24)) as t:
        assert "curve" in heading(t)
        await t.press("o")
        await t.sees("Columns of the table")
        await t.press(*["j"] * 5)
        assert any("▸ [x] curve" in line for line in t.lines)
        await t.press("space", "enter")
        assert "curve" not in heading(t)
        assert "curve" in load().hidden
        await t.press("o", "g", "j", "j", "J", "enter")
        assert heading(t).index("last") < heading(t).index("epoch")
    async with tui(source, (80, 24)) as t:
        assert "curve" not in heading(t)
        assert heading(t).index("last") < heading(t).index("epoch")
        await t.press("o", "r", "enter")
        assert "curve" in heading(t)
        assert (load().columns, load().hidden) == ((), ())


async def test_leaving_the_list_changes_nothing(tui, source):
    async with tui(source, (80, 24)) as t:
        before = heading(t)
        await t.press("o", "j", "j", "space", "J", "escape")
        assert heading(t) == before
        await t.press("o", "enter")
        assert load().columns == ()


async def test_a_click_in_the_list_shows_a_column_or_leaves_it_out(tui, source):
    async with tui(source, (80, 30)) as t:
        await t.press("o")
        await t.sees("[x] curve")
        y = next(y for y, line in enumerate(t.lines) if "[x] curve" in line)
        await t.pilot.click(offset=(20, y))
        await t.sees("[ ] curve")


async def test_columns_that_do_not_fit_are_scrolled_to(tui, source):
    async with tui(source, (60, 24)) as t:
        assert heading(t).rstrip().endswith(">")
        assert "why" not in heading(t)
        for _ in range(12):
            await t.press("right")
        assert "why" in heading(t)
        assert "<" in heading(t)
        assert ">" not in heading(t)
        assert t.ids[:2] == ["t0002", "t0001"]
        await t.press("left")
        assert "why" not in heading(t)
        await t.pilot.click(t.table, offset=(heading(t).index("<"), 0))
        await t.pilot.click(t.table, offset=(59, 0))


async def test_s_goes_through_the_columns_in_view(tui, source):
    async with tui(source, (40, 24)) as t:
        seen = []
        for _ in range(4):
            await t.press("s")
            seen.append(t.app.view.ordering.sort.column)
        assert seen[0] == "id"
        assert set(seen) <= {column.key for column in t.table.shown.columns}


async def test_a_click_on_a_heading_sorts_by_it_and_again_reverses(tui, source):
    async with tui(source) as t:
        await t.pilot.click(t.table, offset=(heading(t).index("id"), 0))
        assert t.ids == [f"t000{n}" for n in range(1, 9)]
        await t.pilot.click(t.table, offset=(heading(t).index("id"), 0))
        assert t.ids == [f"t000{n}" for n in range(8, 0, -1)]
        await t.pilot.click(t.table, offset=(heading(t).index("curve"), 0))
        assert t.app.view.ordering.sort.column == "id"


async def test_a_click_on_the_mark_marks(tui, source):
    async with tui(source) as t:
        await t.pilot.click(t.table, offset=(1, 3))
        assert t.app.view.marks == {"t0005"}
        await t.pilot.click(t.table, offset=(1, 3))
        assert not t.app.view.marks


async def test_what_is_new_or_changed_its_state_is_marked_for_a_moment(tui, source, monkeypatch):
    monkeypatch.setattr(trial_table, "FRESH_S", 0.3)
    async with tui(source) as t:
        assert all("fresh" not in roles(t, trial) for trial in t.ids)
        source.end(1, "complete")
        await t.until(lambda: "fresh" in roles(t, "t0001"))
        assert "fresh" not in roles(t, "t0002")
        source.propose({"lr": 1.0, "width": 3})
        await t.until(lambda: "t0009" in t.ids)
        assert "fresh" in roles(t, "t0009")
        await t.until(lambda: all("fresh" not in roles(t, trial) for trial in t.ids))
        source.report(2, 3, 0.9)
        await t.sees("0.9000")
        assert "fresh" not in roles(t, "t0002")


async def test_nothing_is_marked_after_a_reconnection(tui, source):
    async with tui(source) as t:
        t.reachable = False
        await t.connections[-1].close()
        await t.until(lambda: t.app.link.state.phase == "lost")
        source.end(1, "complete")
        t.reachable = True
        await t.until(lambda: t.app.view.rows["t0001"].state == "complete")
        await t.pilot.pause()
        assert all("fresh" not in roles(t, trial) for trial in t.ids)


async def test_the_cursor_stays_on_its_trial_and_in_view_among_ten_thousand(tui, source):
    for number in range(9, 10_001):
        row = {"lr": 1.0 / number, "width": number % 97}
        source.propose(row, state="complete", best=(number * 7919 % 10_007) / 10_007, attempts=1)
    async with tui(source, (80, 24)) as t:
        await t.press("G", *["up"] * 3)
        trial = t.table.cursor
        for keys in (["s"], ["s"], ["x"], ["slash", *"width>=0", "enter"], ["escape"]):
            await t.press(*keys)
            assert t.table.cursor == trial
            assert any(line.startswith("▸") and trial in line for line in t.lines)


async def test_the_order_is_remembered_and_a_sweep_without_the_column_has_its_own(
    tui, source, tmp_path
):
    async with tui(source) as t:
        while t.app.view.ordering.sort.column != "lr":
            await t.press("s")
        await t.press("x")
        order = t.ids
    async with tui(source) as t:
        assert t.app.view.ordering.sort == Sort("lr", reverse=True)
        assert t.ids == order
    other = FakeSource(tmp_path / "other")
    other.propose({"width": 3})
    async with tui(other) as t:
        assert t.app.view.ordering.sort == Sort()
    assert (load().sort, load().reverse) == ("lr", True)
