"""What a simulated trial answers: a recorded curve, or what a function makes up."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from itertools import count
from math import isfinite
from pathlib import Path
from typing import Any

from engine.core.model import Params
from engine.errors import UsageError
from engine.simulated import Line
from engine.text import clean

from .nearest import Nearest
from .table import Curve

Answer = Callable[[Params, int], Iterator[Line]]
"""(configuration, step) -> what a script reports after that step, up to its last one or on and on
(a trial heeds its budget)."""

Objective = Callable[[Params, int], tuple[Mapping[str, float], float]]
"""(configuration, step from 1) -> metrics at that step, and the seconds it took."""


def recorded(nearest: Nearest) -> Answer:
    """Answer with the nearest recorded curve."""

    def answer(params: Params, after: int) -> Iterator[Line]:
        return _lines(nearest.find(params), after)

    return answer


def _lines(curve: Curve, after: int) -> Iterator[Line]:
    for at, step in enumerate(curve.steps):
        if step > after:
            values = ((name, column[at]) for name, column in curve.metrics.items())
            metrics = {name: value for name, value in values if value is not None}
            yield Line(curve.seconds[at], step, metrics)


def computed(objective: Objective, name: str) -> Answer:
    """Answer with what a function gives. What it raises or misshapes becomes a UsageError; what it
    prints goes to stderr."""

    def answer(params: Params, after: int) -> Iterator[Line]:
        for step in count(after + 1):
            yield _computed(objective, name, params, step)

    return answer


def _computed(objective: Objective, name: str, params: Params, step: int) -> Line:
    where = f"{clean(name)} at step {step}"
    try:
        with redirect_stdout(sys.stderr):
            given: Any = objective(dict(params), step)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{where}: {clean(repr(error), limit=200)}") from error
    try:
        metrics, seconds = given
        line = Line(float(seconds), step, {str(k): float(v) for k, v in metrics.items()})
    except Exception as error:
        shown = clean(repr(given), limit=100)
        reason = f"must give ({{metric: number}}, seconds), not {shown}"
        raise UsageError(f"{where} {reason}") from error
    if not (isfinite(line.seconds) and line.seconds >= 0.0):
        raise UsageError(f"{where}: {line.seconds!r} seconds")
    return line


def load_objective(name: str, folder: Path) -> Objective:
    """Import `module:function`, found in `folder` or the current one. Raises UsageError."""
    module_name, separator, function = name.partition(":")
    if not (separator and module_name and function):
        raise UsageError(f"{clean(name)}: write module:function")
    shown = clean(name)
    with _path_of(folder, Path.cwd()):
        try:
            with redirect_stdout(sys.stderr):
                module = importlib.import_module(module_name)
        except (Exception, SystemExit) as error:
            reason = str(error) if isinstance(error, ImportError | SyntaxError) else repr(error)
            raise UsageError(f"{shown}: {clean(reason, limit=200)}") from error
    objective: Any = getattr(module, function, None)
    if not callable(objective):
        raise UsageError(f"{shown}: {clean(module_name)} has no function {clean(function)}")
    return objective  # type: ignore[no-any-return]


@contextmanager
def _path_of(*folders: Path) -> Iterator[None]:
    before = list(sys.path)
    sys.path[:0] = [str(folder) for folder in folders]
    try:
        yield
    finally:
        sys.path[:] = before
