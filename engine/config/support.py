"""What this version cannot run yet: parsed and checked, and refused rather than ignored."""

from __future__ import annotations

from collections.abc import Iterator

from engine.config.rungs import promoting
from engine.config.schema import Config
from engine.stopping.registry import RULES


def unsupported(config: Config) -> list[str]:
    """Give one plain sentence for each thing the config asks for and this version cannot do."""
    return list(_sentences(config))


def _sentences(config: Config) -> Iterator[str]:
    for rule in config.stop:
        is_built = rule.rule in RULES or rule is promoting(config.stop)
        if rule.enabled and not is_built:
            yield f"stop: the rule {rule.rule} is not built yet; remove it to run without it"
