"""SMAC's random forest: tried where the extra is installed; without it, one sentence."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from math import log10
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from engine.core.model import Goal, Params
from engine.core.observing import Observation
from engine.errors import UsageError
from engine.search.registry import create
from engine.search.smac import Smac
from engine.space.build import build_space
from engine.space.space import Space

INSTALLED = importlib.util.find_spec("smac") is not None
needs_smac = pytest.mark.skipif(not INSTALLED, reason="the extra smac is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # SMAC3's own dependencies warn at import.


def space_of(**parameters: Any) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


MIXED = space_of(
    lr={"min": 1e-5, "max": 1.0, "scale": "log"},
    layers={"min": 1, "max": 10},
    width={"min": 16, "max": 1024, "scale": "log"},
    noise={"distribution": "normal", "sigma": 0.1},
    batch={"distribution": "q_log_uniform_values", "min": 16, "max": 256, "q": 16},
    optimizer={"values": ["sgd", "adam", "never"], "probabilities": [0.5, 0.5, 0.0]},
    momentum={"min": 0.5, "max": 0.99, "when": {"optimizer": "sgd"}},
    nesterov={"values": [True, False], "when": {"optimizer": "sgd", "layers": [1, 2, 3]}},
    beta={"min": 0.0, "max": 1.0, "when": {"kind": "a"}},
    unused={"min": 0.0, "max": 1.0, "when": {"optimizer": "never"}},
    warmup={"min": 0.0, "max": 1.0, "when": {"batch": [16, 32]}},
    kind={"values": ["a"]},
    single={"values": [3]},
    seed={"value": 0},
)


def bowl(params: Params) -> float:
    """Least, 0, at lr 1e-3, 7 layers and adam."""
    worse = 0.0 if params["optimizer"] == "adam" else 0.5
    return (log10(params["lr"]) + 3) ** 2 / 10 + ((params["layers"] - 7) / 10) ** 2 + worse


def seen(number: int, params: Params, value: float) -> Observation:
    return Observation(
        number=number,
        params=params,
        space_version=1,
        status="complete",
        steps=(1,),
        values=(value,),
    )


def run(method: Smac, trials: int, objective: Callable[[Params], float]) -> list[Observation]:
    made = []
    for index in range(trials):
        params = method.propose(index).params
        made.append(seen(index + 1, params, objective(params)))
        method.observe(made[-1:])
    return made


@pytest.mark.skipif(INSTALLED, reason="the extra smac is installed")
def test_without_the_extra_it_says_how_to_get_it() -> None:
    with pytest.raises(UsageError) as refused:
        create("smac", MIXED)
    assert str(refused.value) == ("method smac needs the extra: pip install 'tui-tuner[smac]'")


@needs_smac
@pytest.mark.slow
def test_it_proposes_all_kinds_of_parameters_and_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = run(Smac(MIXED, 0, Goal.MINIMIZE, startup_trials=5), 9, bowl)
    assert all(MIXED.contains(one.params) for one in made)
    assert len({MIXED.key(one.params) for one in made}) == 9
    assert os.listdir(tmp_path) == []


@needs_smac
@pytest.mark.slow
def test_it_learns_what_is_better() -> None:
    method = Smac(MIXED, 0, Goal.MINIMIZE)
    drawn = [method.drawn.propose(index).params for index in range(40)]
    method.observe([seen(n + 1, params, bowl(params)) for n, params in enumerate(drawn)])
    proposed = [bowl(method.propose(index).params) for index in range(40, 46)]
    assert median(proposed) < sorted(map(bowl, drawn))[10]


@needs_smac
@pytest.mark.slow
def test_a_rebuilt_method_goes_on_with_the_same_proposals() -> None:
    method = Smac(MIXED, 3, Goal.MINIMIZE, startup_trials=5)
    known = run(method, 8, bowl)
    again = Smac(MIXED, 3, Goal.MINIMIZE, startup_trials=5)
    again.observe(known[::-1])
    assert again.propose(8) == method.propose(8)
    assert again.propose(8).origin == "smac, 8 observations, space v1"


@needs_smac
@pytest.mark.slow
def test_it_goes_on_where_nothing_tells_trials_apart() -> None:
    made = run(Smac(MIXED, 0, Goal.MINIMIZE, startup_trials=3), 6, lambda params: 1.0)
    assert len({MIXED.key(one.params) for one in made}) == 6


@needs_smac
@pytest.mark.slow
def test_values_that_are_never_drawn_are_no_hindrance() -> None:
    method = Smac(MIXED, 0, Goal.MINIMIZE, startup_trials=3)
    known = run(method, 4, bowl)
    by_hand = {**known[0].params, "optimizer": "never", "unused": 0.5}
    by_hand = {k: v for k, v in by_hand.items() if k not in ("momentum", "nesterov")}
    method.observe([seen(5, MIXED.admit(by_hand), -1.0)])
    assert MIXED.contains(method.propose(5).params)
    alone = Smac(MIXED, 0, Goal.MINIMIZE, startup_trials=2)
    alone.observe([seen(n, MIXED.admit(by_hand), float(n)) for n in (1, 2)])
    assert MIXED.contains(alone.propose(2).params)
