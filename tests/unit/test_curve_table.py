"""Curves are written down whole, read back as they were, and found again by what is near."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.model import Goal, Params, Trial
from engine.core.plan import Limits, Plan, StagePlan
from engine.curves.nearest import Nearest
from engine.curves.reading import read_table
from engine.curves.recording import record_sweep
from engine.curves.table import Curve, CurveTable
from engine.curves.writing import encode_table, table_text
from engine.errors import UsageError
from engine.search.base import Proposal
from engine.simulate import Line, Run, Simulation
from engine.space.build import build_space
from engine.space.space import Space
from engine.store.memory import MemoryStore

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.lists(st.integers(0, 9), max_size=3),
)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)


def curve(params: Params, *values: float, seconds: float = 1.0) -> Curve:
    steps = tuple(range(1, len(values) + 1))
    return Curve(
        params=params, steps=steps, metrics={"acc": values}, seconds=(seconds,) * len(steps)
    )


def table_of(*curves: Curve) -> CurveTable:
    names = dict.fromkeys(name for one in curves for name in one.params)
    return CurveTable(parameters=tuple(names), metrics=("acc",), curves=curves)


def space_of(**parameters: Any) -> Space:
    space, faults = build_space(parameters)
    assert not faults
    return space


def read_back(folder: Path, table: CurveTable, **how: Any) -> CurveTable:
    path = folder / "t.csv.gz"
    path.write_bytes(encode_table(table, **{"digits": 17, "compressed": True} | how))
    return read_table(path)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.lists(NAMES, min_size=1))
def test_any_configuration_and_any_name_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, params: Params, metrics: list[str]
) -> None:
    metrics = list(dict.fromkeys(metrics))
    made = Curve(
        params=params,
        steps=(1, 5),
        metrics=dict.fromkeys(metrics, (0.1 + 0.2, None)),
        seconds=(0.25, 2.0),
    )
    table = CurveTable(parameters=tuple(params), metrics=tuple(metrics), curves=(made,))

    read = read_back(tmp_path_factory.mktemp("table"), table)

    assert read == table
    (back,) = read.curves
    assert [type(v) for v in back.params.values()] == [type(v) for v in params.values()]


def test_what_is_no_number_is_spelt_and_a_missing_metric_is_none(tmp_path: Path) -> None:
    made = curve({"lr": 0.1}, nan, inf, -inf)
    gappy = Curve(params={"lr": 1}, steps=(2,), metrics={"acc": (None,)}, seconds=(1.0,))

    first, second = read_back(tmp_path, table_of(made, gappy)).curves

    assert [str(value) for value in first.metrics["acc"]] == ["nan", "inf", "-inf"]
    assert second.metrics["acc"] == (None,)


def test_a_parameter_that_does_not_apply_leaves_its_cell_empty(tmp_path: Path) -> None:
    table = table_of(curve({"opt": "sgd", "momentum": 0.9}, 0.5), curve({"opt": "adam"}, 0.6))

    assert table_text(table, 5).splitlines()[2] == "adam,,1,0.6,1"
    assert read_back(tmp_path, table) == table


def test_columns_called_step_and_seconds_are_told_from_the_tables_own(tmp_path: Path) -> None:
    made = Curve(
        params={"step": 3, "seconds": 4},
        steps=(1,),
        metrics={"seconds": (0.5,), "acc": (0.1,)},
        seconds=(2.0,),
    )
    table = CurveTable(parameters=("step", "seconds"), metrics=("seconds", "acc"), curves=(made,))

    heading = table_text(table, 5).splitlines()[0]

    assert heading == "params.step,params.seconds,step,metrics.seconds,acc,seconds"
    assert read_back(tmp_path, table) == table


def test_the_same_table_is_the_same_bytes_whenever_it_is_written() -> None:
    table = table_of(curve({"lr": 0.1}, 0.5, 0.6))

    content = encode_table(table, digits=5, compressed=True)

    assert content == encode_table(table, digits=5, compressed=True)
    assert content[4:8] == bytes(4), "no time in the header"
    assert gzip.decompress(content) == encode_table(table, digits=5, compressed=False)


def test_metrics_keep_the_digits_that_were_asked_for(tmp_path: Path) -> None:
    table = table_of(curve({"lr": 1 / 3}, 2 / 3))

    (read,) = read_back(tmp_path, table, digits=5).curves

    assert read.metrics["acc"] == (0.66667,)
    assert read.params["lr"] == 1 / 3


LR = {"min": 1e-4, "max": 1.0, "scale": "log"}


def test_nearness_is_measured_on_the_parameters_own_scales() -> None:
    low, high = curve({"lr": 0.001}, 0.1), curve({"lr": 0.1}, 0.9)
    nearest = Nearest(table_of(low, high), space_of(lr=LR))

    assert nearest.find({"lr": 0.009}) is low, "less than an order of magnitude above"
    assert nearest.find({"lr": 0.011}) is high, "linearly far nearer to the other"


def test_a_category_is_near_to_nothing_but_itself() -> None:
    space = space_of(lr=LR, opt={"values": ["adam", "lion", "sgd"]})
    curves = [curve({"lr": 0.01, "opt": opt}, 0.1) for opt in ("adam", "lion", "sgd")]
    far = curve({"lr": 0.5, "opt": "sgd"}, 0.2)
    nearest = Nearest(table_of(*curves, far), space)

    assert nearest.find({"lr": 0.4, "opt": "sgd"}) is far
    assert nearest.find({"lr": 0.4, "opt": "lion"}) is curves[1]


def test_where_a_parameter_applies_only_those_answer_that_have_it() -> None:
    space = space_of(
        opt={"values": ["adam", "sgd"]}, momentum={"min": 0.0, "max": 1.0, "when": {"opt": "sgd"}}
    )
    adam, sgd = curve({"opt": "adam"}, 0.1), curve({"opt": "sgd", "momentum": 0.9}, 0.2)
    nearest = Nearest(table_of(adam, sgd), space)

    assert nearest.find({"opt": "adam"}) is adam
    assert nearest.find({"opt": "sgd", "momentum": 0.0}) is sgd


def test_of_equally_near_ones_the_first_answers() -> None:
    first, second = curve({"lr": 0.01}, 0.1), curve({"lr": 0.01}, 0.9)

    assert Nearest(table_of(first, second), space_of(lr=LR)).find({"lr": 0.5}) is first


def test_rows_outside_the_configs_ranges_answer_nothing() -> None:
    inside, outside = curve({"lr": 1e-3}, 0.1), curve({"lr": 10.0}, 0.9)
    nearest = Nearest(table_of(inside, outside), space_of(lr=LR))

    assert nearest.find({"lr": 1.0}) is inside


def test_what_the_config_fixes_is_looked_up_at_that_value() -> None:
    small, large = curve({"lr": 0.1, "width": 32}, 0.1), curve({"lr": 0.1, "width": 64}, 0.9)
    nearest = Nearest(table_of(small, large), space_of(lr=LR, width={"value": 64}))

    assert nearest.find({"lr": 0.1, "width": 64}) is large


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"rate": LR}, "the table has no column rate, which the config searches"),
        ({"lr": LR}, "the table's width varies and the config does not name it"),
        ({"lr": LR, "width": {"values": [32, 48]}}, "no recorded configuration has width 48"),
        ({"lr": {"min": 2.0, "max": 3.0}, "width": {"value": 32}}, "lies in the config's ranges"),
        ({"lr": LR, "width": {"value": 7}}, "lies in the config's ranges"),
    ],
)
def test_a_table_that_does_not_fit_its_config_says_where(
    parameters: dict[str, Any], sentence: str
) -> None:
    table = table_of(curve({"lr": 0.1, "width": 32}, 0.1), curve({"lr": 0.1, "width": 64}, 0.9))

    with pytest.raises(UsageError, match=sentence):
        Nearest(table, space_of(**parameters))


def test_text_where_the_config_searches_a_range_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the table's lr: 'high' is no number"):
        Nearest(table_of(curve({"lr": "high"}, 0.1)), space_of(lr=LR))


def script(trial: Trial, attempt: int) -> Run:
    """Curves that end at the configuration's own height, a second for start-up, then two each."""
    after = trial.last_step or 0
    return Run(_lines(float(trial.params["x"]), after))


