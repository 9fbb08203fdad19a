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
from .patience import Patience
from .percentile import Percentile
from .plateau import Plateau
from .target import Target
from .threshold import Threshold
from .wandb_hyperband import OPTIONS as WANDB_OPTIONS
from .wandb_hyperband import WandbHyperband
from .wilcoxon import Wilcoxon

RULES: dict[str, type[StoppingRule]] = {
    "diverged": Diverged,
    "median": Median,
    "percentile": Percentile,
    "asha": Asha,
    "hyperband": Hyperband,
    "patience": Patience,
    "plateau": Plateau,
    "target": Target,
    "threshold": Threshold,
    "wilcoxon": Wilcoxon,
}


def make_rule(name: str, options: Mapping[str, Any], *, advisory: bool = False) -> StoppingRule:
    """Make a rule by its name; the options are keyword arguments of its class.

    `hyperband` is W&B's where any of W&B's options is given.
    """
    is_wandb = name == "hyperband" and not options.keys().isdisjoint(WANDB_OPTIONS)
    rule = WandbHyperband(**options) if is_wandb else RULES[name](**options)
    rule.advisory = advisory
    return rule
