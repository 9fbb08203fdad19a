"""A config's stopping rules as a person reads them, before the sweep runs."""

from __future__ import annotations

from engine.config.going_on import going_on
from engine.config.plan import to_plan
from engine.config.rungs import promoting
from engine.config.schema import Config, StopRule


def rules_of(config: Config) -> list[str]:
    """Say which rules end trials early, one line each: 'patience: epochs 5; advises only'."""
    told = []
    if config.diverged_factor is not None:
        told.append(f"diverged: factor {config.diverged_factor:g}")
    rules = [rule for rule in config.stop if rule.enabled and rule.rule != "diverged"]
    return told + [_told(config, rule) for rule in rules]


def _told(config: Config, rule: StopRule) -> str:
    options = ", ".join(f"{name} {_shown(value)}" for name, value in rule.options.items())
    notes = [options] if options else []
    if rule is promoting(config.stop) and (rungs := to_plan(config, slots=1).rungs) is not None:
        notes.append(f"rungs of {', '.join(map(str, rungs.budgets[rungs.begins :]))} {rungs.unit}")
    if rule.advisory:
        notes.append("advises only")
    if rule.by_default:
        notes += _why_by_default(config, rule)
    return f"{rule.rule}: {'; '.join(notes)}" if notes else rule.rule


def _why_by_default(config: Config, rule: StopRule) -> list[str]:
    promotes, found = rule.options.get("mode") == "promote", going_on(config)
    told = ["by default, since the method learns"]
    if promotes == found.is_sure:
        told.append(f"it {'promotes' if promotes else 'stops'}, since {found.why}")
    return [*told, "`stop: []` switches it off"]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
