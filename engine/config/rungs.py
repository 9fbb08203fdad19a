"""The rungs of `{rule: asha, mode: promote}`: their budgets, and what stands against them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import ceil, log

from engine.config.faults import KeyPath
from engine.config.interpreter import command_words
from engine.config.passing import scripts
from engine.config.schema import Budget, Config, StopRule
from engine.config.section import Section
from engine.core.plan import RungPlan

REDUCTION = 3.0
FIRST_SHARE = 9
"""Without `min` the first rung is a ninth of the budget to begin with: after less, rankings can be
worthless."""

_SAVES = re.compile(r"checkpoint|resume|\bsave\w*\(", re.IGNORECASE)


def promoting(rules: Iterable[StopRule]) -> StopRule | None:
    """The rule by which trials are promoted, where there is one."""
    asha = (rule for rule in rules if rule.rule == "asha" and rule.enabled)
    return next((rule for rule in asha if rule.options.get("mode") == "promote"), None)


def rung_plan(rules: Iterable[StopRule], budget: Budget | None) -> RungPlan | None:
    """The rungs from `min` to the full budget, or `max`; None where nothing is promoted."""
    rule = promoting(rules)
    if rule is None or budget is None:
        return None
    reduction = float(rule.options.get("reduction", REDUCTION))
    is_auto = rule.options.get("min", "auto") == "auto"
    last = _last(rule, budget)
    first = max(budget.min, ceil(last / FIRST_SHARE)) if is_auto else int(rule.options["min"])
    lower = _lower(first, budget.min, reduction) if is_auto else ()
    return RungPlan(
        budgets=(*lower, *rung_budgets(first, last, reduction)),
        begins=len(lower),
        reduction=reduction,
        unit=budget.parameter,
        first_is_auto=is_auto,
    )


def _last(rule: StopRule, budget: Budget) -> int:
    last = rule.options.get("max", "auto")
    return budget.max if last == "auto" else int(last)


def rung_budgets(first: int, last: int, reduction: float) -> tuple[int, ...]:
    """Each rung's budget: `reduction` times that of the one before, and `last` in the end.

    The last step is as near to the reduction as the others let it be: from 1 to 26 by threes the
    rungs are 1, 3, 9, 26.
    """
    steps = round(log(last / first, reduction))
    below = (int(first * reduction**k) for k in range(max(1, steps)))
    return (*dict.fromkeys(b for b in below if b < last), last)


def _lower(first: int, least: int, reduction: float) -> tuple[int, ...]:
    """The rungs below the first, down to a budget of `least`: for when curves speak for them."""
    lower, budget = [], int(first / reduction)
    while budget >= max(1, least):
        lower.append(budget)
        budget = int(budget / reduction)
    return tuple(reversed(lower))


def check_promoting(
    top: Section, rules: Iterable[StopRule], budget: Budget | None, method: str
) -> None:
    """Note why a config's trials cannot be promoted by rungs."""
    rule = promoting(rules)
    if rule is None:
        return
    for reason in _reasons(top, rule, budget, method):
        top.faults.add(_place(top), reason)


def _reasons(top: Section, rule: StopRule, budget: Budget | None, method: str) -> Iterator[str]:
    if rule.advisory:
        yield "mode promote gives trials their budgets: it cannot be advisory"
    if top.has("stages"):
        yield "mode promote and stages both give trials their budgets; use mode: stop with stages"
    if method == "evolution":
        yield "evolution gives its members their budgets itself; use another method, or no asha"
    if "brackets" in rule.options:
        yield "brackets go with mode: stop only"
    if "lenient" in rule.options:
        yield "lenient goes with mode: stop only"
    if budget is None:
        if not top.has("budget"):
            yield "mode promote needs a budget, such as budget: {parameter: epochs, max: 27}"
        return
    last = _last(rule, budget)
    first = rule.options.get("min", "auto")
    if last > budget.max:
        yield f"max {last} is beyond budget.max {budget.max}"
    elif last == 1 or (isinstance(first, int) and first >= last):
        yield f"one rung alone, of {last} {budget.parameter}: nothing to promote from or to"


def _place(top: Section) -> KeyPath:
    for number, item in enumerate(top.raw("stop") or ()):
        if isinstance(item, dict) and item.get("rule") == "asha":
            return top.at("stop", number)
    return top.at("stop")


def starts_over(config: Config) -> str | None:
    """Warn where a script's text knows of no checkpoints: promoted trials would start over."""
    evolves = config.method == "evolution"
    if promoting(config.stop) is None and not evolves:
        return None
    if any(_SAVES.search(word) for word in (*command_words(config), *config.env.values())):
        return None
    texts = list(scripts(config))
    if not texts or any(_SAVES.search(text) for text in texts):
        return None
    if evolves:
        return "the script saves no checkpoints: each member starts over in every round"
    return "the script saves no checkpoints: each trial that is promoted starts over"
