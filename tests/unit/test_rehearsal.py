"""A rehearsed sweep spends its epochs as the real machine would, and follows its best."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.config.load import load_config
from engine.config.schema import Config
from engine.core.model import Params
from engine.curves.answers import Answer, computed
from engine.rehearsal import DEFAULT_TRIALS, Rehearsal, Rehearsed
from engine.simulated import Line

CONFIG = """\
name: rehearsed
program: train.py
metric: {name: loss, goal: minimize}
parameters:
  x: {min: 0.0, max: 1.0}
method: random
budget: {parameter: epochs, max: 9}
"""


@pytest.fixture
def config(tmp_path: Path) -> Any:
    (tmp_path / "train.py").touch()
    path = tmp_path / "sweep.yaml"
    path.write_text(CONFIG)

    def load(*overrides: str) -> Config:
        return load_config(path, overrides).config

    return load


def bowl(params: Params, step: int) -> tuple[dict[str, float], float]:
    """A loss that falls toward the distance to 0.3, ten seconds an epoch."""
    return {"loss": abs(params["x"] - 0.3) + 1.0 / step}, 10.0


def run(config: Config, answer: Answer | None = None, **how: Any) -> Rehearsed:
    return Rehearsal(config, answer or computed(bowl, "bowl"), **{"seed": 0} | how).run()


def test_a_sweep_runs_to_its_limit_and_counts_every_epoch(config: Any) -> None:
    result = run(config("limits.trials=5"))

    assert result.trials["complete"] == 5
    assert result.epochs == 5 * 9
    assert result.seconds == pytest.approx(5 * 9 * 10.0)
    assert result.sentence == "all 5 trials are done"


def test_the_trajectory_follows_the_best_objective_at_any_step(config: Any) -> None:
    result = run(config("limits.trials=20"))

    objectives = [one.objective for one in result.trajectory]
    assert objectives == sorted(objectives, reverse=True)
    assert [one.epochs for one in result.trajectory] == sorted(
        {one.epochs for one in result.trajectory}
    )
    assert result.best == objectives[-1]
    assert result.best == pytest.approx(abs(result.best_params["x"] - 0.3) + 1 / 9)
    assert result.trajectory[0].epochs == 1
    assert result.trajectory[0].seconds == pytest.approx(10.0)


def test_the_best_may_lie_before_the_end_of_a_trial(config: Any) -> None:
    def rising(params: Params, step: int) -> tuple[dict[str, float], float]:
        return {"loss": abs(step - 3.0)}, 1.0

    result = run(config("limits.trials=1"), computed(rising, "rising"))

    assert (result.best, result.trajectory[-1].epochs) == (0.0, 3)


def test_slots_share_the_time_but_not_the_epochs(config: Any) -> None:
    alone, together = (run(config("limits.trials=8"), slots=n) for n in (1, 4))

    assert together.seconds == pytest.approx(alone.seconds / 4)
    assert together.epochs == alone.epochs
    assert together.best == alone.best, "random search is the same at any number of slots"


def test_a_promoted_trial_goes_on_where_it_was(config: Any) -> None:
    asked: list[int] = []

    def answer(params: Params, after: int) -> Iterator[Line]:
        asked.append(after)
        return computed(bowl, "bowl")(params, after)

    rule = "stop=[{rule: asha, mode: promote, min: 1, reduction: 3}]"
    result = run(config("limits.trials=9", rule), answer)

    assert asked.count(0) == 9
    assert set(asked) == {0, 1, 3}
    assert result.epochs == 9 * 1 + asked.count(1) * 2 + asked.count(3) * 6


def test_an_early_stop_ends_a_trial_at_once(config: Any) -> None:
    result = run(config("limits.trials=30", "stop=[{rule: asha, min: 1, reduction: 3}]"))

    assert result.trials["pruned"] > 10
    assert result.epochs < 30 * 9 / 2
    full, pruned = result.trials["complete"], result.trials["pruned"]
    assert result.epochs <= full * 9 + pruned * 3, "a trial goes no epoch beyond its rung"


def test_the_same_seed_is_the_same_sweep_and_another_is_another(config: Any) -> None:
    learning = config("limits.trials=20", "method=tpe")

    assert run(learning, seed=1) == run(learning, seed=1)
    assert run(learning, seed=1).trajectory != run(learning, seed=2).trajectory


def test_the_seed_takes_the_place_of_the_configs(config: Any) -> None:
    assert run(config("limits.trials=3", "search.seed=7"), seed=1) == run(
        config("limits.trials=3"), seed=1
    )


def test_a_config_without_limits_ends_after_a_number_of_trials(config: Any) -> None:
    assert run(config()).trials["complete"] == DEFAULT_TRIALS


def test_a_sweep_ends_once_its_epochs_are_spent(config: Any) -> None:
    result = run(config(), epochs=100)

    assert result.epochs == 100
    assert result.sentence == "100 epochs are spent"


def test_hours_are_those_of_the_virtual_clock(config: Any) -> None:
    result = run(config("limits.hours=1"))

    assert result.sentence == "1 hours are over"
    assert 3600.0 <= result.seconds < 3600.0 + 9 * 10.0


def test_a_sweep_without_its_metric_has_no_best(config: Any) -> None:
    def other(params: Params, step: int) -> tuple[dict[str, float], float]:
        return {"acc": 1.0}, 1.0

    result = run(config("limits.trials=2"), computed(other, "other"))

    assert (result.best, result.best_trial, result.trajectory) == (None, None, [])


def test_an_evolution_rehearses_its_rounds(config: Any) -> None:
    result = run(config("method=evolution", "search={population: 4, rounds: 3}"))

    assert result.trials["complete"] + result.trials["pruned"] >= 4
    assert result.epochs >= 4 * 9
