"""The screen of one trial: its curves, how they are looked at, and what is known besides."""

from __future__ import annotations

import pytest

from engine.core.acts import Promote, Prune
from engine.protocol.messages import CheckpointView
from tests.fakes.fake_source import FakeSource
from tui_tuner.screens.compare import CompareScreen
from tui_tuner.screens.trial import TrialScreen


@pytest.fixture
def curves(tmp_path):
    """t0001 runs with losses on both sets and a counter of steps; t0002 is the best, complete."""
    sweep = FakeSource(tmp_path, epochs=8)
    sweep.propose({"lr": 0.1, "width": 32, "optimizer": "sgd"})
    sweep.propose({"lr": 0.01, "width": 32, "optimizer": "adam"})
    for number in (2, 1):
        sweep.start(number)
        for step in range(1, 5):
            sweep.now += 30
            sweep.report(
                number,
                step,
                0.2 * step + 0.01 * number,
                train_loss=2.0 / step,
                val_loss=2.5 / step,
                global_step=100.0 * step,
            )
        if number == 2:
            sweep.end(2)
    path = "/sweeps/digits/trials/0001/checkpoints/epoch=0004-val_acc=0.8100.pt"
    sweep.checkpoints[1] = [CheckpointView(path=path, step=4, value=0.81)]
    return sweep


async def opened(t):
    await t.press("enter")
    await t.until(lambda: isinstance(t.app.screen, TrialScreen) and t.app.screen.reports)
    await t.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 10)])
async def test_enter_shows_a_trial_whole_at_every_size(tui, curves, size):
    async with tui(curves, size) as t:
        await opened(t)
        assert t.lines[0].startswith(" t0001")
        assert "val_acc" in t.text
        assert all(len(line) == size[0] for line in t.lines)
        await t.press("escape")
        assert t.ids or size[0] == 40


async def test_training_and_validation_lie_over_each_other(tui, curves):
    async with tui(curves, (120, 40)) as t:
        await opened(t)
        legend = next(line for line in t.lines if line.startswith(" loss"))
        assert "train 0.5000" in legend
        assert "val 0.6250" in legend
        assert "global_step" not in t.text


async def test_values_are_read_off_at_the_cursor_and_escape_takes_it_away_first(tui, curves):
    async with tui(curves, (120, 40)) as t:
        await opened(t)
        await t.press("right", "right")
        assert "0.4100" in t.lines[1]
        assert "at epoch 2" in t.lines[1]
        assert "val 1.2500" in t.text
        await t.press("shift+left")
        assert "at epoch 1" in t.lines[1]
        await t.press("shift+right", "left")
        assert "at epoch 3" in t.lines[1]
        await t.press("escape")
        assert "at epoch 4" in t.lines[1]
        await t.press("escape")
        assert t.ids


async def test_a_goes_through_epochs_steps_and_time_at_work(tui, curves):
    async with tui(curves, (120, 40)) as t:
        await opened(t)
        await t.press("a")
        assert "at global_step 400" in t.lines[1]
        await t.press("a")
        assert "at 2m00" in t.lines[1]
        assert "time at work" in t.text
        await t.press("a")
        assert "at epoch 4" in t.lines[1]


async def test_z_smooths_by_two_weights_and_stops(tui, curves):
    async with tui(curves, (120, 40)) as t:
        await opened(t)
        said = []
        for _ in range(3):
            await t.press("z")
            said.append(t.app.screen.look.weight)
        assert said == [0.6, 0.9, 0.0]


async def test_m_puts_the_next_family_first_and_y_makes_its_axis_logarithmic(tui, curves):
    async with tui(curves) as t:
        await opened(t)
        assert "val_acc (1 of 2, m: next)" in t.lines[1]
        await t.press("m", "y")
        assert "loss (2 of 2, m: next), log" in t.lines[1]


async def test_brackets_go_through_the_trials_of_the_table_and_its_cursor_follows(tui, curves):
    async with tui(curves) as t:
        await opened(t)
        await t.press("right_square_bracket")
        assert t.lines[0].startswith(" t0002")
        await t.press("right_square_bracket")
        await t.sees("this is the last one")
        await t.press("escape")
        await t.until(lambda: t.table.cursor == "t0002")


