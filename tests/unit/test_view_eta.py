"""The time left: of a trial by its own pace, of a stage by its share."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.core.views import StageView, TrialView
from tui_tuner.view.eta import eta_text, stage_eta_s, trial_eta_s

RUNNING = TrialView(
    id="t0001",
    state="running",
    params={},
    stage="main",
    budget=10,
    origin="",
    parent=None,
    space_version=1,
    seed=1,
    step=4,
    attempt_started_at=100.0,
)


def test_a_trial_goes_on_at_its_own_pace():
    assert trial_eta_s(RUNNING, 145.0) == pytest.approx(10.0 * 5.5)


def test_earlier_attempts_count_and_a_parents_epochs_do_not():
    resumed = replace(RUNNING, elapsed_s=45.0)
    assert trial_eta_s(resumed, 145.0) == pytest.approx(20.0 * 5.5)
    child = replace(RUNNING, from_step=2)
    assert trial_eta_s(child, 125.0) == pytest.approx(10.0 * 5.5)


def test_what_overruns_its_budget_has_no_time_left():
    assert trial_eta_s(replace(RUNNING, step=12), 145.0) == 0.0


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "complete"},
        {"state": "paused", "held": True},
        {"ending": "pruned"},
        {"step": None},
        {"step": 0},
        {"budget": None},
        {"attempt_started_at": None},
    ],
)
def test_what_is_not_under_way_has_none(fields):
    assert trial_eta_s(replace(RUNNING, **fields), 145.0) is None


def test_a_stage_has_its_share_of_the_epochs_left():
    stages = [
        StageView(name="coarse", budget=1, state="done", done=60, total=60),
        StageView(name="medium", budget=5, state="running", done=10, total=20),
        StageView(name="fine", budget=10, state="waiting", total=5, repeats=3),
    ]
    assert stage_eta_s(stages, 200.0) == pytest.approx(200.0 * 50 / 200)
    assert stage_eta_s(stages, None) is None
    assert stage_eta_s([replace(stages[1], total=None)], 200.0) is None
    assert stage_eta_s([stages[0]], 0.0) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1s"), (9.4, "9s"), (43, "45s"), (59, "1m"), (725, "12m"), (3590, "1h00"), (7900, "2h10")],
)
def test_a_time_left_is_written_as_roughly_as_it_is_known(seconds, text):
    assert eta_text(seconds) == text
