"""Which method with which rule finds most with the fewest epochs, and what Optuna finds beside it.

Everything runs on recorded curves, in ranges rather than on the tables' grids: a configuration is
answered by the nearest recorded one. `digits` is what the defaults were chosen on; `noisy_digits`,
another network with another optimiser, schedule and metric, they were not. The yardsticks are
random search at the full budget, of which 100 trials take 2,700 epochs (its median is that of 300
seeds: one of 30 says little where few configurations are that good), and Optuna's own loop with
its TPESampler and HyperbandPruner or MedianPruner, one trial at a time as ours. Regret is how far
the best objective seen lies from the table's best.

A line a table and combination: epochs until the yardstick's result is reached and the regrets,
median and quartiles over the seeds. gp is asked for a tenth of the epochs alone: it thinks for
longer than it takes to replay a curve. Bars: the best combination takes at most a tenth of the
yardstick's epochs, and its regret there is at most the better Optuna's; none of ours beats that
one at the end is a failure too; `bayes` with its default rule takes at most 1.5 times the best's.

`--seeds 5` runs fewer.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from math import inf
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from engine.config.load import load_config
from engine.config.schema import Config
from engine.core.model import Goal
from engine.curves.answers import recorded
from engine.curves.nearest import Nearest
from engine.curves.reading import read_table
from engine.rehearsal import Rehearsal
from engine.space.distributions import LogUniform
from engine.space.parameters import CategoricalParameter, FloatParameter

REPO = Path(__file__).parents[1]
SAMPLES = REPO / "sample_configs"
TABLES = {
    "digits": (SAMPLES / "digits_grid", "digits_mlp.csv.gz"),
    "noisy_digits": (SAMPLES / "noisy_digits_grid", "heldout_noisy_digits.csv.gz"),
}
FULL_EPOCHS = 2_700
TENTH = FULL_EPOCHS // 10
YARDSTICK_SEEDS = 300
BAR_DEFAULT = 1.5
RULES = {
    "": "[]",
    "median": "[{rule: median}]",
    "asha": "[{rule: asha}]",
    "asha promoting": "[{rule: asha, mode: promote}]",
    "hyperband": "[{rule: hyperband}]",
}
DEFAULT = "bayes (default)"
COMBINATIONS = {
    DEFAULT: (),
    **{
        f"{method} {rule}".strip(): (f"method={method}", f"stop={RULES[rule]}")
        for method, rules in {
            "random": ("", "asha", "asha promoting"),
            "halton": ("", "asha"),
            "tpe": tuple(RULES),
            "gp": ("asha", "asha promoting"),
        }.items()
        for rule in rules
    },
}
OPTUNA = ("Optuna TPE Hyperband", "Optuna TPE Median")

Trajectory = list[tuple[int, float]]
"""Epochs spent, and the least loss so far, from there on."""


class Job(NamedTuple):
    """One sweep: of a combination of ours, or of Optuna's."""

    table: str
    combination: str
    seed: int
    epochs: int


class Replayed(NamedTuple):
    """A table that answers."""

    config: Config
    nearest: Nearest
    sign: float
    """By which an objective becomes a loss."""
    least: float
    """The least loss there is."""


class Row(NamedTuple):
    """What the seeds of a combination came to on a table."""

    reached: list[float]
    at_a_tenth: list[float]
    at_the_end: list[float] | None


@lru_cache
def replayed(table: str) -> Replayed:
    """Read a table, with the config that searches it."""
    folder, name = TABLES[table]
    config = load_config(folder / "search.yaml").config
    curves = read_table(Path(__file__).parent / name)
    sign = -1.0 if config.metric.goal is Goal.MAXIMIZE else 1.0
    losses = (
        sign * value
        for curve in curves.curves
        for value in curve.metrics[config.metric.name]
        if value is not None and value == value
    )
    return Replayed(config, Nearest(curves, config.space), sign, min(losses))


def run(job: Job) -> Trajectory:
    """Run one sweep to its last epoch."""
    return optuna_sweep(job) if job.combination in OPTUNA else our_sweep(job)


def our_sweep(job: Job) -> Trajectory:
    """Run the config, as overridden, through the machine."""
    there = replayed(job.table)
    path = TABLES[job.table][0] / "search.yaml"
    config = load_config(path, COMBINATIONS[job.combination]).config
    done = Rehearsal(config, recorded(there.nearest), seed=job.seed, epochs=job.epochs).run()
    return [(one.epochs, there.sign * one.objective) for one in done.trajectory]


def optuna_sweep(job: Job) -> Trajectory:
    """Run Optuna's own loop on the same curves, as its documentation has it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    there = replayed(job.table)
    budget = there.config.budget
    assert budget is not None
    pruner = (
        optuna.pruners.HyperbandPruner(min_resource=1, max_resource=budget.max, reduction_factor=3)
        if job.combination.endswith("Hyperband")
        else optuna.pruners.MedianPruner()
    )
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=job.seed), pruner=pruner)
    trajectory: Trajectory = []
    spent = 0

    def objective(trial: optuna.Trial) -> float:
        nonlocal spent
        curve = there.nearest.find(suggested(trial, there.config))
        loss = inf
        for step, value in zip(curve.steps, curve.metrics[there.config.metric.name], strict=True):
            assert value is not None
            spent, loss = spent + 1, there.sign * value
            if not trajectory or loss < trajectory[-1][1]:
                trajectory.append((spent, loss))
            if spent >= job.epochs:
                study.stop()
                break
            trial.report(loss, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return loss

    study.optimize(objective)
    return trajectory


def suggested(trial: Any, config: Config) -> dict[str, Any]:
    """Have Optuna suggest a configuration of the config's space."""
    params: dict[str, Any] = {}
    for p in config.space.searched:
        if isinstance(p, CategoricalParameter):
            params[p.name] = trial.suggest_categorical(p.name, p.values)
        else:
            assert isinstance(p, FloatParameter)
            low, high = p.distribution.low, p.distribution.high
            log = isinstance(p.distribution, LogUniform)
            params[p.name] = trial.suggest_float(p.name, low, high, log=log)
    return params


