"""How a trial came about, as a schedule that a person can read."""

from __future__ import annotations

from typing import Any

from engine.core.lineage import lineage_of
from engine.core.views import TrialView
from tui_tuner.view.schedule import ancestors, schedules


def row(name: str, lr: float, step: int, **fields: Any) -> TrialView:
    plain: dict[str, Any] = {
        "state": "complete",
        "stage": "round 1",
        "budget": 8,
        "origin": "",
        "parent": None,
        "space_version": 1,
        "seed": 0,
        "params": {"lr": lr, "width": 64},
        "step": step,
    }
    return TrialView(id=name, **plain | fields)


def born(name: str, parent: str, lr: float, start: int, step: int, **fields: Any) -> TrialView:
    return row(name, lr, step, parent=parent, from_step=start, generation=1, **fields)


FAMILY = {
    one.id: one
    for one in (
        row("t0001", 0.1, 8),
        born("t0002", "t0001", 0.05, 2, 6),
        born("t0003", "t0002", 0.05, 4, 6),
        born("t0004", "t0003", 0.01, 6, 8),
        born("t0005", "t0004", 0.02, 8, 8),
        row("t0006", 0.3, 4, parent="t0001", origin="clone of t0001"),
        born("t0007", "t0002", 0.3, 0, 4),
    )
}


def schedule(name: str) -> list[tuple[str, str]]:
    return schedules(lineage_of(FAMILY[name], FAMILY.get))


def test_the_values_of_each_ancestor_hold_for_its_epochs() -> None:
    stretches = lineage_of(FAMILY["t0004"], FAMILY.get)
    assert [(s.trial, s.from_step, s.to_step) for s in stretches] == [
        ("t0001", 1, 2),
        ("t0002", 3, 4),
        ("t0003", 5, 6),
        ("t0004", 7, 8),
    ]
    assert ancestors(stretches) == "t0001 > t0002 > t0003 > t0004"


def test_a_schedule_joins_stretches_of_one_value_and_leaves_out_what_never_changed() -> None:
    assert schedule("t0004") == [("lr", "0.1 epochs 1-2, 0.05 epochs 3-6, 0.01 epochs 7-8")]


def test_a_child_that_has_not_begun_has_an_open_end() -> None:
    assert schedule("t0005")[0][1].endswith("0.01 epochs 7-8, 0.02 from epoch 9")


def test_one_epoch_is_not_a_range() -> None:
    family = {**FAMILY, "t0002": born("t0002", "t0001", 0.05, 1, 2)}
    assert schedules(lineage_of(family["t0002"], family.get)) == [
        ("lr", "0.1 epoch 1, 0.05 epoch 2")
    ]


def test_who_began_afresh_has_no_lineage() -> None:
    for name in ("t0001", "t0006", "t0007"):
        assert lineage_of(FAMILY[name], FAMILY.get) == []
