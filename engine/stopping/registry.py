"""Every stopping rule by name. A new one is one file, one line here, and its options in
`engine.config.stop_rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import StoppingRule
from .diverged import Diverged

RULES: dict[str, type[StoppingRule]] = {
    "diverged": Diverged,
}


def make_rule(name: str, options: Mapping[str, Any], *, advisory: bool = False) -> StoppingRule:
    """Make a rule by its name; the options are keyword arguments of its class."""
    rule = RULES[name](**options)
    rule.advisory = advisory
    return rule
