"""Values are read off where the cursor stands; smoothing keeps to what TensorBoard draws."""

from __future__ import annotations

import pytest

from tui_tuner.plot import Plot, Series, smoothed, stepped, values_at

POINTS = Plot(
    series=(
        Series(points=((1.0, 0.1), (2.0, 0.2), (5.0, None))),
        Series(points=((2.5, 7.0),)),
        Series(),
    )
)


def test_each_series_gives_its_point_nearest_to_the_cursor():
    assert values_at(POINTS, 2.2) == [(2.0, 0.2), (2.5, 7.0), None]
    assert values_at(POINTS, 99.0) == [(5.0, None), (2.5, 7.0), None]


def test_the_cursor_goes_from_point_to_point_and_stops_at_the_ends():
    assert stepped(POINTS, None, -1) == 5.0
    assert stepped(POINTS, None, 1) == 1.0
    assert stepped(POINTS, 2.0, 1) == 2.5
    assert stepped(POINTS, 2.2, 1) == 2.5
    assert stepped(POINTS, 2.2, -1) == 2.0
    assert stepped(POINTS, 5.0, 3) == 5.0
    assert stepped(Plot(series=()), 1.0, 1) is None


def test_a_weight_of_0_changes_nothing():
    points = ((1.0, 3.0), (2.0, None), (3.0, 5.0))
    assert smoothed(points, 0.0) == points


def test_the_first_value_is_itself_and_a_level_curve_stays_level():
    assert smoothed([(1.0, 4.0), (2.0, 8.0)], 0.6)[0] == (1.0, 4.0)
    assert [y for _, y in smoothed([(float(x), 2.0) for x in range(9)], 0.9)] == pytest.approx(
        [2.0] * 9
    )


def test_older_values_count_by_the_weight():
    (_, first), (_, second) = smoothed([(1.0, 0.0), (2.0, 1.0)], 0.6)
    assert first == 0.0
    assert second == pytest.approx(0.4 / (1 - 0.6**2))


def test_what_is_no_number_counts_for_nothing():
    ys = [y for _, y in smoothed([(1.0, 1.0), (2.0, float("nan")), (3.0, 1.0)], 0.9)]
    assert ys[0] == pytest.approx(1.0)
    assert ys[1] != ys[1]
    assert ys[2] == pytest.approx(1.0)
