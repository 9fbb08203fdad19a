"""The early stopping that a config gets which asks for none: only where its method learns."""

from __future__ import annotations

from engine.config.schema import Budget, StopRule
from engine.config.section import Section
from engine.search.registry import METHODS

BY_DEFAULT = StopRule(rule="asha", by_default=True, options={"reduction": 3.0, "min": "auto"})
"""Added beside `diverged`: a learning method spends its epochs far better with it."""

SAID = ("stop", "early_terminate", "stages")
"""Whoever writes one of these has said how trials end; `stop: []` says that none ends early."""


def default_rules(top: Section, method: str, budget: Budget | None) -> tuple[StopRule, ...]:
    """Give the rules that are added to those of the config."""
    made = METHODS.get(method)
    learns = made is not None and made.learns
    if budget is None or not learns or any(top.has(key) for key in SAID):
        return ()
    return (BY_DEFAULT,)
