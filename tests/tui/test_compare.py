"""Trials beside each other: which are compared, every key, and what the table says."""

from __future__ import annotations

import pytest

from engine.core.acts import Prune
from tests.fakes.fake_source import FakeSource
from tests.tui.test_dashboard import SIZES
from tests.tui.test_hostile_text import HOSTILE
from tui_tuner.screens.compare import CompareScreen
from tui_tuner.screens.trial import TrialScreen
from tui_tuner.view.compare import Comparison


def comparison(t) -> Comparison:
    screen = t.app.screen
    assert isinstance(screen, CompareScreen)
    return screen._comparison


def row(t, label: str) -> list[str]:
    """What stands in the row of the table with this label, without the scroll bar."""
    line = next(line for line in t.lines if line[1:17].rstrip() == label)
    return line[17:].rstrip(" ▐#").split()


async def opened(t, *marked: str) -> None:
    for name in marked:
        t.table.move_to(t.app.view.position(name))
        await t.press("space")
    await t.press("c")
    await t.until(lambda: isinstance(t.app.screen, CompareScreen))


@pytest.mark.parametrize("size", [*SIZES, (40, 10)])
async def test_every_line_is_whole_at_every_size(tui, source, size):
    async with tui(source, size) as t:
        await opened(t, "t0003", "t0005", "t0004")
        await t.sees("★t0005")
        await t.press("right", "right_square_bracket")
        assert all(len(line) == size[0] for line in t.lines)
        assert len(t.lines) == size[1]


async def test_without_marks_the_current_trial_is_compared_with_the_best(tui, source):
    async with tui(source) as t:
        t.table.move_to(t.app.view.position("t0004"))
        await opened(t)
        assert comparison(t).trials == ("t0005", "t0004")
        await t.press("escape")
        assert t.ids


async def test_the_best_is_compared_with_the_second_best(tui, source):
    async with tui(source) as t:
        t.table.move_to(t.app.view.position("t0005"))
        await opened(t)
        assert comparison(t).trials == ("t0005", "t0006")


async def test_a_single_mark_is_compared_with_the_best(tui, source):
    async with tui(source) as t:
        await opened(t, "t0001")
        assert comparison(t).trials == ("t0005", "t0001")


async def test_marks_are_compared_the_best_first_and_curves_are_named(tui, source):
    async with tui(source, (120, 40)) as t:
        await opened(t, "t0003", "t0004", "t0005")
        assert comparison(t).trials == ("t0005", "t0003", "t0004")
        await t.sees("t0004 lr 3.1e-1")
        assert "t0005 lr 3.1e-2" in t.text


async def test_the_table_says_what_differs_and_marks_the_best_value(tui, source):
    async with tui(source, (120, 40)) as t:
        await opened(t, "t0003", "t0005")
        assert row(t, "lr") == ["3.1e-2", "3.1e-4"]
        assert row(t, "width") == ["256", "64"]
        assert "1 other parameter the same" in t.text
        assert "dropout" not in t.text
        assert row(t, "best val_acc") == ["★0.9876", "0.5300"]
        assert row(t, "epoch") == ["5/5", "5/5"]
        assert row(t, "attempts") == ["1", "1"]


async def test_arrows_read_values_off_and_escape_stops_it(tui, source):
    async with tui(source, (120, 40)) as t:
        await opened(t, "t0003", "t0004")
        await t.sees("t0003 lr")
        await t.press("left")
        assert row(t, "at epoch 5") == ["0.5300", "-"]
        await t.press("left", "left")
        assert row(t, "at epoch 3") == ["0.3300", "0.3400"]
        assert "▲" in t.text
        await t.press("shift+left")
        assert row(t, "at epoch 1") == ["0.1300", "0.1400"]
        await t.press("shift+right", "right")
        assert comparison(t).cursor == 5.0
        await t.press("escape")
        assert comparison(t).cursor is None
        assert "at epoch 5" not in t.text


async def test_m_draws_the_next_metric_and_y_a_log_axis(tui, source):
    async with tui(source) as t:
        await opened(t, "t0003", "t0005")
        await t.sees("1 of 2, m: next")
        assert "higher is better" in t.text
        await t.press("m")
        assert t.lines[1].startswith(" val_loss")
        await t.press("y")
        assert "log" in t.lines[1].split()
        await t.press("m", "y")
        assert t.lines[1].startswith(" val_acc")
        assert "log" not in t.lines[1].split()


async def test_a_draws_over_time_at_work_and_z_smooths(tui, source):
    async with tui(source) as t:
        await opened(t, "t0003", "t0005")
        await t.press("left", "a")
        assert comparison(t).cursor is None
        assert "by time at work" in t.lines[1]
        await t.press("a")
        assert "time at work" not in t.text
        for said in ("smoothed 0.6", "smoothed 0.9"):
            await t.press("z")
            assert said in t.lines[1]
        await t.press("z")
        assert "smoothed" not in t.lines[1]


