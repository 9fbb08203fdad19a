"""Methods are made by name, and their options checked."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from engine.errors import UsageError
from engine.search.registry import create, options_of, validate_options
from engine.space.build import build_space

SPACE = build_space({"lr": {"min": 0.0, "max": 1.0}, "n": {"min": 1, "max": 3}})[0]
TAKEN = "it takes seed, startup_trials, in_flight, max_in_flight"


def test_bayes_is_tpe_begun_by_a_gaussian_process() -> None:
    assert create("bayes", SPACE).name == "tpe"
    assert options_of("bayes")["gp_until"] > 0
    assert options_of("tpe") == {}
    assert validate_options("bayes", {"gp_until": 0}) == []


def test_an_unknown_method_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"^unknown method 'haltn'; did you mean 'halton'\?$"):
        create("haltn", SPACE)
    assert "did you mean 'random'?" in validate_options("randm", {})[0]


def test_a_grid_over_a_continuous_parameter_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match="lr is continuous; list values, give a step q"):
        create("grid", SPACE)
    two, _ = build_space({"lr": {"min": 0.0, "max": 1.0}, "mom": {"min": 0.0, "max": 1.0}})
    with pytest.raises(UsageError, match="but lr, mom are continuous"):
        create("grid", two)


@pytest.mark.parametrize("name", ["manual", "random", "halton", "tpe"])
def test_common_options_are_taken_by_every_method(name: str) -> None:
    options = {"seed": 4, "startup_trials": 10, "in_flight": "worst", "max_in_flight": 4}
    assert validate_options(name, options) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sed": 1}, "method random has no option 'sed'; did you mean 'seed'?"),
        (
            {"zzz": 1},
            f"method random has no option 'zzz'; {TAKEN}",
        ),
        ({"seed": "a"}, "option seed of method random must be an integer of at least 0"),
        ({"seed": True}, "option seed of method random must be an integer of at least 0"),
        ({"seed": -1}, "option seed of method random must be an integer of at least 0"),
        (
            {"in_flight": []},
            "option in_flight of method random must be worst, mean or ignore",
        ),
        (
            {"max_in_flight": 0},
            "option max_in_flight of method random must be an integer of at least 1",
        ),
        (
            {"in_flight": "joint"},
            "option in_flight of method random must be worst, mean or ignore",
        ),
        ({"gp_until": 9}, "option gp_until belongs to method tpe, not random"),
        ({"quantile": 0.5}, "option quantile belongs to method evolution, not random"),
        (
            {3: 1},
            f"method random has no option '3'; {TAKEN}",
        ),
    ],
)
def test_a_bad_option_is_named_with_what_is_right(options: Any, sentence: str) -> None:
    assert validate_options("random", options) == [sentence]
    with pytest.raises(UsageError) as refused:
        create("random", SPACE, options=options)
    assert str(refused.value) == sentence


def test_an_option_may_mean_more_to_one_method() -> None:
    assert validate_options("gp", {"in_flight": "joint"}) == []
    assert "must be joint, worst, mean or ignore" in validate_options("gp", {"in_flight": 1})[0]


def test_the_seed_of_the_options_is_the_one_that_counts() -> None:
    by_option = create("random", SPACE, 1, {"seed": 9})
    assert by_option.propose(0) == create("random", SPACE, 9).propose(0)


def test_random_proposals_stay_what_they_are_from_version_to_version() -> None:
    proposal = create("random", SPACE, 0).propose(0)
    assert proposal.params == {"lr": 0.34268425763729726, "n": 3}


def test_importing_the_methods_imports_no_heavy_library() -> None:
    code = (
        "import sys, engine.search.registry, engine.search.distinct, engine.space.build\n"
        "heavy = {'scipy', 'numpy', 'optuna', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
