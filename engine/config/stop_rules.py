"""The `stop` list and W&B's `early_terminate`: which rules there are, and their options."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.config.faults import KeyPath, nearest, shown
from engine.config.schema import OptionValue, StopRule
from engine.config.section import Section, described
from engine.stopping.wandb_hyperband import brackets

LEAST_REDUCTION = 1.1

Reader = Callable[[Section, str], OptionValue | None]


def _whole(least: int) -> Reader:
    return partial(Section.whole, least=least)


def _whole_or_auto(least: int) -> Reader:
    def read(section: Section, key: str) -> OptionValue | None:
        return "auto" if section.raw(key) == "auto" else section.whole(key, least=least)

    return read


def _above(bound: float | None) -> Reader:
    return partial(Section.number, above=bound)


def _reduction(section: Section, key: str) -> OptionValue | None:
    """Nearer to 1 there is a rung at every step, and nothing to tell trials apart by."""
    value = section.number(key)
    if value is not None and value < LEAST_REDUCTION:
        section.fault(key, f"must be at least {LEAST_REDUCTION}, not {shown(section.raw(key))}")
    return value


def _per_cent(section: Section, key: str) -> OptionValue | None:
    value = section.number(key, above=0)
    if value is not None and value > 100:
        section.fault(key, f"must be at most 100, not {value:g}")
    return value


def _not_below_zero(section: Section, key: str) -> OptionValue | None:
    value = section.number(key)
    if value is not None and value < 0:
        section.fault(key, f"must be at least 0, not {value:g}")
    return value


def _probability(section: Section, key: str) -> OptionValue | None:
    value = section.number(key, above=0)
    if value is not None and value > 1:
        section.fault(key, f"must be at most 1, not {value:g}")
    return value


_BRACKETS: dict[str, Reader] = {
    "min_iter": _whole(1),
    "max_iter": _whole(1),
    "s": _whole(0),
    "eta": _above(1),
    "strict": Section.flag,
}

RULES: dict[str, dict[str, Reader]] = {
    "diverged": {"factor": _above(1)},
    "median": {"min_epochs": _whole_or_auto(0), "min_trials": _whole(1)},
    "percentile": {
        "percentile": _per_cent,
        "min_epochs": _whole_or_auto(0),
        "min_trials": _whole(1),
    },
    "asha": {
        "mode": partial(Section.choice, choices=("stop", "promote")),
        "reduction": _reduction,
        "min": _whole_or_auto(1),
        "max": _whole_or_auto(1),
        "brackets": _whole(1),
        "lenient": Section.flag,
    },
    "hyperband": {
        **_BRACKETS,
        "reduction": _reduction,
        "min": _whole_or_auto(1),
        "max": _whole_or_auto(1),
    },
    "patience": {"epochs": _whole(1), "min_delta": _not_below_zero},
    "target": {"value": _above(None)},
    "threshold": {
        "lower": _above(None),
        "upper": _above(None),
        "metric": Section.text,
        "min_epochs": _whole(0),
    },
    "plateau": {"epochs": _whole(1), "tolerance": _above(0)},
    "wilcoxon": {"p_threshold": _probability, "n_startup_steps": _whole(0)},
}
"""Every rule, with the reader of each of its options."""

_REQUIRED = {
    "patience": ("epochs",),
    "plateau": ("epochs",),
    "target": ("value",),
    "threshold": ("lower", "upper"),
}
"""The options of which a rule needs one."""


def read_stop(top: Section) -> tuple[StopRule, ...]:
    """Read `stop` and `early_terminate`; a rule may stand there once."""
    rules: list[StopRule] = []
    for number, item in enumerate(top.items("stop")):
        rule = _read_rule(top, number, item)
        if rule is None:
            continue
        if any(rule.rule == other.rule for other in rules):
            top.faults.add(top.at("stop", number), f"the rule {rule.rule} stands here twice")
        rules.append(rule)
    early = _read_early_terminate(top)
    if early and any(rule.rule == early.rule for rule in rules):
        top.fault("early_terminate", f"the rule {early.rule} stands under stop as well")
    return (*rules, early) if early else tuple(rules)


def diverged_factor(rules: tuple[StopRule, ...]) -> float | None:
    """The factor of the `diverged` rule, which is on unless switched off."""
    for rule in rules:
        if rule.rule == "diverged":
            return float(rule.options.get("factor", 10.0)) if rule.enabled else None
    return 10.0


def _read_rule(top: Section, number: int, item: Any) -> StopRule | None:
    path = top.at("stop", number)
    raw = {"rule": item} if isinstance(item, str) else item
    if not isinstance(raw, dict):
        top.faults.add(path, f"must be a rule's name or {{rule: name, ...}}, not {described(item)}")
        return None
    name = _rule_name(top, path, item)
    if name is None:
        return None
    section = Section(top.faults, path, raw, ("rule", "enabled", "advisory", *RULES[name]))
    enabled = section.flag("enabled")
    rule = StopRule(
        rule=name,
        enabled=enabled is not False,
        advisory=section.flag("advisory") is True,
        options=_options(section, name),
    )
    needed = _REQUIRED.get(name, ())
    if rule.enabled and needed and not any(map(section.has, needed)):
        top.faults.add(path, f"the rule {name} needs {' or '.join(needed)}")
    if not _BRACKETS.keys().isdisjoint(rule.options):
        _check_wandb(section, rule.options)
    return rule


def _rule_name(top: Section, path: KeyPath, item: str | dict[str, Any]) -> str | None:
    name = item if isinstance(item, str) else item.get("rule")
    if isinstance(name, str) and name in RULES:
        return name
    known = f"there are {', '.join(RULES)}"
    if name is None:
        top.faults.add(path, f"names no rule; {known}")
    else:
        where = path if isinstance(item, str) else (*path, "rule")
        top.faults.add(where, f"unknown rule {shown(name)}; {known}", nearest(name, RULES))
    return None


def _options(section: Section, rule: str) -> dict[str, OptionValue]:
    options: dict[str, OptionValue] = {}
    for key, read in RULES[rule].items():
        value = read(section, key)
        if value is not None:
            options[key] = value
    _check_order(section, options, "min", "max")
    _check_order(section, options, "min_iter", "max_iter")
    _check_order(section, options, "lower", "upper")
    return options


def _check_order(section: Section, options: dict[str, OptionValue], low: str, high: str) -> None:
    least, most = options.get(low, "auto"), options.get(high, "auto")
    if "auto" not in (least, most) and float(least) > float(most):
        section.fault(low, f"is above {high} {options[high]}")


def _read_early_terminate(top: Section) -> StopRule | None:
    if not top.has("early_terminate"):
        return None
    section = top.section("early_terminate", ("type", *_BRACKETS))
    if not top.mapping("early_terminate"):
        return None
    if not section.has("type"):
        top.fault("early_terminate", "needs a type; W&B has one: hyperband")
        return None
    if section.choice("type", ("hyperband",)) is None:
        return None
    options = _options(section, "hyperband")
    _check_wandb(section, options)
    return StopRule(rule="hyperband", options=options)


def _check_wandb(section: Section, options: dict[str, OptionValue]) -> None:
    """Check the options of W&B's hyperband together."""
    if own := [key for key in options if key not in _BRACKETS]:
        theirs = next((key for key in options if key in _BRACKETS), "min_iter")
        reason = (
            f"is an option of tui-tuner's hyperband, {theirs} one of W&B's; keep to one of them"
        )
        section.fault(own[0], reason)
    elif "min_iter" not in options and "max_iter" not in options:
        section.faults.add(section.path, "hyperband needs min_iter, or max_iter and s")
    elif "min_iter" not in options and "s" not in options:
        section.faults.add(section.path, "hyperband with max_iter needs s as well")
    elif "max_iter" in options and "s" in options:
        most, count, eta = int(options["max_iter"]), int(options["s"]), options.get("eta", 3.0)
        if not list(brackets(None, most, count, float(eta))):
            reason = f"gives no bracket with s {count} and eta {float(eta):g}"
            section.fault("max_iter", reason)
