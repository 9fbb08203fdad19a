"""Axes carry round numbers as people write them, and none runs into another."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_tuner.plot import Axis, Plot, Series, plot_lines
from tui_tuner.plot.scale import Scale
from tui_tuner.plot.spelling import spelled, spelled_time
from tui_tuner.plot.ticks import axis_ticks
from tui_tuner.view.glyphs import UNICODE
from tui_tuner.view.line import text_of


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.2, 0.4, 0.6], ["0.2", "0.4", "0.6"]),
        ([0.0, 500.0, 1000.0], ["0", "500", "1000"]),
        ([0.0, 5e3, 1e4], ["0", "5k", "10k"]),
        ([2.5e6, 3.0e6], ["2.5M", "3.0M"]),
        ([-2e4, 0.0, 2e4], ["-20k", "0", "20k"]),
        ([1e-5, 2e-5], ["1e-5", "2e-5"]),
        ([1e20, 2e20], ["1e20", "2e20"]),
        ([], []),
    ],
)
def test_values_of_one_axis_are_written_alike(values, texts):
    assert spelled(values) == texts


@settings(deadline=None)
@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e12), st.integers(2, 60))
def test_different_values_never_have_the_same_label(low, span, rows):
    labels = Scale.over([low, low + span]).labels(rows)
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0"),
        (0.5, "0.5s"),
        (30, "30s"),
        (60, "1m"),
        (90, "1m30"),
        (3600, "1h"),
        (5400, "1h30"),
        (86400, "1d"),
        (129600, "1d12h"),
    ],
)
def test_times_are_written_as_people_say_them(seconds, text):
    assert spelled_time(seconds) == text


@settings(deadline=None)
@given(
    st.sampled_from(["number", "steps", "seconds"]),
    st.booleans(),
    st.floats(0.001, 1e6),
    st.floats(1.001, 1e6),
    st.integers(1, 200),
)
def test_labels_under_the_axis_never_touch(unit, log, low, factor, columns):
    scale = Scale.over([low, low * factor], log)
    ticks = axis_ticks(Axis(unit=unit, log=log), scale, columns)
    free = 0
    for _, start, text in ticks:
        assert start >= free
        assert start + len(text) <= columns
        free = start + len(text) + 1


def lower_axis(axis: Axis, *xs: float, width: int = 70) -> str:
    series = Series(points=tuple((x, 0.5) for x in xs))
    return text_of(plot_lines(Plot(series=(series,), x=axis), width, 8, UNICODE)[-1])


def test_steps_begin_with_the_first_and_go_on_round():
    words = lower_axis(Axis(unit="steps"), 1, 27).split()
    assert words[:3] == ["1", "5", "10"]
    assert "epoch" in words


def test_wall_time_is_marked_in_minutes_and_hours():
    assert lower_axis(Axis(unit="seconds"), 0, 7000).split()[:3] == ["0", "15m", "30m"]
    assert "1d" in lower_axis(Axis(unit="seconds"), 0, 4 * 86400)


def test_a_logarithmic_axis_is_marked_at_powers_of_ten():
    words = lower_axis(Axis(log=True), 1e-6, 10).split()
    assert words[0] == "1e-6"
    assert words[-1] == "10"


def test_a_logarithmic_axis_of_less_than_a_decade_still_has_two_labels():
    assert len(Scale.over([2.1, 4.9], log=True).labels(12)) >= 2


def test_without_values_above_0_an_axis_is_not_logarithmic():
    series = Series(points=((1.0, -1.0), (2.0, 1.0)))
    lines = plot_lines(Plot(series=(series,), y=Axis(log=True)), 40, 8, UNICODE)
    assert re.search(r"-1\D", "".join(text_of(line) for line in lines))
