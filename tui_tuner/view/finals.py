"""How means over several seeds are written: as many decimals as the least spread needs."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, isfinite, log10

from engine.core.views import TrialView


def decimals(finalists: Iterable[TrialView]) -> int:
    """Choose how many decimals tell the least spread among them with one figure."""
    least = min((row.std for row in finalists if row.std), default=0.0)
    return min(6, max(0, -floor(log10(least)))) if least and isfinite(least) else 4


def spread_text(row: TrialView, places: int, sign: str) -> str:
    """'0.981±.003': the mean and the standard deviation over seeds; '' where there is none."""
    if row.mean is None:
        return ""
    mean = f"{row.mean:.{places}f}" if abs(row.mean) < 1e6 else f"{row.mean:.2e}"
    return mean if row.std is None else f"{mean}{sign}{f'{row.std:.{places}f}'.removeprefix('0')}"
