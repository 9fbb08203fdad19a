"""Parameters as Optuna's distributions, over every version of a sweep's space.

Optuna wants of a study that a parameter is of one kind, on one scale, and has one list of choices,
whichever trial is asked; only ranges may differ. So the kind follows from all versions and trials
together, the range from the version that a trial came from.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeGuard

from engine.core.model import Value
from engine.core.views import TrialView
from engine.protocol.messages import Space
from engine.text import clean

Described = Mapping[str, Any]
"""One parameter of a version, as `GetSpace` gives it."""

Choice = None | bool | int | float | str

_SLACK = 1e-8
"""How far off a step Optuna lets a value be, in steps."""


class Choices:
    """A parameter that takes one of the values that any version lists or any trial has."""

    def __init__(self, values: Iterable[Value]) -> None:
        listed = list(values)
        self._as_text = _are_mixed_up([_choice(value) for value in listed])
        spelt = dict.fromkeys((type(c), c) for c in map(self.inward, listed))
        self._choices = tuple(choice for _, choice in spelt)
        self._made: Any = None

    def inward(self, value: Value) -> Choice:
        """Optuna's value for ours."""
        return _json(value) if self._as_text else _choice(value)

    def distribution(self, version: int, value: Value) -> Any:
        """Optuna's distribution: the same for all trials."""
        from optuna.distributions import CategoricalDistribution

        if self._made is None:
            self._made = CategoricalDistribution(self._choices)
        return self._made


class Range:
    """A numeric parameter, and where each version of the space searches it."""

    def __init__(self, versions: Mapping[int, Described], values: Sequence[float]) -> None:
        self._spans = {version: _span(described) for version, described in versions.items()}
        numbers = [*values, *(n for span in self._spans.values() for n in span)]
        self._whole = all(isinstance(number, int) for number in numbers)
        scales = [d["scale"] for d in versions.values() if d["scale"] is not None]
        above = min(numbers) >= 1 if self._whole else min(numbers) > 0
        self._log = scales[-1] == "log" and above
        self._steps = {version: described["q"] for version, described in versions.items()}
        self._made: dict[tuple[int, float, float], Any] = {}

    def inward(self, value: Value) -> float:
        """Optuna's value for ours."""
        return value if self._whole else float(value)

    def distribution(self, version: int, value: Value) -> Any:
        """Optuna's distribution of a version, wide enough for a trial's value."""
        low, high = self._spans.get(version, (value, value))
        within = low <= value <= high
        key = version, min(low, value), max(high, value)
        step = None if self._log else self._steps.get(version)
        if step is not None and not (within and _is_step_of(step, low, high, value)):
            return self._distribution(*key[1:], None)
        if key not in self._made:
            self._made[key] = self._distribution(*key[1:], step)
        return self._made[key]

    def _distribution(self, low: float, high: float, step: float | None) -> Any:
        from optuna.distributions import FloatDistribution, IntDistribution

        if self._whole:
            return IntDistribution(int(low), int(high), log=self._log, step=int(step or 1))
        most = sys.float_info.max
        ends = (max(-most, float(low)), min(most, float(high)))
        return FloatDistribution(*ends, log=self._log, step=step)


Axis = Choices | Range


def axes_of(spaces: Mapping[int, Space], rows: Iterable[TrialView]) -> dict[str, Axis]:
    """Give an axis for each parameter of these versions and these trials."""
    values: dict[str, list[Value]] = {}
    for row in rows:
        for name, value in row.params.items():
            values.setdefault(name, []).append(value)
    versions: dict[str, dict[int, Described]] = {}
    for version, space in spaces.items():
        for described in space:
            versions.setdefault(described["name"], {})[version] = described
    names = dict.fromkeys((*versions, *values))
    return {name: _axis(versions.get(name, {}), values.get(name, [])) for name in names}


def _axis(versions: Mapping[int, Described], values: Sequence[Value]) -> Axis:
    listed = [v for described in versions.values() for v in _listed(described)]
    ranges = any(described["min"] is not None for described in versions.values())
    if ranges and all(map(_is_number, (*listed, *values))):
        return Range(versions, values)
    return Choices((*listed, *values))


def _listed(described: Described) -> Sequence[Value]:
    """The values that a version names, rather than giving a range of them."""
    if described["kind"] == "fixed":
        return [described["value"]]
    return described["values"] or []


def _span(described: Described) -> tuple[float, float]:
    if described["min"] is not None:
        return described["min"], described["max"]
    listed = _listed(described)
    return min(listed), max(listed)


def _is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_step_of(step: float, low: float, high: float, value: float) -> bool:
    """Whether Optuna would take this step for this range, and the value for one of its steps."""
    steps = (value - low) / step
    width = Decimal(str(high)) - Decimal(str(low))
    return width % Decimal(str(step)) == 0 and abs(steps - round(steps)) < _SLACK


def _choice(value: Value) -> Choice:
    """A choice that Optuna can hold: a list becomes JSON text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return clean(value) if isinstance(value, str) else _json(value)


def _json(value: Value) -> str:
    return clean(json.dumps(value))


def _are_mixed_up(choices: Iterable[Choice]) -> bool:
    """Whether Optuna would take one choice for another, as 1 for 1.0 or for True."""
    types: dict[Choice, type] = {}
    return any(types.setdefault(choice, type(choice)) is not type(choice) for choice in choices)
