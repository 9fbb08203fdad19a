"""The early stopping that a config gets which asks for none: only where its method learns."""

from __future__ import annotations

from msgspec.structs import replace

from engine.config.going_on import going_on
from engine.config.rungs import rung_plan
from engine.config.schema import Config, StopRule
from engine.config.section import Section
from engine.search.registry import METHODS

PROMOTING = StopRule(
    rule="asha",
    by_default=True,
    options={"mode": "promote", "reduction": 3.0, "min": "auto"},
)
"""Added beside `diverged` where trials can be promoted: a learning method spends its epochs far
better with it."""

STOPPING = StopRule(
    rule="asha", by_default=True, options={"reduction": 3.0, "min": "auto", "lenient": False}
)
"""Added where a trial that is promoted might start over: none has to wait at a rung. Not lenient:
the first trials are draws, and each that has the whole budget costs as much as nine that stop."""

SAID = ("stop", "early_terminate", "stages")
"""Whoever writes one of these has said how trials end; `stop: []` says that none ends early."""


def with_default_rules(top: Section, config: Config) -> Config:
    """Give the config with the rules that are added to those of its file."""
    made = METHODS.get(config.method)
    learns = made is not None and made.learns
    if config.budget is None or not learns or any(top.has(key) for key in SAID):
        return config
    return replace(config, stop=(*config.stop, _default(config)))


def _default(config: Config) -> StopRule:
    rungs = rung_plan((PROMOTING,), config.budget)
    can_promote = rungs is not None and len(rungs.budgets) > 1
    return PROMOTING if can_promote and going_on(config).is_sure else STOPPING
