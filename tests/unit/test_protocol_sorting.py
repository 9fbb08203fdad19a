"""Trials sort by any column, those without a value last."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.protocol.filter import compile_filter
from engine.protocol.sorting import sort_key
from tests.fakes.fake_source import FakeSource


@pytest.fixture
def source(tmp_path: Path) -> FakeSource:
    source = FakeSource(tmp_path)
    for number, (lr, value) in enumerate([(0.1, 0.5), (0.01, None), (1.0, 0.9)], start=1):
        source.propose({"lr": lr, "opt": "abc"[number - 1]})
        source.change(number, value=value)
    return source


def order(source: FakeSource, column: str) -> list[str]:
    return [row.id for row in sorted(source.trials(), key=sort_key(column, "val_acc"))]


def test_numbers_rise_and_fall_and_the_missing_stay_last(source: FakeSource) -> None:
    assert order(source, "lr") == ["t0002", "t0001", "t0003"]
    assert order(source, "val_acc") == ["t0001", "t0003", "t0002"]
    assert order(source, "-val_acc") == ["t0003", "t0001", "t0002"]


def test_nan_goes_last_either_way(source: FakeSource) -> None:
    source.change(3, value=None, last_text="nan")

    assert order(source, "value")[0] == "t0001"
    assert order(source, "-value")[0] == "t0001"


def test_text_sorts_both_ways(source: FakeSource) -> None:
    assert order(source, "-opt") == ["t0003", "t0002", "t0001"]
    assert order(source, "opt") == ["t0001", "t0002", "t0003"]


def test_a_column_of_numbers_and_text_sorts_without_complaint(source: FakeSource) -> None:
    source.change(1, params={"lr": "auto"})
    source.change(2, params={"lr": True})

    assert order(source, "lr") == ["t0003", "t0002", "t0001"]
    assert order(source, "-lr") == ["t0001", "t0002", "t0003"]


def test_what_trials_took_of_the_devices_sorts_and_selects(source: FakeSource) -> None:
    source.change(1, util=95.0, peak_memory=3 << 30, gpus=0.5, gpu_s=7200.0)
    source.change(3, util=12.0, peak_memory=7 << 30, gpus=1.0, gpu_s=1800.0)

    assert order(source, "util") == ["t0003", "t0001", "t0002"]
    assert order(source, "-peak_memory")[:2] == ["t0003", "t0001"]
    assert order(source, "-gpu_hours") == ["t0001", "t0003", "t0002"]
    slow = compile_filter("util<20 gpus>=1 gpu_hours=0.5")
    assert [row.id for row in source.trials() if slow(row)] == ["t0003"]
