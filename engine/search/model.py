"""What methods with a model share: when they draw instead, and what they say of a proposal."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from engine.core.model import Goal, Params, Source
from engine.core.observing import Observation
from engine.space.inside import inside
from engine.space.space import Space

from .base import LearningMethod, Proposal
from .curve import Curve
from .halton import Halton
from .learning import TrainingSet, enough_for, training_set
from .widened import Widened


class ModelMethod(LearningMethod):
    """Draws until `startup_trials` results are known, not all the same, then asks its model.

    The draws are those of a Halton sequence, each by its own index: one that is rebuilt draws no
    point twice. Results are losses and infeasible configurations; those that lie outside the space
    are none.
    """

    def __init__(self, space: Space, seed: int, goal: Goal, **options: Any) -> None:
        super().__init__(space, seed, goal, **options)
        self._is_inside = inside(space)
        self.drawn = Halton(space, seed)
        self._added: Widened | None = None
        self._curves: dict[int, Curve] = {}

    def catch_up(self, added: Widened) -> None:
        """Draw some of the first proposals from what an edit added to the space: a model that
        knows nothing of it might never look there."""
        self._added = added

    def observe(self, news: Sequence[Observation]) -> None:
        """Take in observations of configurations in the space."""
        told = [one for one in news if self._is_inside(one.params)]
        super().observe(told)
        self._curves.update((one.number, Curve(one, self.goal)) for one in told)

    def forget(self, numbers: Iterable[int]) -> None:
        """Take observations back."""
        gone = list(numbers)
        super().forget(gone)
        for number in gone:
            self._curves.pop(number, None)

    def propose(self, index: int) -> Proposal:
        """Ask the model, or draw."""
        training = self.training()
        count = training.observations
        differ = len({sample.loss for sample in training.told}) > 1
        if count < self.startup_trials or not differ or not self.space.dimension:
            return self._draw(self.drawn.propose(index), count, f"start-up of {self.name}")
        if self._added is not None and self._added.hurries(index, 2 * self.startup_trials):
            return self._draw(self._added.propose(index), count, "in what was added")
        by = self.model_for(training)
        called = self.name if by == self.name else f"{by} for {self.name}"
        return Proposal(
            params=self.suggest(training, index),
            origin=training.sentence(called, self.space.version),
            source=Source(method=by, observations=count),
        )

    def model_for(self, training: TrainingSet) -> str:
        """Name the method whose model `suggest` asks of `training`."""
        return self.name

    def training(self) -> TrainingSet:
        """What the model learns from."""
        enough = enough_for(self.space.dimension)
        return training_set(self._curves.values(), enough)

    @abstractmethod
    def suggest(self, training: TrainingSet, index: int) -> Params:
        """Ask a model of `training`, which has two different losses at least, for proposal `index`.

        The same for the same training set and index, whatever was asked before.
        """

    def _draw(self, made: Proposal, observations: int, why: str) -> Proposal:
        source = Source(method=self.name, observations=observations, startup=True)
        return Proposal(params=made.params, origin=f"{made.origin}, {why}", source=source)
