"""Target: a trial that is good enough is stopped, as one that is done."""

from __future__ import annotations

from math import nan

from engine.core.model import Goal
from engine.stopping.target import Target
from tests.fakes.judged import JudgedTrials, stopped_at


def test_a_trial_is_stopped_when_it_reaches_the_target() -> None:
    assert stopped_at(Target(0.9), [0.5, 0.8, 0.9, 0.95]) == 3


def test_a_loss_reaches_it_from_above() -> None:
    assert stopped_at(Target(0.1), [0.5, 0.2, 0.09], Goal.MINIMIZE) == 3


def test_nothing_is_stopped_short_of_it() -> None:
    assert stopped_at(Target(0.9), [0.5, 0.89, nan]) is None


def test_the_verdict_is_convergence_and_tells_the_numbers() -> None:
    found = JudgedTrials().judge(Target(0.9), [0.91])
    assert found is not None
    assert found[1].converged
    assert found[1].sentence == "acc 0.91 at epoch 1 reached the target 0.9"
