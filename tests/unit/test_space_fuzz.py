"""Whatever is written under `parameters`, faults come back and nothing is raised."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.space.build import build_space
from engine.space.forms import FORMS
from engine.space.space import Space
from engine.text import clean

KEYS = [
    *("value", "values", "min", "max", "mu", "sigma", "q", "a", "b", "distribution"),
    *("probabilities", "scale", "role", "when", "parameters", "distributon"),
]
NAMES = ["lr", "opt", "width", "n.x", ""]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["log", "linear", "fixed", "scientific", "no", "sgd", *FORMS])
    | st.sampled_from([10**400, -(2**63), 1e308, 5e-324, b"bytes", 3 + 4j, object(), Ellipsis])
)
garbage = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(scalars | st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=8,
)
numbers = st.integers(-5, 300) | st.floats(-10, 1e3) | garbage
keyed = dict.fromkeys(("min", "max", "mu", "sigma", "q", "a", "b"), numbers)
parameters = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, garbage),
        **keyed,
        "values": st.lists(st.sampled_from(["sgd", "adam", 1, 2.5, True]), max_size=3) | garbage,
        "distribution": st.sampled_from(sorted(FORMS)) | garbage,
        "when": st.dictionaries(st.sampled_from(NAMES), garbage, max_size=2) | garbage,
    },
)
spaces = st.dictionaries(st.sampled_from(NAMES) | scalars, parameters | garbage, max_size=4)


def check(raw: Any) -> None:
    space, faults = build_space(raw, "lr")
    for fault in faults:
        assert clean(fault.reason) == fault.reason
        assert all(type(step) in (str, int) for step in fault.path)
    if not faults:
        works(space)


def works(space: Space) -> None:
    stored = msgspec.json.decode(msgspec.json.encode(space), type=Space)
    for u in (0.0, 0.3, 1.0):
        params = stored.decode([u] * stored.dimension)
        assert space.contains(params)
        assert space.key(params) == stored.key(params)
        stored.encode(params)
    size = stored.cardinality()
    if size is not None:
        assert stored.contains(stored.grid(size - 1) or {})


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(raw=spaces | garbage)
def test_garbage_gives_faults_and_never_an_exception(raw: Any) -> None:
    check(raw)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(FORMS)),
    values=st.fixed_dictionaries({}, optional=keyed),
)
def test_any_numbers_for_any_distribution_give_faults_or_a_space_that_works(
    name: str, values: dict[str, Any]
) -> None:
    wanted = {key: v for key, v in values.items() if key in FORMS[name].keys}
    check({"p": {"distribution": name, **wanted}})
