"""Where a sweep's proposals come from, as its config says."""

from __future__ import annotations

from msgspec.structs import replace

from engine.config.schema import Config
from engine.proposing import ConfiguredProposals
from engine.search.base import LearningMethod
from engine.search.registry import METHODS, create

from .asking import Learning
from .process import ModelProcess


def sources_of(config: Config, seed: int) -> tuple[ConfiguredProposals, Learning | None]:
    """Give what proposes within the engine, and the model beside it where the method learns."""
    method = METHODS.get(config.method)
    if method is None or not issubclass(method, LearningMethod):
        return ConfiguredProposals(config, seed), None
    made = create(config.method, config.space, seed, config.search, config.metric.goal)
    assert isinstance(made, LearningMethod)
    learning = Learning(
        model=ModelProcess(config, seed),
        startup_trials=made.startup_trials,
        stand_in=made.stand_in,
    )
    stand_in = replace(config, method=made.stand_in, search={})
    return ConfiguredProposals(stand_in, made.seed), learning
