"""Made-up curves end where the literature says, and some of them mislead early."""

from __future__ import annotations

import pytest

from engine.curves.surrogates import branin, crossing, hartmann6

BEST = (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573)
BEST_OF_HARTMANN = {f"x{i}": x for i, x in enumerate(BEST, 1)}
MIDDLE = {f"x{i}": 0.5 for i in range(1, 7)}
LATE = 10_000


def test_curves_end_at_the_known_optima() -> None:
    for x, y in ((-3.14159265, 12.275), (3.14159265, 2.275), (9.42478, 2.475)):
        assert branin({"x": x, "y": y}, LATE)[0]["loss"] == pytest.approx(0.397887, abs=1e-5)
    assert hartmann6(BEST_OF_HARTMANN, LATE)[0]["loss"] == pytest.approx(-3.32237, abs=1e-5)


def test_curves_fall_toward_their_end() -> None:
    losses = [hartmann6(MIDDLE, step)[0]["loss"] for step in (1, 3, 9, 27)]

    assert losses == sorted(losses, reverse=True)
    assert losses[-1] > hartmann6(MIDDLE, LATE)[0]["loss"]


def test_crossing_curves_put_the_better_configuration_behind_at_first() -> None:
    def loss(params: dict[str, float], step: int) -> float:
        return crossing(params, step)[0]["loss"]

    assert loss(BEST_OF_HARTMANN, 3) > loss(MIDDLE, 3)
    assert loss(BEST_OF_HARTMANN, 100) < loss(MIDDLE, 100)
