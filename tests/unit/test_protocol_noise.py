"""The badge for leads that the noise could explain."""

from __future__ import annotations

from typing import Any

from engine.core.views import TrialView
from engine.protocol.noise import is_level, leader, level_with_leader


def row(number: int, **fields: Any) -> TrialView:
    settings: dict[str, Any] = {
        "id": f"t{number:04d}",
        "state": "complete",
        "params": {},
        "stage": "fine",
        "budget": 27,
        "origin": "halton #1",
        "parent": None,
        "space_version": 1,
        "seed": number,
        "repeats": 3,
    }
    return TrialView(**{**settings, **fields})


ROWS = [
    row(1, mean=0.981, std=0.003),
    row(2, mean=0.979, std=0.004),
    row(3, mean=0.950, std=0.004),
    row(4, repeats=0),
    row(5, mean=0.990, std=0.1, budget=5, stage="medium"),
]


def test_who_cannot_be_told_apart_from_the_leader_is_named() -> None:
    assert level_with_leader(ROWS, "maximize") == {"t0002"}


def test_the_leader_has_the_best_mean_at_the_biggest_budget() -> None:
    found = leader(ROWS, "maximize")
    assert found is not None
    assert found.id == "t0001"
    found = leader(ROWS, "minimize")
    assert found is not None
    assert found.id == "t0003"


def test_without_repeats_nothing_is_marked() -> None:
    assert leader([row(1, repeats=0)], "maximize") is None
    assert level_with_leader([row(1, repeats=0)], "maximize") == frozenset()


def test_a_row_is_asked_alone_as_well() -> None:
    first = leader(ROWS, "maximize")
    assert [row.id for row in ROWS if is_level(row, first)] == ["t0002"]
    assert not is_level(ROWS[1], None)
