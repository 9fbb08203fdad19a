"""What a headless run prints of the trials that end."""

from __future__ import annotations

import pytest

from engine.core.views import TrialView
from engine.protocol.messages import Delta
from tui_tuner.cli.progress import Progress


def row(state: str, budget: int, attempts: int, reason: str | None = None) -> TrialView:
    return TrialView(
        id="t0001",
        state=state,
        params={"lr": 0.1},
        stage="main",
        budget=budget,
        origin="halton #0",
        parent=None,
        space_version=1,
        seed=0,
        step=budget,
        value=0.5,
        attempts=attempts,
        reason=reason,
    )


def test_a_promoted_trial_has_a_line_for_each_of_its_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress()
    ends = (row("complete", 1, 1), row("running", 9, 2), row("complete", 9, 2))
    for at, one in enumerate((*ends, ends[-1], row("pruned", 9, 2, "7th of 8")), 1):
        progress.take(Delta(seq=at, trials=[one]))

    told = [line.split()[1:3] for line in capsys.readouterr().out.splitlines()]
    assert told == [["complete", "1/1"], ["complete", "9/9"], ["pruned", "9/9"]]
