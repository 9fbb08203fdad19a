"""The lower axis: epochs, whatever counts, and the time attempts were at work."""

from __future__ import annotations

from engine.core.views import AttemptView
from tui_tuner.view.trial_axis import XAxis, at_work_s, counting, placed, x_axes


def attempt(n, started, ended):
    return AttemptView(
        n=n,
        device="cpu",
        slot=0,
        pid=1,
        started_at=started,
        ended_at=ended,
        exit=None,
        outcome=None,
        start="zygote",
    )


REPORTS = {
    "val_acc": [(1, 0.5, 110.0), (2, None, 120.0), (3, 0.7, 310.0)],
    "global_step": [(1, 100.0, 110.0), (3, 300.0, 310.0)],
    "lr_step": [(1, 3.0, 110.0), (2, 2.0, 120.0)],
    "stepped": [(1, 1.0, 110.0), (2, 2.0, 120.0)],
}
ATTEMPTS = [attempt(1, 100.0, 130.0), attempt(2, 300.0, None)]


def test_what_is_called_a_counter_and_grows_is_one():
    assert counting(REPORTS) == ["global_step"]
    assert [axis.title for axis in x_axes(REPORTS)] == ["epoch", "global_step", "time at work"]


def test_points_lie_at_the_counter_s_value_or_between_two_of_them():
    axis = XAxis("metric", "global_step")
    assert placed(REPORTS, "val_acc", axis, ATTEMPTS, 400.0) == (
        (100.0, 0.5),
        (200.0, None),
        (300.0, 0.7),
    )


def test_time_between_attempts_does_not_count():
    axis = XAxis("wall", "time at work")
    assert [x for x, _ in placed(REPORTS, "val_acc", axis, ATTEMPTS, 400.0)] == [10.0, 20.0, 40.0]
    assert at_work_s(ATTEMPTS, 200.0, 400.0) == 30.0
    assert at_work_s(ATTEMPTS, 1000.0, 400.0) == 130.0


def test_a_place_is_written_as_its_axis_has_it():
    assert XAxis().text(7.0) == "epoch 7"
    assert XAxis("wall", "time at work").text(64.0) == "1m04"
    assert XAxis("metric", "global_step").text(1500.0) == "global_step 1500"
