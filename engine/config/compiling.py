"""From a parsed document to the compiled config, all faults at once."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, cast

from engine.config.default_rules import with_default_rules
from engine.config.document import Document
from engine.config.entry import Entry, read_entry
from engine.config.evolution import check_evolution
from engine.config.faults import Faults, KeyPath
from engine.config.idle_rules import warn_of_idle_rules
from engine.config.macro_names import PARAMETER, VARIABLE, macro_faults, macros_in
from engine.config.resources import read_resources
from engine.config.rungs import check_promoting
from engine.config.schema import Budget, Config, Metric, StartMode
from engine.config.search_options import check_search, read_method, read_options
from engine.config.section import Section
from engine.config.sections import (
    read_env,
    read_grace,
    read_limits,
    read_metric,
    read_metrics,
    read_preload,
)
from engine.config.stage_list import read_budget, read_stages
from engine.config.stage_values import Fixed
from engine.config.stop_rules import diverged_factor, read_stop
from engine.core.model import Goal
from engine.errors import ConfigError
from engine.space.build import build_space
from engine.space.space import Space
from engine.text import clean

KEYS = (
    *("name", "program", "command", "function", "metric", "parameters", "method", "search"),
    *("budget", "stages", "stop", "limits", "resources", "start", "preload", "metrics", "env"),
    *("grace", "early_terminate", "run_cap", "description", "project", "entity"),
)
"""Every key that may stand at the top level, but for W&B's `sweep`."""

_START_MODES = ("auto", "zygote", "spawn")
_NAMELESS_FILES = frozenset({"sweep", "config", "sweep_config", "sweep-config"})
_NO_METRIC = Metric(name="", goal=Goal.MINIMIZE)
"""Stands in where the file names none, so that the rest is still checked."""


def compile_config(document: Document, faults: Faults, path: Path) -> Config:
    """Check everything the document says; `path` is absolute. Raises ConfigError, all faults."""
    document.report(faults)
    top = Section(faults, (), document.data, KEYS)
    config = with_default_rules(top, _read(top, document, path))
    if not faults.faults():
        check_search(top, config)
        check_evolution(top, config)
        warn_of_idle_rules(top, config)
    if found := faults.faults():
        raise ConfigError(found)
    return config


def _read(top: Section, document: Document, path: Path) -> Config:
    entry = read_entry(top, document, path.parent)
    budget = read_budget(top)
    method = read_method(top)
    stop = read_stop(top)
    check_promoting(top, stop, budget, method)
    env = read_env(top, document)
    _check_macros(top, entry, env, budget)
    space = _read_space(top, budget)
    fixed = Fixed(space, tuple(_parameter_names(top.raw("parameters"), "")))
    return Config(
        name=clean(top.text("name") or _default_name(path), limit=100),
        path=str(path),
        folder=str(path.parent),
        metric=read_metric(top) or _NO_METRIC,
        space=space,
        nested=dict(_nested(top.raw("parameters"))),
        program=entry.program,
        command=entry.command,
        function=entry.function,
        method=method,
        search=read_options(top, method),
        budget=budget,
        stages=read_stages(top, budget, fixed),
        stop=stop,
        diverged_factor=diverged_factor(stop),
        limits=read_limits(top),
        resources=read_resources(top),
        start=cast(StartMode, top.choice("start", _START_MODES) or "auto"),
        preload=read_preload(top),
        metrics=read_metrics(top),
        env=env,
        grace=read_grace(top),
        description=top.text("description"),
        project=top.text("project"),
        entity=top.text("entity"),
    )


def _default_name(path: Path) -> str:
    return path.parent.name or path.stem if path.stem in _NAMELESS_FILES else path.stem


def _read_space(top: Section, budget: Budget | None) -> Space:
    if not top.has("parameters"):
        reason = "missing; say what to search, such as parameters: {lr: {min: 0.0001, max: 0.1}}"
        top.fault("parameters", reason)
    raw = top.mapping("parameters")
    space, found = build_space(raw, budget.parameter if budget else None)
    for fault in found:
        top.faults.add(top.at("parameters", *fault.path), fault.reason, fault.near)
    return space


def _check_macros(top: Section, entry: Entry, env: dict[str, str], budget: Budget | None) -> None:
    known = set(_parameter_names(top.raw("parameters"), ""))
    if budget:
        known.add(budget.parameter)
    for number, word in enumerate(entry.command or ()):
        _check_text(top, top.at("command", number), word, known)
    for name, text in env.items():
        _check_text(top, top.at("env", name), text, known)
        if text in ("${args}", "${args_no_hyphens}", "${args_no_boolean_flags}"):
            top.faults.add(
                top.at("env", name), f"{text} stands for several arguments, not one text"
            )


def _check_text(top: Section, path: KeyPath, text: str, known: Collection[str]) -> None:
    for fault in macro_faults(text, known):
        top.faults.add(path, fault.reason, fault.near)
    for name in macros_in(text):
        if name.startswith(VARIABLE) and (variable := name.removeprefix(VARIABLE)):
            if variable not in os.environ:
                reason = f"{variable} is not set here; ${{{name}}} then gives its name, as in W&B"
                top.faults.warn(path, reason)
        elif name.startswith(PARAMETER) and _is_conditional(top, name.removeprefix(PARAMETER)):
            reason = f"${{{name}}} is empty where {name.removeprefix(PARAMETER)} does not apply"
            top.faults.warn(path, f"{reason}; ${{args}} leaves it out there")


def _parameter_names(raw: Any, prefix: str) -> Iterator[str]:
    """Name every parameter that is written, well or badly, so that a macro may name it."""
    for name, value in raw.items() if isinstance(raw, dict) else ():
        if isinstance(value, dict) and isinstance(value.get("parameters"), dict):
            yield from _parameter_names(value["parameters"], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _nested(raw: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each parameter that lies in a group, with the keys that lead to it."""
    for key, value in raw.items() if isinstance(raw, dict) else ():
        if isinstance(value, dict) and isinstance(value.get("parameters"), dict):
            yield from _nested(value["parameters"], (*above, key))
        elif above:
            yield ".".join((*above, key)), (*above, key)


def _is_conditional(top: Section, parameter: str) -> bool:
    raw = top.raw("parameters")
    value = raw.get(parameter) if isinstance(raw, dict) else None
    return isinstance(value, dict) and bool(value.get("when"))
