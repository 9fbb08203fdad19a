"""What the disk tells of trials before an act on them is prepared."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.model import Attempt, Complete, Running, Trial
from engine.core.state import SweepState
from engine.server.facts import Found, look, questions


class Sweep:
    """Trials in memory, and what they left on the disk."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.state = SweepState()

    def trial(self, *, step: int | None, running: bool = True, prints: bool = False) -> int:
        """A trial with one attempt that has reported up to `step`, by the SDK or by printing."""
        number = self.state.next_number
        trial = Trial(
            number=number,
            params={},
            origin="random",
            seed=0,
            stage="main",
            space_version=1,
            proposed_at=0.0,
            last_step=step,
            attempts=[
                Attempt(n=1, slot=1, device="cpu", started_at=0.0, first_step=step and 1),
            ],
            state=Running(attempt=1, slot=1) if running else Complete(at=0.0),
        )
        self.state.trials[number] = trial
        if step and not prints:
            file = self.home(number) / "attempts" / "1" / "reports.jsonl"
            file.parent.mkdir(parents=True)
            file.write_text("{}\n")
        return number

    def home(self, number: int) -> Path:
        return self.directory / "trials" / f"{number:04d}"

    def saved(self, number: int, *steps: int) -> None:
        folder = self.home(number) / "checkpoints"
        folder.mkdir(parents=True, exist_ok=True)
        for step in steps:
            (folder / f"epoch={step:04d}-val_acc=0.5.pt").touch()

    def found(self, *numbers: int) -> Found:
        return look(self.directory, questions(self.state, numbers))


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    return Sweep(tmp_path)


def test_a_script_that_reports_through_the_sdk_listens_and_one_that_prints_does_not(
    sweep: Sweep,
) -> None:
    reports, prints = sweep.trial(step=3), sweep.trial(step=3, prints=True)

    assert sweep.found(reports, prints).listening == {reports}


def test_before_its_first_report_a_script_listens_as_earlier_trials_did(sweep: Sweep) -> None:
    silent = sweep.trial(step=None)
    assert sweep.found(silent).listening == frozenset()

    sweep.trial(step=3, running=False)
    assert sweep.found(silent).listening == {silent}


def test_before_its_first_line_a_script_does_not_listen_where_earlier_ones_printed(
    sweep: Sweep,
) -> None:
    sweep.trial(step=3, running=False, prints=True)

    assert sweep.found(sweep.trial(step=None)).listening == frozenset()


@pytest.mark.parametrize(
    ("step", "saved", "goes_on_from"),
    [
        (5, [1, 4, 5], 5),
        (5, [4], 4),
        (5, [5, 6], 5),
        (None, [1], None),
        (5, [6], 6),
        (5, [], None),
    ],
)
def test_a_trial_goes_on_from_its_newest_checkpoint_that_was_reported(
    sweep: Sweep, step: int | None, saved: list[int], goes_on_from: int | None
) -> None:
    number = sweep.trial(step=step, running=False)
    sweep.saved(number, *saved)

    assert sweep.found(number).checkpoints.get(number) == goes_on_from


def test_unknown_and_untried_trials_cost_no_look(sweep: Sweep) -> None:
    number = sweep.trial(step=2)
    sweep.state.trials[number].attempts.clear()

    assert questions(sweep.state, (number, 99)).steps == {}
