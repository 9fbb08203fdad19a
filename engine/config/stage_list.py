"""The `budget` and the `stages` that spend it, coarse to fine."""

from __future__ import annotations

from typing import Any

from engine.config.resources import read_gpus
from engine.config.schema import Budget, Narrow, Stage
from engine.config.section import Section, described
from engine.config.stage_values import Fixed

_KEYS = ("name", "trials", "promote", "repeats", "narrow", "set", "gpus")


def read_budget(top: Section) -> Budget | None:
    """Read `budget`; None where there is none, or it says no `max`."""
    section = top.section("budget", ("parameter", "min", "max"))
    parameter = section.text("parameter") or "epochs"
    low = section.whole("min", least=1)
    high = section.whole("max", least=1)
    if not top.mapping("budget"):
        return None
    if not section.has("max"):
        top.fault("budget", "needs max: the full budget of a trial")
    if high is None:
        return None
    if low is not None and low > high:
        section.fault("min", f"{low} is above max {high}")
    return Budget(parameter=parameter, min=low or 1, max=high)


def read_stages(top: Section, budget: Budget | None, fixed: Fixed) -> tuple[Stage, ...]:
    """Read `stages`, each checked against the budget, the space and the stages before it."""
    items = top.items("stages")
    if items and budget is None:
        if not top.has("budget"):
            top.fault("stages", "need a budget, such as budget: {parameter: epochs, max: 27}")
        return ()
    stages: list[Stage] = []
    for number, item in enumerate(items):
        stage = _read_stage(top, number, item, budget, fixed) if budget else None
        if stage is None:
            return tuple(stages)
        _check_against(top, number, stage, stages)
        stages.append(stage)
    _check_limit(top, stages)
    return tuple(stages)


def _read_stage(top: Section, number: int, item: Any, budget: Budget, fixed: Fixed) -> Stage | None:
    if not isinstance(item, dict):
        top.faults.add(top.at("stages", number), f"must be a mapping, not {described(item)}")
        return None
    own = (*_KEYS, budget.parameter)
    section = Section(top.faults, top.at("stages", number), item, (*own, *fixed.keys_of(item)))
    spend = section.whole(budget.parameter, least=1)
    if not section.has(budget.parameter):
        top.faults.add(section.path, f"needs {budget.parameter}: what a trial spends in it")
    elif spend is not None and spend > budget.max:
        section.fault(budget.parameter, f"{spend} is beyond budget.max {budget.max}")
    trials = section.whole("trials", least=1)
    promote = section.whole("promote", least=1)
    if not section.has("trials") and not section.has("promote"):
        top.faults.add(section.path, "needs trials (new ones) or promote (earlier ones)")
    return Stage(
        name=section.text("name") or f"stage {number + 1}",
        budget=spend or budget.max,
        trials=trials or 0,
        promote=promote or 0,
        repeats=section.whole("repeats", least=1) or 1,
        gpus=read_gpus(section),
        narrow=_read_narrow(section),
        overrides=fixed.values(section, own),
    )


def _read_narrow(section: Section) -> Narrow | None:
    if not section.mapping("narrow"):
        return None
    narrow = section.section("narrow", ("top",))
    top = narrow.whole("top", least=2)
    if not narrow.has("top"):
        section.fault("narrow", "needs top: how many of the best trials span the new ranges")
    return Narrow(top=top) if top else None


def _check_against(top: Section, number: int, stage: Stage, earlier: list[Stage]) -> None:
    at = ("stages", number)
    if any(stage.name == other.name for other in earlier):
        top.faults.add((*at, "name"), f"there is a stage {stage.name!r} before this one")
    before = sum(other.trials for other in earlier)
    if stage.promote > before:
        reason = f"promotes {stage.promote} trials, but the stages before have {before}"
        top.faults.add((*at, "promote"), reason)
    elif stage.promote and not _goes_beyond(stage, earlier):
        highest = max(other.budget for other in earlier)
        reason = f"promotes to a budget of {stage.budget}, but trials have had {highest} already"
        top.faults.add((*at, "promote"), reason)
    if stage.narrow and stage.narrow.top > before:
        reason = f"asks for {stage.narrow.top} trials, but the stages before have {before}"
        top.faults.add((*at, "narrow", "top"), reason)


def _goes_beyond(stage: Stage, earlier: list[Stage]) -> bool:
    """Whether there is something to do for a promoted trial: more epochs, or the same with more
    seeds."""
    highest = max(other.budget for other in earlier)
    repeats_only = stage.repeats > 1 and stage.overrides == earlier[-1].overrides
    return stage.budget > highest or (stage.budget == highest and repeats_only)


def _check_limit(top: Section, stages: list[Stage]) -> None:
    """Warn where the limit of trials leaves less than the stages ask for."""
    limits = top.raw("limits")
    limit = limits.get("trials") if isinstance(limits, dict) else None
    wanted = sum(stage.trials for stage in stages)
    if isinstance(limit, int) and limit < wanted:
        text = f"{limit} is less than the {wanted} new trials of the stages; it ends them early"
        top.faults.warn(top.at("limits", "trials"), text)
