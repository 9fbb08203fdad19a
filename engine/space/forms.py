"""How each distribution is written: its keys, its reader, and which one is meant without a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct

from . import continuous
from .discrete import read_categorical, read_constant, read_int, read_weighted
from .distributions import Distribution
from .entry import Entry
from .faults import named, nearest
from .parameters import FloatParameter, Parameter, QuantisedParameter
from .steps import Steps

COMMON_KEYS = ("distribution", "role", "when")
_MOST_STEPS = 2**53

_Continuous = Callable[[Entry], Distribution | None]

_MEANT = {
    "low": "min",
    "high": "max",
    "lower": "min",
    "upper": "max",
    "step": "q",
    "choices": "values",
    "options": "values",
    "default": "value",
    "type": "distribution",
    "log": "scale",
    "mean": "mu",
    "std": "sigma",
    "weights": "probabilities",
    "if": "when",
    "condition": "when",
}
"""What other tools call our keys."""


class Form(Struct, frozen=True):
    """A distribution's own keys, and its reader, which notes what is wrong and then gives None.

    `scale` is the one word that the key `scale` may have; None where it may have either.
    """

    keys: tuple[str, ...]
    read: Callable[[Entry], Parameter | None]
    scale: str | None = None


def _read_float(read: _Continuous, entry: Entry) -> Parameter | None:
    distribution = read(entry)
    if distribution is None:
        return None
    return FloatParameter(name=entry.name, distribution=distribution)


def _read_quantised(read: _Continuous, entry: Entry) -> Parameter | None:
    distribution, q = read(entry), entry.number("q", 1)
    if q is not None and q <= 0:
        entry.fault("q", f"q must be above 0, not {q!r}")
        return None
    if distribution is None or q is None:
        return None
    reason = _misfit(distribution, q)
    if reason is not None:
        entry.fault("q" if "q" in entry else None, reason)
        return None
    return QuantisedParameter(name=entry.name, distribution=distribution, q=q)


def _misfit(distribution: Distribution, q: int | float) -> str | None:
    """Say why the multiples of `q` do not suit the distribution, None if they do."""
    low, high = distribution.low, distribution.high
    if max(abs(low), abs(high)) >= _MOST_STEPS * float(q):
        return f"q {q!r} is too small for this range"
    steps = Steps.between(low, high, q)
    if steps.count == 0:
        return f"no multiple of q {q!r} lies between {low:g} and {high:g}"
    if steps.count == 1:
        value = steps.value(steps.first)
        return f"q {q!r} leaves {value!r} alone between {low:g} and {high:g}; use value: {value!r}"
    return None


_RANGE = ("min", "max", "scale")
_CENTRE = ("mu", "sigma")
_CONTINUOUS: dict[str, tuple[tuple[str, ...], _Continuous, str | None]] = {
    "uniform": (_RANGE, continuous.read_uniform, "linear"),
    "log_uniform": (_RANGE, continuous.read_log_uniform, "log"),
    "log_uniform_values": (_RANGE, continuous.read_log_uniform_values, "log"),
    "inv_log_uniform": (_RANGE, continuous.read_inv_log_uniform, "log"),
    "inv_log_uniform_values": (_RANGE, continuous.read_log_uniform_values, "log"),
    "normal": (_CENTRE, continuous.read_normal, None),
    "log_normal": (_CENTRE, continuous.read_log_normal, None),
    "beta": (("a", "b"), continuous.read_beta, None),
}
_NEVER_QUANTISED = ("inv_log_uniform", "inv_log_uniform_values")

FORMS: dict[str, Form] = {
    "constant": Form(("value",), read_constant),
    "categorical": Form(("values", "probabilities"), read_categorical),
    "categorical_w_probabilities": Form(("values", "probabilities"), read_weighted),
    "int_uniform": Form(_RANGE, read_int),
    **{
        name: Form(keys, partial(_read_float, read), scale)
        for name, (keys, read, scale) in _CONTINUOUS.items()
    },
    **{
        f"q_{name}": Form((*keys, "q"), partial(_read_quantised, read), scale)
        for name, (keys, read, scale) in _CONTINUOUS.items()
        if name not in _NEVER_QUANTISED
    },
}
"""Every distribution of W&B by its name there."""

_ALL_KEYS = (
    *COMMON_KEYS,
    *dict.fromkeys(key for form in FORMS.values() for key in form.keys),
    "parameters",
)


RANGE_KEYS = frozenset(_ALL_KEYS) - {"role", "when", "parameters"}
"""The keys that say what a parameter is searched over."""


def distribution_of(entry: Entry) -> str | None:
    """Tell which distribution an entry has, by its name or, as W&B does, by its keys."""
    if "distribution" in entry:
        return _named_distribution(entry)
    if "value" in entry:
        return "constant"
    if "values" in entry:
        return "categorical"
    if "min" in entry or "max" in entry:
        return _range_of(entry)
    _refuse_keys(entry, _ALL_KEYS)
    if entry.sound:
        entry.fault(None, "give value, values, min and max, or a distribution")
    return None


def _named_distribution(entry: Entry) -> str | None:
    name = entry.mapping["distribution"]
    if isinstance(name, str) and name in FORMS:
        return str(name)
    entry.fault("distribution", f"unknown distribution {named(name)}", nearest(name, FORMS))
    _refuse_keys(entry, _ALL_KEYS)
    return None


def _range_of(entry: Entry) -> str:
    log = entry.mapping.get("scale") == "log"
    if "q" in entry:
        return "q_log_uniform_values" if log else "q_uniform"
    bounds = [entry.mapping[key] for key in ("min", "max") if key in entry]
    if all(isinstance(b, int) and not isinstance(b, bool) for b in bounds):
        return "int_uniform"
    return "log_uniform_values" if log else "uniform"


def check_keys(entry: Entry, distribution: str) -> None:
    """Note every key that the distribution does not have, and a scale that contradicts it."""
    form = FORMS[distribution]
    allowed = (*COMMON_KEYS, *form.keys)
    _refuse_keys(entry, (*allowed, *_ALL_KEYS))
    for key in _ALL_KEYS:
        if key in entry and key not in allowed:
            entry.fault(key, f"{key} does not go with distribution {distribution}")
    scale = entry.word("scale", ("linear", "log")) if "scale" in form.keys else None
    if scale is not None and form.scale not in (None, scale):
        entry.fault("scale", f"scale {scale} contradicts distribution {distribution}")


def _refuse_keys(entry: Entry, known: Sequence[str]) -> None:
    """Note every key that is none of `known`; the first of those it resembles was meant."""
    for key in entry.mapping:
        if key not in known:
            meant = _MEANT.get(key.lower()) if isinstance(key, str) else None
            entry.fault(key, f"unknown key {named(key)}", meant or nearest(key, known))
