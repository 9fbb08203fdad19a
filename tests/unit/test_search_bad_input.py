"""What is wrong with a search is one clear sentence before it starts; once it runs, it goes on."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from engine.config.load import load_config
from engine.config.plan import to_plan
from engine.config.schema import Config, Metric
from engine.core.model import Exited, Goal, Trial
from engine.core.plan import Limits
from engine.core.state import SweepState
from engine.errors import ConfigError
from engine.proposing import ConfiguredProposals
from engine.simulate import Line, Run, Script, Simulation
from engine.space.build import build_space
from engine.space.keeper import Keeper, document_of
from engine.space.space import Space
from engine.stopping.diverged import Diverged

NUMBERS = "parameters: {lr: {min: 0.0, max: 1.0}, n: {min: 1, max: 9}}"
LISTS = "parameters: {lr: {min: 0.0, max: 1.0}, opt: {values: [sgd, adam]}}"
CONDITION = "parameters: {n: {min: 1, max: 9}, m: {min: 0.0, max: 1.0, when: {n: 3}}}"
MODELS = ("tpe", "gp", "cmaes")
TRIALS = {"tpe": 24, "gp": 10, "cmaes": 24}


def written(folder: Path, *lines: str) -> Path:
    (folder / "train.py").write_text("print()\n")
    path = folder / "sweep.yaml"
    path.write_text("\n".join(["program: train.py", "metric: {name: loss}", *lines]) + "\n")
    return path


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            (NUMBERS, "method: tpe", "search: {population: 8}"),
            "search.population: option population belongs to method evolution, not tpe",
        ),
        (
            (NUMBERS, "method: gp", "search: {sigma0: 0.3}"),
            "search.sigma0: option sigma0 belongs to method cmaes, not gp",
        ),
        (
            (NUMBERS, "method: random", "search: {popsize: 8}"),
            "search.popsize: option popsize belongs to method cmaes, not random",
        ),
        (
            (NUMBERS, "method: bayes", "search: {sead: 1}"),
            "search.sead: method tpe has no option 'sead'; did you mean 'seed'?",
        ),
        (
            (NUMBERS, "method: cmaes", "search: {popsize: 3}"),
            "search.popsize: option popsize of method cmaes must be an integer of at least 4 "
            "and at most 10000",
        ),
        (
            (NUMBERS, "method: cmaes", "search: {sigma0: 2}"),
            "search.sigma0: option sigma0 of method cmaes must be a share of the axes, above 0, "
            "up to 1",
        ),
        (
            (NUMBERS, "method: cmaes", "search: {popsize: 50}", "limits: {trials: 20}"),
            "search.popsize: a generation of 50 is larger than limits.trials 20",
        ),
        (
            (
                NUMBERS,
                "method: evolution",
                "search: {population: 50}",
                "limits: {trials: 20}",
                "budget: {max: 20}",
            ),
            "search.population: a population of 50 is larger than limits.trials 20",
        ),
        (
            (LISTS, "method: cmaes"),
            "method: cmaes searches ranges of numbers only, but opt is a list of values; "
            "write ranges, or use tpe, gp, random or halton",
        ),
        (
            (CONDITION, "method: cmaes"),
            "method: cmaes searches ranges of numbers only, but m depends on another parameter; "
            "write ranges, or use tpe, gp, random or halton",
        ),
        (
            (NUMBERS, "method: grid"),
            "method: grid needs countable values, but lr is continuous; list values, give a "
            "step q, or use random or halton",
        ),
        (
            (NUMBERS, "method: gp", "search: {in_flight: best}"),
            "search.in_flight: option in_flight of method gp must be joint, worst, mean or ignore",
        ),
        (
            (NUMBERS, "method: tpe", "search: {max_in_flight: 0}"),
            "search.max_in_flight: option max_in_flight of method tpe must be an integer of at "
            "least 1",
        ),
    ],
)
def test_a_search_that_cannot_be_is_refused_in_one_sentence(
    tmp_path: Path, lines: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(written(tmp_path, *lines))
    (fault,) = refused.value.faults
    assert fault.partition(": ")[2] == sentence


@pytest.mark.skipif(importlib.util.find_spec("smac") is not None, reason="smac is installed")
def test_a_missing_extra_is_named_with_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(written(tmp_path, NUMBERS, "method: smac"))
    (fault,) = refused.value.faults
    assert fault.endswith("method smac needs the extra: pip install 'tui-tuner[smac]'")


@pytest.mark.parametrize(
    ("lines", "key", "first"),
    [
        (("search: {startup_trials: 30}",), "search.startup_trials", 30),
        ((), "method", 10),
    ],
)
def test_a_model_that_would_never_be_asked_is_warned_of(
    tmp_path: Path, lines: tuple[str, ...], key: str, first: int
) -> None:
    few = (NUMBERS, "method: tpe", "limits: {trials: 10}", *lines)
    (warning,) = [w for w in load_config(written(tmp_path, *few)).warnings if "learns" in w]
    assert warning.endswith(
        f"{key}: tpe learns from {first} results on, and limits.trials is 10: "
        "every trial is drawn by halton"
    )


# What goes on ------------------------------------------------------------------------------------


def space_of(**parameters: Any) -> Space:
    space, faults = build_space(parameters)
    assert faults == []
    return space


RANGES = space_of(x={"min": 0.0, "max": 1.0}, y={"min": 1, "max": 50})
Curve = Callable[[Trial], list[dict[str, float]]]


def scripted(curve: Curve) -> Script:
    def run(trial: Trial, attempt: int) -> Run:
        lines = [Line(1.0, step, metrics) for step, metrics in enumerate(curve(trial), 1)]
        return Run(lines, Exited(code=0))

    return run


def simulated(
    method: str, curve: Curve, space: Space = RANGES, trials: int | None = None
) -> SweepState:
    """A sweep on three slots, from its config on."""
    config = Config(
        name="s",
        path="",
        folder="",
        metric=Metric(name="loss", goal=Goal.MINIMIZE),
        space=space,
        method=method,
        search={"startup_trials": 5},
        limits=Limits(trials=trials or TRIALS[method]),
    )
    simulation = Simulation(
        to_plan(config, 3),
        ConfiguredProposals(config, 0),
        scripted(curve),
        space=document_of(space),
        ranges=Keeper(),
        judges=[Diverged()],
    )
    return simulation.run()


def distinct(state: SweepState) -> int:
    return len({RANGES.key(trial.params) for trial in state.trials.values()})


@pytest.mark.parametrize("method", MODELS)
def test_a_constant_objective_ends_no_search(method: str) -> None:
    state = simulated(method, lambda trial: [{"loss": 0.5}] * 2)
    assert state.counts["complete"] == distinct(state) == TRIALS[method]


@pytest.mark.parametrize("value", [nan, inf])
@pytest.mark.parametrize("method", MODELS)
def test_a_history_without_one_feasible_trial_ends_no_search(method: str, value: float) -> None:
    state = simulated(method, lambda trial: [{"loss": value}])
    assert state.counts["failed"] == distinct(state) == TRIALS[method]


@pytest.mark.parametrize("method", MODELS)
def test_trials_that_never_report_the_objective_are_left_out(method: str) -> None:
    def curve(trial: Trial) -> list[dict[str, float]]:
        is_silent = trial.number % 2 == 0 and trial.number > 6
        return [{"acc": 1.0}] if is_silent else [{"loss": (trial.params["x"] - 0.3) ** 2}]

    state = simulated(method, curve, trials=12)
    assert state.counts["complete"] == distinct(state) == 12
    modelled = [t.origin for t in state.trials.values() if t.origin.startswith(f"{method}, ")]
    assert max(int(origin.split()[1]) for origin in modelled) == 8


@pytest.mark.parametrize("method", MODELS)
def test_an_objective_that_nobody_reports_is_drawn_for_and_warned_of(method: str) -> None:
    state = simulated(method, lambda trial: [{"acc": 1.0}])
    assert state.counts["complete"] == distinct(state) == TRIALS[method]
    assert "no report carries the metric 'loss'" in state.warnings["objective-missing"].text


@pytest.mark.parametrize("method", MODELS)
def test_a_space_of_few_configurations_is_gone_through_before_any_comes_again(method: str) -> None:
    few = space_of(y={"min": 1, "max": 4}, z={"min": 1, "max": 2})
    state = simulated(method, lambda trial: [{"loss": float(trial.params["y"])}], few, trials=10)
    assert state.counts["complete"] == 10
    assert len({few.key(state.trials[number].params) for number in range(1, 9)}) == 8


@pytest.mark.parametrize("method", MODELS)
def test_a_space_with_nothing_to_search_gives_its_one_configuration(method: str) -> None:
    one = space_of(a={"value": 1})
    state = simulated(method, lambda trial: [{"loss": 1.0}], one, trials=8)
    assert [trial.params for trial in state.trials.values()] == [{"a": 1}] * 8


@pytest.mark.parametrize("method", MODELS)
def test_values_of_any_size_are_learned_from(method: str) -> None:
    sizes = (1e300, -1e300, 1e-300, 0.0)
    state = simulated(method, lambda trial: [{"loss": sizes[trial.number % 4]}])
    assert state.counts["complete"] == distinct(state) == TRIALS[method]


@pytest.mark.parametrize("method", ["tpe", "gp", "random", "halton"])
def test_a_space_with_fewer_configurations_than_trials_is_warned_of(
    tmp_path: Path, method: str
) -> None:
    three = "parameters: {lr: {values: [0.1, 0.2, 0.3]}}"
    told = "the parameters make 3 configurations, and limits.trials is 50: they are run again"
    few = (three, f"method: {method}", "search: {startup_trials: 2}")
    loaded = load_config(written(tmp_path, *few, "limits: {trials: 50}"))
    assert [text.partition("limits.trials: ")[2] for text in loaded.warnings if told in text] == [
        told
    ]
    enough = load_config(written(tmp_path, *few, "limits: {trials: 3}"))
    assert not any("configurations" in text for text in enough.warnings)


@pytest.mark.parametrize("method", ["grid", "manual"])
def test_a_method_that_repeats_none_by_itself_is_not(tmp_path: Path, method: str) -> None:
    three = "parameters: {lr: {values: [0.1, 0.2, 0.3]}}"
    loaded = load_config(written(tmp_path, three, f"method: {method}", "limits: {trials: 50}"))
    assert not any("configurations" in text for text in loaded.warnings)


# What reports leave to learn from --------------------------------------------------------


def warned(curve: Curve, trials: int = 12) -> list[str]:
    state = simulated("random", curve, trials=trials)
    return [warning.text for warning in state.warnings.values()]


def test_an_objective_that_never_changes_is_warned_of() -> None:
    told = "loss is 0.5 in every report so far: nothing tells the trials apart"
    assert warned(lambda trial: [{"loss": 0.5}] * 2) == [told]
    assert warned(lambda trial: [{"loss": 0.5}] * 2, trials=9) == []


def test_the_warning_goes_once_something_tells_trials_apart() -> None:
    assert warned(lambda trial: [{"loss": 0.5 if trial.number < 12 else 0.4}]) == []


def test_a_trial_without_the_objective_among_others_that_have_it_is_warned_of() -> None:
    told = "t0003 ended without a report of loss: of such trials nothing is learnt"
    late = "t0001 ended without a report of loss: of such trials nothing is learnt"

    def curve(silent: set[int]) -> Curve:
        return lambda trial: [{"acc" if trial.number in silent else "loss": trial.number / 100}]

    assert warned(curve({3, 7})) == [told]
    assert warned(curve({1, 2})) == [late], "no longer that no report carries it"


def test_trials_none_of_which_has_a_number_are_warned_of() -> None:
    told = "none of the first 10 trials has a number for loss that can be learnt from"
    assert warned(lambda trial: [{"loss": nan}]) == [told]
    assert warned(lambda trial: [{"loss": nan if trial.number < 12 else 0.1}]) == []
