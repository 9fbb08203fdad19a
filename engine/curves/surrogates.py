"""Made-up learning curves for `simulate --objective engine.curves.surrogates:NAME`.

Each is a known test function of global optimisation, whose value at a configuration is where its
loss curve ends; the way there is an exponential. Nothing is random. An epoch takes a second.
"""

from __future__ import annotations

from math import cos, exp, pi
from typing import Any

Answer = tuple[dict[str, float], float]

_EPOCH_S = 1.0
_RATE = 0.15
"""An epoch leaves exp(-rate) of what a curve still lies above its end."""

_HARTMANN_HEIGHTS = (1.0, 1.2, 3.0, 3.2)
_HARTMANN_WIDTHS = (
    (10.0, 3.0, 17.0, 3.5, 1.7, 8.0),
    (0.05, 10.0, 17.0, 0.1, 8.0, 14.0),
    (3.0, 3.5, 1.7, 10.0, 17.0, 8.0),
    (17.0, 8.0, 0.05, 10.0, 0.1, 14.0),
)
_HARTMANN_CENTRES = (
    (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
    (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
    (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650),
    (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
)


def branin(params: dict[str, Any], step: int) -> Answer:
    """Give the loss of Branin's function of `x` in -5..10 and `y` in 0..15; it ends at 0.398."""
    return _curve(_branin(params["x"], params["y"]), step, _RATE, start=300.0)


def hartmann6(params: dict[str, Any], step: int) -> Answer:
    """Give the loss of Hartmann's function of `x1` to `x6` in 0..1; it ends at -3.322."""
    return _curve(_hartmann6(params), step, _RATE, start=1.0)


def crossing(params: dict[str, Any], step: int) -> Answer:
    """Like `hartmann6`, but what ends better falls more slowly: early losses mislead."""
    end = _hartmann6(params)
    return _curve(end, step, _RATE * exp(0.6 * end), start=1.0)


def _curve(end: float, step: int, rate: float, start: float) -> Answer:
    return {"loss": end + (start - end) * exp(-rate * step)}, _EPOCH_S


def _branin(x: float, y: float) -> float:
    bend = y - 5.1 / (4 * pi**2) * x**2 + 5 / pi * x - 6
    return float(bend**2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10)


def _hartmann6(params: dict[str, Any]) -> float:
    x = [params[f"x{i}"] for i in range(1, 7)]
    return -sum(
        height * exp(-sum(w * (xi - c) ** 2 for w, xi, c in zip(widths, x, centre, strict=True)))
        for height, widths, centre in zip(
            _HARTMANN_HEIGHTS, _HARTMANN_WIDTHS, _HARTMANN_CENTRES, strict=True
        )
    )