async def test_space_drops_the_chosen_trial_and_its_mark(tui, source):
    async with tui(source) as t:
        await opened(t, "t0003", "t0004", "t0005")
        await t.press("space")
        assert "choose a trial with [ ] first" in t.text
        await t.press("right_square_bracket", "right_square_bracket")
        assert comparison(t).chosen == "t0003"
        await t.press("left_square_bracket", "right_square_bracket", "space")
        assert comparison(t).trials == ("t0005", "t0004")
        assert t.app.view.marks == {"t0004", "t0005"}
        await t.press("space", "space")
        assert "no trial is left to compare" in t.text
        await t.press("escape")
        assert t.ids


async def test_capitals_act_on_all_shown_or_on_the_one_chosen(tui, source):
    async with tui(source) as t:
        await opened(t, "t0001", "t0002")
        assert "prune 2" in t.lines[-1]
        await t.press("right_square_bracket")
        assert "keys act on t0002" in t.lines[0]
        await t.press("K")
        await t.sees("t0002")
        await t.press("enter")
        await t.until(lambda: source.acts)
        act, _, _ = source.acts[0]
        assert isinstance(act, Prune)
        assert act.trials == (2,)


async def test_enter_opens_the_chosen_trial_the_first_without_a_choice(tui, source):
    async with tui(source) as t:
        await opened(t, "t0003", "t0004")
        for keys, trial in (((), "t0003"), (("left_square_bracket",), "t0004")):
            await t.press(*keys, "enter")
            await t.until(lambda: isinstance(t.app.screen, TrialScreen))
            assert t.app.screen.trial == trial
            await t.press("escape")
            await t.until(lambda: isinstance(t.app.screen, CompareScreen))


async def test_a_click_on_a_trial_chooses_it(tui, source):
    async with tui(source, (120, 40)) as t:
        await opened(t, "t0003", "t0005")
        head = next(y for y, line in enumerate(t.lines) if "★t0005" in line)
        await t.pilot.click(offset=(t.lines[head].index("t0003"), head))
        await t.until(lambda: comparison(t).chosen == "t0003")


async def test_a_click_on_the_curves_reads_off_there(tui, source):
    async with tui(source, (120, 40)) as t:
        await opened(t, "t0003", "t0005")
        await t.sees("t0003 lr")
        foot = next(y for y, line in enumerate(t.lines) if "epoch  " in line and "┬" not in line)
        await t.pilot.click(offset=(t.lines[foot].index("3"), foot - 5))
        await t.until(lambda: comparison(t).cursor == 3.0)


async def test_rows_beyond_the_screen_are_scrolled_to(tui, source):
    async with tui(source) as t:
        await opened(t, "t0003", "t0005")
        before = t.lines[15:22]
        await t.press("j")
        assert t.lines[15:22] != before
        await t.press("k")
        assert t.lines[15:22] == before
        await t.press("G")
        assert "attempts" in t.text
        await t.press("g", "pagedown", "pageup")
        assert t.lines[15:22] == before


async def test_more_than_six_are_shown_page_by_page(tui, source):
    async with tui(source) as t:
        await opened(t, *(f"t{number:04d}" for number in range(1, 9)))
        assert "1-6 of 8, n" in t.text
        await t.press("n")
        assert "7-8 of 8, n" in t.text
        await t.press("right_square_bracket", "left_square_bracket")
        assert "1-6 of 8, n" in t.text


async def test_it_follows_the_trials_as_they_run(tui, source):
    async with tui(source, (120, 40)) as t:
        await opened(t, "t0001", "t0002")
        assert row(t, "last val_acc") == ["0.5000", "0.4000"]
        source.report(1, 3, 0.9)
        await t.until(lambda: row(t, "last val_acc") == ["0.5000", "0.9000"])
        await t.until(lambda: t.app.screen._curves.get("t0001", {}).get("val_acc", [])[-1:])
        await t.until(lambda: t.app.screen._curves["t0001"]["val_acc"][-1][0] == 3)


async def test_trials_of_the_same_parameters_say_so(tui, tmp_path):
    sweep = FakeSource(tmp_path)
    for number in (1, 2):
        sweep.propose({"lr": 0.1})
        sweep.start(number)
    async with tui(sweep) as t:
        await opened(t, "t0001", "t0002")
        await t.sees("the same parameters; their seeds differ")
        assert "no reports of val_acc yet" in t.text


async def test_before_the_first_trial_c_does_nothing(tui, tmp_path):
    async with tui(FakeSource(tmp_path)) as t:
        await t.press("c")
        assert not isinstance(t.app.screen, CompareScreen)


async def test_a_lone_trial_says_how_to_compare_it(tui, tmp_path):
    sweep = FakeSource(tmp_path)
    sweep.propose()
    async with tui(sweep, ascii=True) as t:
        await opened(t)
        await t.sees("mark others with Space among the trials, then c")
        assert "these trials wait for a slot" in t.text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_leaves_every_line_whole(tui, tmp_path, text):
    from rich.cells import cell_len

    sweep = FakeSource(tmp_path, name=text, metric=text)
    for number in (1, 2):
        sweep.propose({text: f"{text}{number}", "lr": 0.1 * number}, stage=f"{text}{number}")
        sweep.start(number)
        sweep.report(number, 1, 0.5, **{text + "2": 1.0})
        sweep.report(number, 2, float("nan"))
    async with tui(sweep) as t:
        await opened(t, "t0001", "t0002")
        await t.press("m", "left", "G")
        for line in t.lines:
            assert cell_len(line) == 80
            assert line.isprintable(), repr(line)