def reached(trajectory: Trajectory, loss: float) -> float:
    """After how many epochs a loss was reached; infinity if never."""
    return next((float(epochs) for epochs, best in trajectory if best <= loss), inf)


def least(trajectory: Trajectory, epochs: int) -> float:
    """The least loss within so many epochs."""
    return min((best for spent, best in trajectory if spent <= epochs), default=inf)


def epochs_of(combination: str) -> int:
    """How far a combination is followed."""
    return TENTH if combination.startswith("gp") else FULL_EPOCHS


def rows(
    table: str, seeds: int, each: Callable[[Sequence[Job]], Iterator[Trajectory]]
) -> Iterator[tuple[str, Row]]:
    """Run every combination on a table."""
    yardstick = [Job(table, "random", seed, FULL_EPOCHS) for seed in range(YARDSTICK_SEEDS)]
    target = median(least(one, FULL_EPOCHS) for one in each(yardstick))
    best = replayed(table).least
    print(
        f"search: {table}: random search at the full budget, 100 trials, {FULL_EPOCHS} epochs: "
        f"median regret {target - best:.4f} over {YARDSTICK_SEEDS} seeds (yardstick)"
    )
    for combination in (*OPTUNA, *COMBINATIONS):
        epochs = epochs_of(combination)
        found = list(each([Job(table, combination, seed, epochs) for seed in range(seeds)]))
        ends = [least(one, FULL_EPOCHS) - best for one in found]
        row = Row(
            [reached(one, target) for one in found],
            [least(one, TENTH) - best for one in found],
            ends if epochs == FULL_EPOCHS else None,
        )
        print(line(table, combination, row), flush=True)
        yield combination, row


def line(table: str, combination: str, row: Row) -> str:
    """One combination's figures."""
    end = "" if row.at_the_end is None else f", at {FULL_EPOCHS} {spread(row.at_the_end, '.4f')}"
    return (
        f"search: {table}: {combination}: reached after {spread(row.reached, '.0f')} epochs; "
        f"regret at {TENTH} {spread(row.at_a_tenth, '.4f')}{end}"
    )


def spread(values: Sequence[float], form: str) -> str:
    """'274 (174 to 417)': the median, and the quartiles where there are several."""
    if len(values) == 1:
        return f"{values[0]:{form}}"
    # Quartiles that are there: between a number and infinity lies nothing.
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 4], ordered[-1 - len(ordered) // 4]
    return f"{median(ordered):{form}} ({low:{form}} to {high:{form}})"


def broken(table: str, by_name: dict[str, Row]) -> Iterator[str]:
    """Say which bars do not hold."""
    ours = {name: row for name, row in by_name.items() if name not in OPTUNA}
    best = min(ours, key=lambda name: (median(ours[name].reached), median(ours[name].at_a_tenth)))
    epochs = median(ours[best].reached)
    default = median(ours[DEFAULT].reached)
    print(
        f"search: {table}: best {best}, {epochs:.0f} epochs, {epochs / FULL_EPOCHS:.3f} of the "
        f"yardstick's; {DEFAULT} {default:.0f}, {default / epochs:.2f} times the best's"
    )
    if epochs > TENTH:
        yield f"{table}: {best} takes {epochs:.0f} epochs, more than a tenth of {FULL_EPOCHS}"
    theirs = min(median(by_name[name].at_a_tenth) for name in OPTUNA)
    if median(ours[best].at_a_tenth) > theirs:
        yield f"{table}: at {TENTH} epochs Optuna's regret is less, {theirs:.4f}"
    ends = [median(row.at_the_end) for row in ours.values() if row.at_the_end is not None]
    their_end = min(median(by_name[name].at_the_end or [inf]) for name in OPTUNA)
    if min(ends) > their_end:
        yield f"{table}: at {FULL_EPOCHS} epochs Optuna's regret is less, {their_end:.4f}"
    if default > BAR_DEFAULT * epochs:
        yield f"{table}: {DEFAULT} takes more than {BAR_DEFAULT:g} times the best's epochs"


def main() -> int:
    """Run, print, and say by the exit status whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--table", choices=list(TABLES), action="append")
    asked = parser.parse_args()
    began = time.perf_counter()
    faults: list[str] = []
    with ProcessPoolExecutor() as pool:
        for table in asked.table or TABLES:
            found = dict(rows(table, asked.seeds, lambda jobs: pool.map(run, jobs)))
            faults += broken(table, found)
    for fault in faults:
        print(f"search: the bars do not hold: {fault}")
    print(f"search: {asked.seeds} seeds in {time.perf_counter() - began:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
