"""Optuna's own conformance suites for samplers, over our methods.

What does not apply, and why:
- `MultiObjectiveSamplerTestCase`: a sweep has one objective; `SingleOnlySamplerTestCase` applies.
- `manual` proposes nothing, and `grid` only countable values, each once: Optuna's suites draw the
  same distribution a hundred times over.
- `evolution` draws its first population as halton does; its children are made by rounds of trials,
  which a study of Optuna's has not.
- `smac` is left out where its extra is not installed.
- `cmaes` takes numbers only, as Optuna's does: categories beside them are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

import optuna
import pytest
from optuna.testing.pytest_samplers import (
    BasicSamplerTestCase,
    RelativeSamplerTestCase,
    SingleOnlySamplerTestCase,
)

from tests.fakes.optuna_adapter import MethodSampler

Maker = Callable[[], MethodSampler]

MAKERS: dict[str, Maker] = {
    "random": lambda: MethodSampler("random"),
    "halton": lambda: MethodSampler("halton"),
    "tpe": lambda: MethodSampler("tpe", startup_trials=2),
    "gp": lambda: MethodSampler("gp", startup_trials=8),
    "bayes": lambda: MethodSampler("bayes", startup_trials=8, gp_until=12),
    "cmaes": lambda: MethodSampler("cmaes", startup_trials=2, numbers_only=True),
}
if find_spec("smac") is not None:
    MAKERS["smac"] = lambda: MethodSampler("smac", startup_trials=8)
WITH_CATEGORIES = {"test_sample_relative_categorical", "test_sample_relative_mixed"}


class _OverOurMethods:
    @pytest.fixture(params=list(MAKERS))
    def sampler(self, request: pytest.FixtureRequest) -> Maker:
        if request.param == "cmaes" and request.node.originalname in WITH_CATEGORIES:
            pytest.skip("cmaes proposes numbers only")
        return MAKERS[request.param]

    @pytest.fixture(autouse=True)
    def _quiet(self) -> Iterator[None]:
        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        yield
        optuna.logging.set_verbosity(before)


class TestBasic(_OverOurMethods, BasicSamplerTestCase):
    """One parameter, several, conditional ones, ranges that change, values that are no numbers."""


class TestRelative(_OverOurMethods, RelativeSamplerTestCase):
    """Parameters that are proposed together."""


class TestOneObjective(_OverOurMethods, SingleOnlySamplerTestCase):
    """A study of several objectives is refused."""
