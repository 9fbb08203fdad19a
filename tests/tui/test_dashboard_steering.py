"""Every capital key does its act, by its own name, and says what came of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.core.acts import (
    AdvanceStage,
    Continue,
    ContinueScheduling,
    EditSpace,
    ExtendStage,
    PauseScheduling,
    Promote,
    Prune,
    Retry,
    Revive,
    SetSlots,
    Undo,
)
from engine.core.edits import SetRange
from engine.core.views import StageView, SuggestionView

CROWDED = "lr: 4 of the best 5 lie within a tenth of the upper edge (0.01)"
ADVICE = f"{CROWDED}; widen to 0.1?"


async def confirmed(t, source, *keys, count=1):
    """Press keys, wait for the confirmation, do it."""
    await t.press(*keys)
    await t.sees("Enter do it")
    await t.press("enter")
    await t.until(lambda: len(source.acts) == count)
    return source.acts[-1][0]


async def test_failed_trials_are_retried_and_pruned_ones_revived(tui, source):
    async with tui(source) as t:
        assert await confirmed(t, source, "j", "j", "j", "R") == Retry(trials=(6,))
        await t.until(lambda: t.app.view.rows["t0006"].state == "waiting")
        await t.press("g", *["j"] * 4)
        assert t.table.cursor == "t0004"
        assert await confirmed(t, source, "R", count=2) == Revive(trials=(4,))


async def test_a_mixed_choice_asks_whether_to_retry_or_to_revive(tui, source):
    async with tui(source) as t:
        await t.press("j", "j", "j", "space", "j", "space", "R")
        await t.sees("(x) retry what failed")
        await t.press("down")
        await t.sees("Revive 1 trial")


async def test_a_paused_trial_is_continued_with_the_same_key(tui, source):
    source.change(2, state="paused", slot=None, ending=None)
    async with tui(source) as t:
        t.table.move_to(t.app.view.position("t0002"))
        await t.press()
        assert "P continue" in t.text
        assert await confirmed(t, source, "P") == Continue(trials=(2,))


async def test_a_held_trial_is_continued_with_the_same_key(tui, source):
    source.change(2, state="paused", held=True)
    async with tui(source) as t:
        t.table.move_to(t.app.view.position("t0002"))
        await t.press("P")
        await t.sees("(x) continue")
        assert "( ) let go of memory and slot, to go on from the checkpoint" in t.text
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Continue(trials=(2,))


async def test_no_reason_is_asked_for_where_there_is_nothing_to_do(tui, source):
    async with tui(source) as t:
        t.table.move_to(t.app.view.position("t0003"))
        await t.press("K")
        await t.sees("Prune: nothing to do")
        assert "why  " not in t.text


async def test_the_message_says_what_happened_and_which_key_takes_it_back(tui, source):
    async with tui(source, (120, 40)) as t:
        await confirmed(t, source, "j", "j", "B")
        await t.sees("did: promote t0005   (U undoes)")
        assert await confirmed(t, source, "U", count=2) == Undo()


async def test_undo_says_what_it_takes_back(tui, source):
    source.set_sweep(undo="pruned t0003, t0004")
    async with tui(source) as t:
        assert "U undo" in t.text
        await t.press("U")
        await t.sees("Undo the newest act")
        await t.sees("undo: pruned t0003, t0004")


async def test_with_nothing_to_undo_the_key_says_so(tui, source):
    async with tui(source) as t:
        assert "U undo" not in t.text
        await t.press("U")
        await t.sees("there is nothing to undo")
        assert "Enter do it" not in t.text


async def test_scheduling_is_paused_and_continued(tui, source):
    async with tui(source) as t:
        await t.press("S", "up")
        await t.sees("Pause scheduling")
        assert await confirmed(t, source) == PauseScheduling()
        await t.sees("paused")
        assert await confirmed(t, source, "S", count=2) == ContinueScheduling()


async def test_another_terminals_act_is_told(tui, source):
    async with tui(source, (120, 40)) as t:
        source.decide("prune", "pruned t0001", 1, who="bob@pts/2")
        await t.sees("bob@pts/2: pruned t0001")
        source.decide("stage", "entered medium: 3 promoted", 1)
        await t.sees("engine: entered medium: 3 promoted")


async def test_several_that_go_together_are_told_together(tui, source):
    source.holding = True
    async with tui(source, (120, 40)) as t:
        await confirmed(t, source, "space", "space", "K")
        source.now += 1.2
        source.let_go()
        await t.sees("gone, slot")
        await t.until(lambda: not t.app.steering._departures._leaving)


async def test_a_pause_tells_when_the_slot_is_free(tui, source):
    source.holding = True
    async with tui(source, (120, 40)) as t:
        await confirmed(t, source, "P")
        await t.sees("‖…")
        source.now += 3.1
        source.let_go()
        await t.sees("t0002 paused, slot 1 free after 3.1 s")


async def test_a_process_that_would_not_die_is_named(tui, source):
    source.holding = True
    async with tui(source, (120, 40)) as t:
        await confirmed(t, source, "K")
        row = source.trial(2)
        stuck = [replace(row.attempt_list[0], leftover=["python (1234)"])]
        source.end(2, "pruned", attempt_list=stuck)
        await t.sees("t0002: python (1234) would not die; slot 1 stays closed until it does")


async def test_the_border_checks_advice_is_shown_and_taken(tui, source):
    wider = SuggestionView(
        code="border", text=ADVICE, parameter="lr", edge="upper", low=1e-5, high=0.1
    )
    source.set_sweep(suggestions=[wider], warnings=[ADVICE])
    async with tui(source, (120, 40)) as t:
        await t.sees(f"⚠ {CROWDED}  Widen to 0.1?  V")
        assert t.text.count(CROWDED) == 1
        act = await confirmed(t, source, "V")
        assert act == EditSpace(edits=(SetRange(parameter="lr", low=1e-5, high=0.1),))


async def test_without_advice_the_key_says_so(tui, source):
    async with tui(source) as t:
        await t.press("V")
        await t.sees("there is nothing to widen")


@pytest.fixture
def staged(source):
    """The sweep in the second of three stages."""
    stages = [
        StageView(name="coarse", budget=1, state="done", done=60, total=60),
        StageView(name="medium", budget=5, state="running", done=12, total=20),
        StageView(name="fine", budget=27, state="waiting", done=0, total=5, repeats=3),
    ]
    source.set_sweep(stages=stages, stage="medium")
    return source


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_funnel_stands_over_the_table(tui, staged, size):
    async with tui(staged, size) as t:
        line = t.lines[1]
        assert "coarse ━" in line
        assert "60/60 → medium ━" in line
        assert "12/20 → fine ─" in line
        assert line.rstrip().endswith("0/5 x 3")


async def test_a_sweep_of_one_stage_has_no_funnel(tui, source):
    source.set_sweep(stages=[StageView(name="main", budget=5, state="running", done=4)])
    async with tui(source) as t:
        assert "→" not in t.text


async def test_the_next_stages_budget_is_what_a_promotion_offers(tui, staged):
    async with tui(staged) as t:
        assert await confirmed(t, staged, "j", "j", "B") == Promote(trials=(5,), budget=27)


async def test_a_stage_is_left_extended_or_repeated(tui, staged):
    async with tui(staged) as t:
        await t.press("T")
        await t.sees("(x) go on to fine now")
        await t.sees("another round of medium")
        await t.press("enter")
        await t.until(lambda: staged.acts)
        assert staged.acts[0][0] == AdvanceStage()
        await t.press("T", "down")
        await t.sees("Extend medium by 10 trials")
        await t.press(*"25")
        await t.sees("Extend medium by 25 trials")
        await t.press("enter")
        await t.until(lambda: staged.acts[1:])
        assert staged.acts[1][0] == ExtendStage(trials=25)


async def test_a_dead_engine_is_started_for_the_act_and_the_act_goes_on(tui, source):
    source.live = False
    source.set_sweep(state="dead")

    async def start() -> None:
        source.live = True
        source.set_sweep(state="running")

    async with tui(source, (120, 40), start_engine=start) as t:
        await t.press("K")
        await t.sees("Start the engine again")
        await t.press("enter")
        await t.sees("Prune 1 trial")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == Prune(trials=(2,))


async def test_an_engine_that_dies_under_the_question_is_started_for_the_answer(tui, source):
    async def start() -> None:
        source.live = True
        source.set_sweep(state="running")

    async with tui(source, (120, 40), start_engine=start) as t:
        await t.press("K")
        await t.sees("Prune 1 trial")
        source.live = False
        source.set_sweep(state="dead")
        t.connections[-1].lose()
        await t.until(lambda: t.app.link.state.phase == "stored")
        await t.press(*"flat", "enter")
        await t.sees("Start the engine again")
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][::2] == (Prune(trials=(2,)), "flat")


async def test_a_finished_sweep_gets_an_engine_back_for_a_promotion(tui, source):
    source.live = False
    source.finish()

    async def start() -> None:
        source.live = True

    async with tui(source, (120, 40), start_engine=start) as t:
        await t.press("j", "j", "B")
        await t.sees("The sweep has finished and its engine has left")
        await t.press("enter")
        await t.sees("Promote 1 trial to 15 epochs")


async def test_where_no_engine_can_be_started_the_way_out_is_told(tui, source):
    source.live = False
    source.set_sweep(state="dead")
    async with tui(source, (120, 40)) as t:
        await t.press("W")
        await t.sees("no engine runs: tui-tuner resume digits")
        assert len(t.app.screen_stack) == 2


async def test_an_act_sent_into_a_lost_link_is_done_once_it_is_back(tui, source):
    async with tui(source) as t:
        await t.press("W")
        await t.sees("Run 2 at once")
        await t.press("up")
        await t.sees("Run 3 at once")
        t.connections[-1].lose()
        await t.press("enter")
        await t.until(lambda: source.acts)
        assert source.acts[0][0] == SetSlots(count=3)


async def test_finalists_show_their_spread_and_what_is_within_the_noise(tui, source):
    for number, mean in ((3, 0.979), (5, 0.981)):
        source.change(number, mean=mean, std=0.0042, repeats=3)
    source.change(4, mean=0.9, std=0.004, repeats=3)
    async with tui(source, (120, 40)) as t:
        row = {line[2:7]: line for line in t.lines if line[2:3] == "t"}
        assert "0.981±.004 " in row["t0005"]
        assert "0.979±.004≈" in row["t0003"]
        assert "0.900±.004 " in row["t0004"]
        await t.press("g", "j", "j", "j", "j")
        assert t.table.cursor == "t0003"
        await t.sees("mean 0.979 ± .004 (3 seeds)  ≈ t0005, within noise")


async def test_a_note_marks_the_row_and_is_read_in_the_pane(tui, source):
    source.change(2, note="try a warm-up")
    async with tui(source, (120, 40)) as t:
        assert any("t0002 ▶ ✎" in line for line in t.lines)
        await t.sees("✎ try a warm-up")


async def test_a_dropped_proposal_is_quiet_and_says_why(tui, source):
    source.change(7, state="pruned", reason="dropped: outside version 2 of the space")
    async with tui(source, (120, 40)) as t:
        t.table.move_to(t.app.view.position("t0007"))
        await t.sees("✂ dropped")
        await t.sees("dropped: outside version 2 of the space")


async def test_what_a_filter_hides_is_not_acted_on(tui, source):
    async with tui(source) as t:
        await t.press("slash", *"val_acc>5", "enter")
        await t.sees("none of 8 trials matches")
        await t.press("K")
        await t.sees("no trial is shown")
        assert not source.acts
