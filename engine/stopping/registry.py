"""Every stopping rule by name. A new one is one file, one line here, and its options in
`engine.config.stop_rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .asha import Asha
from .base import StoppingRule
from .diverged import Diverged
from .hyperband import Hyperband
from .median import Median
from .percentile import Percentile

RULES: dict[str, type[StoppingRule]] = {
    "diverged": Diverged,
    "median": Median,
    "percentile": Percentile,
    "asha": Asha,
    "hyperband": Hyperband,
}


def make_rule(name: str, options: Mapping[str, Any], *, advisory: bool = False) -> StoppingRule:
    """Make a rule by its name; the options are keyword arguments of its class."""
    rule = RULES[name](**options)
    rule.advisory = advisory
    return rule
