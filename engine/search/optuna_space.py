"""A space as Optuna's samplers see it, and trials of which they are to learn.

Continuous parameters are axes of the unit cube, so that every distribution of ours becomes a
uniform one. Integers keep their own scale, evenly spaced steps are counted, and categories are
numbered as they were written; or, for a model to which 64 is to lie between 16 and 256, numbers
among them by rank (a discrete parameter of Golovin et al., "Google Vizier", 2017).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeGuard

from engine.core.model import Params, Value
from engine.space.distributions import LogNormal, Normal, Uniform, clip
from engine.space.parameters import (
    CategoricalParameter,
    IntParameter,
    Parameter,
    QuantisedParameter,
    SearchedParameter,
)
from engine.space.space import Space

from .learning import Sample

Internal = dict[str, int | float]
"""Values as Optuna sees them, by parameter; conditional ones only while they apply."""


_TAIL = 0.001
"""What a model leaves out at either end of a normal distribution: its ends, at many standard
deviations, are where an optimiser goes first."""


class Axis:
    """One searched parameter. `ranked`: numbers to choose from lie on a line, in their order."""

    def __init__(self, parameter: SearchedParameter, *, ranked: bool = False) -> None:
        self.parameter = parameter
        self.name = parameter.name
        self._ranks = _Ranks(parameter) if ranked and _is_choice_of_numbers(parameter) else None
        self._is_counted = isinstance(parameter, CategoricalParameter) or (
            isinstance(parameter, QuantisedParameter)
            and isinstance(parameter.distribution, Uniform)
        )

        shape = getattr(parameter, "distribution", None)
        self._slight = _TAIL if isinstance(shape, Normal | LogNormal) else 0.0

    @cached_property
    def distribution(self) -> Any:
        """Optuna's distribution."""
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )

        p = self.parameter
        if self._ranks is not None:
            return IntDistribution(0, self._ranks.count - 1)
        if isinstance(p, CategoricalParameter):
            return CategoricalDistribution(tuple(range(p.count)))
        if isinstance(p, IntParameter):
            return IntDistribution(p.low, p.high, log=p.scale == "log")
        if self._is_counted:
            assert p.count is not None
            return IntDistribution(0, p.count - 1)
        return FloatDistribution(self._slight, 1.0 - self._slight)

    @property
    def is_single(self) -> bool:
        """Whether there is nothing to choose."""
        return self.parameter.count == 1

    @property
    def middle(self) -> int | float:
        """Optuna's value in the middle of the axis."""
        value = self.inward(self.parameter.decode(0.5))
        assert value is not None
        return value

    def inward(self, value: Value) -> int | float | None:
        """Give Optuna's value for ours; None for one that is never drawn."""
        p = self.parameter
        if isinstance(p, IntParameter):
            return int(value)
        if self._ranks is not None:
            return self._ranks.inward(value)
        if self._is_counted:
            return p.index(value)
        return clip(p.encode(value), self._slight, 1.0 - self._slight)

    def outward(self, value: int | float) -> Value:
        """Give our value for Optuna's."""
        p = self.parameter
        if isinstance(p, IntParameter):
            return int(value)
        if self._ranks is not None:
            return self._ranks.outward(int(value))
        return p.at(int(value)) if self._is_counted else p.decode(value)


class _Ranks:
    """The values that can be drawn, by rank."""

    def __init__(self, parameter: CategoricalParameter) -> None:
        self._parameter = parameter
        self._ascending = sorted(range(parameter.count), key=parameter.at)
        self._ranks = {at: rank for rank, at in enumerate(self._ascending)}
        self.count = parameter.count

    def inward(self, value: Value) -> int | None:
        """Give a value's rank, counted from 0; None for one that is never drawn."""
        at = self._parameter.index(value)
        return None if at is None else self._ranks[at]

    def outward(self, rank: int) -> Value:
        """Give the value of a rank."""
        return self._parameter.at(self._ascending[rank])


def _is_choice_of_numbers(parameter: SearchedParameter) -> TypeGuard[CategoricalParameter]:
    return isinstance(parameter, CategoricalParameter) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in parameter.values
    )


class OptunaSpace:
    """The axes of a space, and configurations as Optuna sees them, each translated once."""

    def __init__(self, space: Space, *, ranked: bool = False) -> None:
        self.axes = {p.name: Axis(p, ranked=ranked) for p in space.searched}
        self._known: dict[int, Internal] = {}

    def distributions(self, parameters: Iterable[Parameter]) -> dict[str, Any]:
        """Optuna's distributions where these parameters leave a choice."""
        axes = [self.axes[p.name] for p in parameters if p.name in self.axes]
        return {axis.name: axis.distribution for axis in axes if not axis.is_single}

    def inward(self, sample: Sample) -> Internal:
        """A trial's configuration as Optuna sees it."""
        number = sample.number
        if number <= 0:  # A candidate's number is another's tomorrow.
            return self._translated(sample.params)
        if number not in self._known:
            self._known[number] = self._translated(sample.params)
        return self._known[number]

    def outward(self, parameter: Parameter, values: Mapping[str, int | float]) -> Value:
        """Our value for Optuna's; the only one where there is no choice."""
        if parameter.name in values:
            return self.axes[parameter.name].outward(values[parameter.name])
        return parameter.at(0)

    def _translated(self, params: Params) -> Internal:
        inward: Internal = {}
        for axis in self.axes.values():
            value = axis.inward(params[axis.name]) if axis.name in params else None
            if value is not None:
                inward[axis.name] = value
        return inward


def frozen_trial(number: int, values: Internal, loss: float | None) -> Any:
    """Make a finished trial of Optuna's, or one that runs where `loss` is None."""
    from optuna.trial import FrozenTrial, TrialState

    return FrozenTrial(
        number=number,
        state=TrialState.RUNNING if loss is None else TrialState.COMPLETE,
        value=loss,
        datetime_start=None,
        datetime_complete=None,
        params=values,
        distributions={},
        user_attrs={},
        system_attrs={},
        intermediate_values={},
        trial_id=number,
    )


@contextmanager
def study_of(trials: Sequence[Any], sampler: Any) -> Iterator[tuple[Any, Any]]:
    """Give a study that shows a sampler these trials, and a new trial to sample for.

    Nothing is stored, and Optuna says nothing. (Adding trials to a study one by one takes longer
    than the model does.)
    """
    import optuna

    class Shown(optuna.storages.InMemoryStorage):
        """Holds the new trial alone, and shows the others."""

        def get_all_trials(
            self, study_id: int, deepcopy: bool = True, states: Any = None
        ) -> list[Any]:
            return [t for t in trials if states is None or t.state in states]

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        storage = Shown()
        study = optuna.create_study(storage=storage, sampler=sampler, direction="minimize")
        yield study, storage.get_trial(storage.create_new_trial(study._study_id))