async def test_an_asterisk_goes_to_the_best_trial(tui, curves):
    async with tui(curves) as t:
        best = t.app.view.best_id
        await opened(t)
        await t.press("right_square_bracket", "asterisk")
        await t.until(lambda: t.lines[0].lstrip(" ★").startswith(best))
        await t.press("asterisk")
        await t.sees("this is the best one")


async def test_the_facts_name_what_differs_from_the_best_attempts_and_checkpoints(tui, curves):
    async with tui(curves, (120, 40)) as t:
        await opened(t)
        await t.sees("★ 4  0.8100")
        assert "≠0.1" in t.text
        assert "zygote" in t.text
        assert "5001" in t.text
        assert "epoch=0004-val_acc=0.8100.pt" in t.text


async def test_facts_scroll(tui, curves):
    async with tui(curves, (80, 16)) as t:
        await opened(t)
        await t.until(lambda: t.app.screen.detail)
        await t.press("g")
        before = t.text
        await t.press("G")
        assert t.text != before
        await t.press("g")
        assert t.text == before
        await t.press("pagedown", "k", "j", "pageup")


async def test_capitals_act_on_the_trial_shown_and_on_no_marked_one(tui, curves):
    async with tui(curves) as t:
        await t.press("j", "space", "g")
        await opened(t)
        await t.press("K")
        await t.sees("Prune 1 trial")
        await t.press("enter")
        await t.until(lambda: curves.acts)
        assert curves.acts[0][0] == Prune(trials=(1,))
        await t.until(lambda: isinstance(t.app.screen, TrialScreen))
        await t.press("B")
        await t.sees("Promote")
        await t.press("enter")
        await t.until(lambda: len(curves.acts) == 2)
        act = curves.acts[1][0]
        assert isinstance(act, Promote)
        assert act.trials == (1,)
        assert t.app.view.marks == {"t0002"}


async def test_space_marks_the_trial_and_the_heading_says_so(tui, curves):
    async with tui(curves) as t:
        await opened(t)
        await t.press("space")
        assert t.app.view.marks == {"t0001"}
        assert t.lines[0].startswith(" ●")


async def test_the_curves_follow_the_trial_as_it_runs(tui, curves):
    async with tui(curves, (120, 40)) as t:
        await opened(t)
        curves.now += 30
        curves.report(1, 5, 0.95)
        await t.sees("0.9500   at epoch 5")


async def test_l_opens_the_log_and_escape_comes_back(tui, curves):
    curves.write_log(1, "hello there\n")
    async with tui(curves) as t:
        await opened(t)
        await t.press("l")
        await t.sees("hello there")
        await t.press("escape")
        await t.until(lambda: isinstance(t.app.screen, TrialScreen))


async def test_c_compares_the_trial_shown_with_the_best(tui, curves):
    async with tui(curves) as t:
        await opened(t)
        await t.press("c")
        await t.until(lambda: isinstance(t.app.screen, CompareScreen))
        assert t.app.screen._comparison.trials == ("t0002", "t0001")
        await t.press("escape")
        await t.until(lambda: isinstance(t.app.screen, TrialScreen))


async def test_c_compares_the_trial_shown_with_the_marked_ones(tui, source):
    async with tui(source) as t:
        for name in ("t0003", "t0004"):
            t.table.move_to(t.app.view.position(name))
            await t.press("space")
        t.table.move_to(t.app.view.position("t0001"))
        await opened(t)
        await t.press("c")
        await t.until(lambda: isinstance(t.app.screen, CompareScreen))
        assert set(t.app.screen._comparison.trials) == {"t0001", "t0003", "t0004"}


async def test_a_trial_that_waits_says_what_will_fill_its_curves(tui, source):
    async with tui(source) as t:
        await t.press("G", "enter")
        await t.sees("waits for a free slot")


async def test_a_second_later_the_heading_tells_the_time(tui, curves):
    async with tui(curves) as t:
        await opened(t)
        curves.now += 61
        t.app._tick()
        await t.sees("3m01")


async def test_a_second_that_passes_while_a_key_is_answered_is_told_after_it(tui, curves):
    async with tui(curves) as t:
        await opened(t)
        curves.now += 61
        t.app._pace.give_way()
        t.app._tick()
        assert "3m01" not in t.text
        await t.sees("3m01")
