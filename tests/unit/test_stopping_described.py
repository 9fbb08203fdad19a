"""Every rule on a trial's own curve says in a sentence what it stops."""

from __future__ import annotations

import pytest

from engine.core.model import Goal
from engine.core.peers import Peers
from engine.core.plan import Plan
from engine.stopping.registry import make_rule

PLAN = Plan(
    name="s", metric="val_acc", goal=Goal.MAXIMIZE, slots=1, budget=27, budget_parameter="epochs"
)


@pytest.mark.parametrize(
    ("rule", "options", "sentence"),
    [
        ("patience", {"epochs": 5}, "patience: stops after 5 epochs without a better val_acc"),
        ("patience", {"epochs": 1}, "patience: stops after 1 epoch without a better val_acc"),
        ("plateau", {"epochs": 4}, "plateau: stops once val_acc is level over 4 epochs"),
        ("target", {"value": 0.99}, "target: stops at val_acc 0.99"),
        ("threshold", {"lower": 0.2}, "threshold: stops where val_acc is below 0.2"),
        (
            "threshold",
            {"lower": 0.5, "upper": 9.0, "metric": "val_loss"},
            "threshold: stops where val_loss is below 0.5 or above 9",
        ),
        ("wilcoxon", {}, "wilcoxon: stops what is worse than the best with p below 0.1"),
    ],
)
def test_a_rule_says_what_it_stops(rule: str, options: dict[str, object], sentence: str) -> None:
    assert make_rule(rule, options).describe(Peers({}, lambda: PLAN)) == sentence