def _lines(height: float, after: int) -> Iterator[Line]:
    for step in range(after + 1, 100):
        seconds = 3.0 if step == after + 1 else 2.0
        yield Line(seconds, step, {"acc": height * step, "loss": -height})


def recorded_sweep(trials: int = 3, **plan: Any) -> MemoryStore:
    store = MemoryStore()
    settings = {"name": "s", "metric": "acc", "goal": Goal.MAXIMIZE, "slots": 1, "budget": 4}
    Simulation(
        Plan(**settings | {"limits": Limits(trials=trials)} | plan),
        lambda index: (Proposal(params={"x": index + 1, "kind": "a"}, origin="here"), index + 1),
        script,
        store=store,
    ).run()
    return store


def test_a_sweep_is_recorded_with_what_each_step_took() -> None:
    told: list[tuple[int, int]] = []

    table = record_sweep(recorded_sweep(), lambda done, of: told.append((done, of)))

    assert (table.parameters, table.metrics) == (("x", "kind"), ("acc", "loss"))
    assert [one.params["x"] for one in table.curves] == [1, 2, 3]
    assert table.curves[1].metrics["acc"] == (2.0, 4.0, 6.0, 8.0)
    assert table.curves[1].seconds == (3.0, 2.0, 2.0, 2.0)
    assert table.rows == 12
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_promoted_trial_is_one_curve_over_its_attempts() -> None:
    stages = (
        StagePlan(name="coarse", budget=2, trials=3),
        StagePlan(name="fine", budget=4, promote=1),
    )

    curves = record_sweep(recorded_sweep(stages=stages)).curves

    assert [one.steps for one in curves] == [(1, 2), (1, 2), (1, 2, 3, 4)]
    assert curves[2].seconds == (3.0, 2.0, 3.0, 2.0), "the second attempt starts up as well"


def test_a_finalists_repeats_are_no_configurations_of_their_own() -> None:
    stages = (
        StagePlan(name="coarse", budget=2, trials=3),
        StagePlan(name="fine", budget=4, promote=1, repeats=3),
    )
    store = recorded_sweep(stages=stages)

    assert len(store.trials()) == 5
    assert [one.params["x"] for one in record_sweep(store).curves] == [1, 2, 3]
