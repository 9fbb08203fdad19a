"""What a person reads of simulated sweeps: a line a seed, then the quartiles."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles

from engine.config.schema import Config
from engine.core.model import Goal
from engine.rehearsal import Rehearsed
from engine.search.registry import create
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import duration

from .columns import Column, table, terminal_width
from .wording import number, params_line

_NONE = "-"


def report(config: Config, results: Sequence[Rehearsed]) -> list[str]:
    """Lay the results out: a line a seed, the quartiles of the best, a sentence."""
    lines = table(_columns(results), terminal_width())
    bests = [result.best for result in results if result.best is not None]
    return [*lines, "", _sentence(config, results, bests)]


def _columns(results: Sequence[Rehearsed]) -> list[Column]:
    return [
        Column("seed", [str(r.seed) for r in results], "right"),
        Column("best", [number(r.best) if r.best is not None else _NONE for r in results], "right"),
        Column("after epochs", [_found(r) for r in results], "right"),
        Column("epochs", [str(r.epochs) for r in results], "right"),
        Column("trials", [str(sum(r.trials.values())) for r in results], "right"),
        Column("pruned", [str(r.trials.get("pruned", 0)) for r in results], "right"),
        Column("time", [duration(r.seconds) for r in results], "right"),
        Column("configuration", [params_line(r.best_params) for r in results], text=True),
    ]


def _found(result: Rehearsed) -> str:
    return str(result.trajectory[-1].epochs) if result.trajectory else _NONE


def _sentence(config: Config, results: Sequence[Rehearsed], bests: Sequence[float]) -> str:
    name = plain(config.metric.name)
    method = create(config.method, config.space, options=config.search).called
    what = f"{method}, {len(results)} seed{'s' * (len(results) > 1)}"
    if not bests:
        return f"{what}: no trial has a number for {name}"
    if len(bests) == 1:
        return f"{what}: best {name} {number(bests[0])}"
    low, middle, high = quantiles(bests, n=4, method="inclusive")
    worse, better = (low, high) if config.metric.goal is Goal.MAXIMIZE else (high, low)
    return (
        f"{what}: best {name} {number(middle)} at the median, "
        f"{number(worse)} to {number(better)} in the middle half"
    )
