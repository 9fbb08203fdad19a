"""Thinned curves keep what a person must see."""

from __future__ import annotations

from math import inf, isfinite, nan
from operator import itemgetter

from hypothesis import given
from hypothesis import strategies as st

from engine.server.downsample import FEWEST, thin, thin_rows
from engine.store.base import Point


def curve(values: list[float]) -> list[Point]:
    return [Point(step, value, float(step)) for step, value in enumerate(values)]


def test_a_spike_of_one_step_survives() -> None:
    points = curve([0.5] * 5000)
    points[3210] = Point(3210, 99.0, 0.0)

    kept = thin(points, 100)

    assert len(kept) <= 100
    assert points[3210] in kept
    assert (kept[0], kept[-1]) == (points[0], points[-1])


def test_a_value_that_is_no_number_survives() -> None:
    points = curve([1.0] * 500 + [nan] + [1.0] * 499 + [inf] + [2.0] * 10)

    assert sum(not isfinite(p.value) for p in thin(points, 50)) == 2


@given(st.lists(st.floats(), max_size=300), st.integers(-5, 200))
def test_thinning_keeps_order_ends_extremes_and_bounds(values: list[float], most: int) -> None:
    points = curve(values)
    kept = thin(points, most)

    steps = [p.step for p in kept]
    assert steps == sorted(set(steps))
    assert len(kept) <= max(most, FEWEST)
    finite = [v for v in values if isfinite(v)]
    shown = [p.value for p in kept if isfinite(p.value)]
    if finite:
        assert (min(shown), max(shown)) == (min(finite), max(finite))


def test_with_two_points_a_column_each_column_keeps_its_own_spike() -> None:
    columns, steps = 100, 5000
    points = curve([0.5] * steps)
    inside = [steps * column // columns + 20 for column in range(1, columns - 1)]
    for step in inside:
        points[step] = Point(step, 1.0 + step, 0.0)

    kept = thin(points, 2 * columns)

    assert len(kept) <= 2 * columns
    drawn = {columns * p.step // steps for p in kept if p.value > 0.5}
    assert len(drawn) >= len(inside) - 1


def test_a_curve_without_a_single_number_is_still_there() -> None:
    assert len(thin(curve([nan] * 500), 50)) > 20


@given(
    st.lists(st.tuples(*[st.none() | st.floats()] * 3), max_size=300),
    st.integers(0, 150),
)
def test_rows_keep_the_extremes_of_each_of_their_values(
    rows: list[tuple[float | None, ...]], most: int
) -> None:
    kept = thin_rows(rows, most, [itemgetter(0), itemgetter(1), itemgetter(2)])

    assert len(kept) <= max(most, FEWEST)
    if most < 3 * 3 + 2:
        return
    for column in range(3):
        numbers = [v for row in rows if (v := row[column]) is not None and isfinite(v)]
        shown = [v for row in kept if (v := row[column]) is not None and isfinite(v)]
        if numbers:
            assert (min(shown), max(shown)) == (min(numbers), max(numbers))
