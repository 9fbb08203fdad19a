"""The smaller parts of the config: metric, limits, env, metrics, preload, grace."""

from __future__ import annotations

import re

from engine.config.document import Document
from engine.config.faults import shown
from engine.config.schema import Metric, Metrics
from engine.config.section import Section, described
from engine.core.model import (
    Goal,
)
from engine.core.plan import Limits

_GOALS = ("maximize", "minimize")
_OWN_VARIABLES = "TUI_TUNER_"
_STEP_GROUP = "step"


def read_metric(top: Section) -> Metric | None:
    """Read `metric`; W&B's default goal is to minimise."""
    if not top.has("metric"):
        reason = "missing; say what to optimise, such as metric: {name: val_acc, goal: maximize}"
        top.fault("metric", reason)
        return None
    section = top.section("metric", ("name", "goal", "target"))
    if not top.mapping("metric"):
        top.fault("metric", "needs a name, such as metric: {name: val_acc, goal: maximize}")
        return None
    if not section.has("name"):
        top.fault("metric", "needs a name: that of a metric the trials report")
    name = section.text("name")
    goal = section.choice("goal", _GOALS)
    return Metric(name=name, goal=Goal(goal or "minimize")) if name else None


def read_limits(top: Section) -> Limits:
    """Read `limits`, with W&B's `run_cap` for trials and `metric.target` for the target."""
    known = ("trials", "hours", "slot_hours", "target", "failures", "no_improvement")
    section = top.section("limits", known)
    trials = section.whole("trials", least=1)
    cap = top.whole("run_cap", least=1)
    if trials is not None and cap is not None and trials != cap:
        top.fault("run_cap", f"says {cap}, but limits.trials says {trials}; keep one")
    target = section.number("target")
    wished = _metric_target(top)
    if target is not None and wished is not None and target != wished:
        section.fault("target", f"says {target:g}, but metric.target says {wished:g}; keep one")
    return Limits(
        trials=cap if trials is None else trials,
        hours=section.number("hours", above=0),
        target=wished if target is None else target,
        failures=section.whole("failures", least=1),
        slot_hours=section.number("slot_hours", above=0),
        no_improvement=section.whole("no_improvement", least=1),
    )


def read_env(top: Section, document: Document) -> dict[str, str]:
    """Read `env`; a number becomes the text it was written as, and a warning says so."""
    env: dict[str, str] = {}
    for name, value in top.mapping("env").items():
        path = top.at("env", name)
        if not name or "=" in name:
            top.faults.add(path, "is no name for an environment variable")
        elif name.startswith(_OWN_VARIABLES):
            top.faults.add(path, f"names that start with {_OWN_VARIABLES} are tui-tuner's own")
        elif isinstance(value, str):
            env[name] = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            env[name] = document.texts.get(path, str(value))
            top.faults.warn(path, f"is a number; the trial gets it as the text {env[name]!r}")
        else:
            text = document.texts.get(path, "")
            quoted = f'; write "{text}" in quotes' if isinstance(value, bool | None) else ""
            top.faults.add(path, f"must be text, not {described(value)}{quoted}")
    return env


def read_metrics(top: Section) -> Metrics:
    """Read `metrics.stdout`: one regular expression, or a list of them."""
    section = top.section("metrics", ("stdout",))
    value = section.raw("stdout")
    patterns = [value] if isinstance(value, str) else section.items("stdout")
    for number, pattern in enumerate(patterns):
        path = section.at("stdout") if isinstance(value, str) else section.at("stdout", number)
        reason = _pattern_fault(pattern)
        if reason:
            section.faults.add(path, reason)
    return Metrics(stdout=tuple(pattern for pattern in patterns if isinstance(pattern, str)))


def read_preload(top: Section) -> tuple[str, ...] | None:
    """Read `preload`: modules by their dotted names; None where the file does not say."""
    if not top.has("preload"):
        return None
    modules = top.items("preload")
    for number, name in enumerate(modules):
        if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
            path = top.at("preload", number)
            top.faults.add(path, f"must be a module's name, such as torch, not {described(name)}")
    return tuple(str(name) for name in modules)


def read_grace(top: Section) -> float:
    """Read `grace`: seconds from asking a trial to stop until it is killed; 0 asks nobody."""
    grace = top.number("grace")
    if grace is None:
        return 10.0
    if grace < 0:
        top.fault("grace", f"must be at least 0, not {shown(top.raw('grace'))}")
    return grace


def _metric_target(top: Section) -> float | None:
    metric = top.raw("metric")
    if not isinstance(metric, dict):
        return None
    return Section(top.faults, top.at("metric"), metric, metric).number("target")


def _pattern_fault(pattern: object) -> str | None:
    if not isinstance(pattern, str):
        return f"must be a regular expression, not {described(pattern)}"
    try:
        groups = re.compile(pattern).groupindex
    except (re.error, RecursionError, OverflowError) as error:
        return f"is no regular expression: {error}"
    if not groups.keys() - {_STEP_GROUP}:
        return r"names no metric; write groups such as (?P<val_loss>\S+)"
    return None
