"""The rules that a config asks for, made."""

from __future__ import annotations

from engine.config.schema import Config
from engine.core.judging import Judge
from engine.stopping.registry import make_rule


def judges_of(config: Config) -> list[Judge]:
    """Make the rules of a config, in its order; `diverged` comes first unless switched off."""
    judges: list[Judge] = []
    if config.diverged_factor is not None:
        advisory = any(r.rule == "diverged" and r.advisory for r in config.stop)
        judges.append(make_rule("diverged", {"factor": config.diverged_factor}, advisory=advisory))
    judges += [
        make_rule(rule.rule, rule.options, advisory=rule.advisory)
        for rule in config.stop
        if rule.enabled and rule.rule != "diverged"
    ]
    return judges
