"""A space as ConfigSpace knows it, by whose conditions and neighbourhoods SMAC3 searches."""

from __future__ import annotations

from typing import Any

from engine.core.model import Params
from engine.space.parameters import CategoricalParameter, FixedParameter, SearchedParameter
from engine.space.space import Space, active

from .learning import Sample
from .optuna_space import OptunaSpace

Needed = dict[str, list[int | float]]
"""By parameter, the values, as the mirror spells them, that it must have for another to apply."""


class MirroredSpace:
    """Translates configurations. The mirror spells values as Optuna does; a parameter that can
    never apply has no place there."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._axes = OptunaSpace(space)
        self._needed = {
            p.name: needed
            for p in space.searched
            if (needed := self._what_it_needs(p.name)) is not None
        }
        self._known: dict[int, Any] = {}
        self.mirror = self._mirrored()

    def inward(self, sample: Sample) -> Any:
        """Give a trial's Configuration; None where it has a value that is never drawn."""
        if sample.number <= 0:  # A candidate's number is another's tomorrow.
            return self._translated(sample)
        if sample.number not in self._known:
            self._known[sample.number] = self._translated(sample)
        return self._known[sample.number]

    def outward(self, configuration: Any) -> Params:
        """Give the configuration of a Configuration."""
        values = dict(configuration)
        params: Params = {}
        for p in self._space.parents_first:
            if active(p, params):
                params[p.name] = self._axes.outward(p, values) if p.name in values else p.at(0)
        return self._space.admit(params)

    def _translated(self, sample: Sample) -> Any:
        from ConfigSpace import Configuration

        there = self._axes.inward(sample)
        if any(name in sample.params and name not in there for name in self._axes.axes):
            return None
        values = {
            name: there.get(name, self._axes.axes[name].middle)
            for name, needed in self._needed.items()
            if all(there.get(parent) in held for parent, held in needed.items())
        }
        return Configuration(self.mirror, values=values)

    def _mirrored(self) -> Any:
        from ConfigSpace import AndConjunction, ConfigurationSpace, InCondition

        mirror = ConfigurationSpace()
        for name in self._needed:
            mirror.add(self._hyperparameter(self._axes.axes[name].parameter))
        for name, needed in self._needed.items():
            child = mirror[name]
            conditions = [InCondition(child, mirror[by], held) for by, held in needed.items()]
            if conditions:
                mirror.add(conditions[0] if len(conditions) == 1 else AndConjunction(*conditions))
        return mirror

    def _hyperparameter(self, p: SearchedParameter) -> Any:
        from ConfigSpace import (
            CategoricalHyperparameter,
            UniformFloatHyperparameter,
            UniformIntegerHyperparameter,
        )

        axis = self._axes.axes[p.name]
        if isinstance(p, CategoricalParameter):
            weights = [w for w in p.probabilities or () if w > 0.0] or None
            return CategoricalHyperparameter(p.name, list(range(p.count)), weights=weights)
        if axis.is_single:
            return CategoricalHyperparameter(p.name, [axis.middle])
        there = axis.distribution
        kind = UniformIntegerHyperparameter if _is_counted(there) else UniformFloatHyperparameter
        return kind(p.name, there.low, there.high, log=there.log)

    def _what_it_needs(self, name: str) -> Needed | None:
        """What a parameter needs to apply; None if it never does.

        What a fixed one needs, those that depend on it need. The mirror cannot ask for one of a
        number of uneven steps: there a parameter always applies, and is left out of proposals.
        """
        needed: Needed = {}
        for condition in self._space.parameter(name).when:
            parent = self._space.parameter(condition.parameter)
            above = self._what_it_needs(parent.name)
            if above is None or all(parent.index(v) is None for v in condition.values):
                return None
            if isinstance(parent, FixedParameter):
                needed |= above
                continue
            axis = self._axes.axes[parent.name]
            if _is_counted(axis.distribution):
                spelt = (axis.inward(v) for v in condition.values)
                needed[parent.name] = [v for v in spelt if v is not None]
        return needed


def _is_counted(distribution: Any) -> bool:
    """Whether Optuna's distribution is over whole numbers."""
    from optuna.distributions import FloatDistribution

    return not isinstance(distribution, FloatDistribution)
