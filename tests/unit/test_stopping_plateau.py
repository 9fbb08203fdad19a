"""Plateau: a line through the last epochs has hardly any slope."""

from __future__ import annotations

from math import exp, nan

from engine.core.model import Goal
from engine.stopping.plateau import Plateau
from tests.fakes.judged import JudgedTrials, stopped_at


def saturating(epochs: int, pace: float = 4.0) -> list[float]:
    return [0.9 * (1 - exp(-n / pace)) for n in range(1, epochs + 1)]


def test_a_curve_that_saturates_is_stopped_once_it_is_flat() -> None:
    epoch = stopped_at(Plateau(5), saturating(60))
    assert epoch is not None
    assert 15 < epoch < 30


def test_a_smaller_tolerance_waits_longer() -> None:
    epochs = [stopped_at(Plateau(5, t), saturating(100)) or 100 for t in (0.1, 0.01, 0.001)]
    assert epochs == sorted(set(epochs))


def test_a_straight_line_is_no_plateau_whichever_way_it_goes() -> None:
    rising = [0.01 * n for n in range(60)]
    assert stopped_at(Plateau(5), rising) is None
    assert stopped_at(Plateau(5), rising[::-1]) is None


def test_a_wild_first_loss_does_not_make_the_rest_look_flat() -> None:
    falling = [1000.0, *(2.5 - 0.05 * n for n in range(40))]
    assert stopped_at(Plateau(5), falling, Goal.MINIMIZE) is None


def test_what_never_moves_is_a_plateau_after_so_many_epochs() -> None:
    assert stopped_at(Plateau(5), [0.1] * 20) == 6


def test_a_fit_needs_three_points_however_seldom_they_come() -> None:
    assert stopped_at(Plateau(3), [0.1] * 9, every=5) is None
    assert stopped_at(Plateau(10), [0.1] * 9, every=5) == 15


def test_what_is_no_number_is_no_plateau() -> None:
    assert stopped_at(Plateau(3), [0.1, 0.1, nan, 0.1, 0.1]) is None


def test_the_verdict_is_convergence_and_tells_the_numbers() -> None:
    found = JudgedTrials().judge(Plateau(4, tolerance=0.1), [0.2, 0.6, 0.8, *[0.9] * 5])
    assert found is not None
    assert found[1].converged
    assert found[1].sentence == (
        "acc changed by 0 over the last 4 epochs, at most 0.03 (0.1 of its span); it is at 0.9 "
        "at epoch 8"
    )


def test_small_noise_is_no_slope() -> None:
    wobbling = [v + 0.002 * (-1) ** n for n, v in enumerate(saturating(60))]
    assert stopped_at(Plateau(6), wobbling) is not None
