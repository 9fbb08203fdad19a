"""Rehearses a config with several seeds, on all cores where that saves time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from msgspec import Struct

from engine.config.schema import Budget, Config
from engine.curves.answers import Answer, computed, load_objective, recorded
from engine.curves.nearest import Nearest
from engine.curves.reading import read_table
from engine.curves.table import CurveTable
from engine.errors import UsageError
from engine.modelling.process import ONE_THREAD
from engine.rehearsal import Rehearsal, Rehearsed, Told
from engine.text import clean

WORTH_S = 3.0
"""Work for which further processes are started: each first imports what this one has."""


class Rehearsing(Struct, frozen=True, kw_only=True):
    """What to rehearse: a config against a curve table's file, or else `module:function`.

    `slots` and `epochs` are as `engine.rehearsal.Rehearsal` takes them.
    """

    config: Config
    table: Path | None = None
    objective: str | None = None
    slots: int = 1
    epochs: int | None = None


def rehearse(
    what: Rehearsing, seeds: Sequence[int], told: Callable[[int], Told] | None = None
) -> Iterator[Rehearsed]:
    """Rehearse with each seed; gives each result as it is through, in any order. Blocks.

    `told` gives, for a seed, what follows it where it runs in this process. Raises UsageError where
    config and curves do not fit each other.
    """
    answer = _answer(what)
    began = time.monotonic()
    with _one_thread():
        for done, seed in enumerate(seeds):
            left = len(seeds) - done
            processes = min(left, os.cpu_count() or 1)
            if done and processes > 1 and (time.monotonic() - began) / done * left > WORTH_S:
                yield from _side_by_side(what, seeds[done:], processes)
                return
            yield _rehearsed(what, answer, seed, told(seed) if told is not None else None)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep numerical libraries that are loaded meanwhile, and processes begun, to a thread each:
    several processes with more would wait for one another most of the time (a Gaussian process
    models at a fifth of its speed)."""
    added = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _side_by_side(what: Rehearsing, seeds: Sequence[int], processes: int) -> Iterator[Rehearsed]:
    # A fork would inherit the threads that numerical libraries have started by now.
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (what,)) as pool:
        running = [pool.submit(_go_on, seed) for seed in seeds]
        try:
            for future in as_completed(running):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


_what: Rehearsing
_curves: Answer
"""Of a process that works for another."""


def _begin(what: Rehearsing) -> None:
    global _what, _curves
    _what, _curves = what, _answer(what)


def _go_on(seed: int) -> Rehearsed:
    return _rehearsed(_what, _curves, seed, None)


def _rehearsed(what: Rehearsing, answer: Answer, seed: int, told: Told | None) -> Rehearsed:
    rehearsal = Rehearsal(
        what.config, answer, seed=seed, slots=what.slots, epochs=what.epochs, told=told
    )
    return rehearsal.run()


def _check_metric(table: CurveTable, name: str) -> None:
    if name not in table.metrics:
        there = clean(", ".join(table.metrics[:10]))
        raise UsageError(
            f"the table has no metric {clean(name)}, which the config names, but {there}"
        )


def _check_length(table: CurveTable, budget: Budget | None) -> None:
    """Refuse a budget that no curve comes to: what is rehearsed would be a shorter sweep."""
    longest = max(curve.steps[-1] for curve in table.curves)
    if budget is not None and budget.max > longest:
        raise UsageError(
            f"the table's curves end at step {longest}, before the budget of {budget.max} "
            f"{clean(budget.parameter)}; --set budget.max={longest} simulates that"
        )


def _answer(what: Rehearsing) -> Answer:
    if what.table is not None:
        table = read_table(what.table)
        _check_metric(table, what.config.metric.name)
        _check_length(table, what.config.budget)
        return recorded(Nearest(table, what.config.space))
    if what.objective is None:
        raise UsageError("nothing to rehearse against: a curve table or an objective is needed")
    objective = load_objective(what.objective, Path(what.config.folder))
    return computed(objective, what.objective)
