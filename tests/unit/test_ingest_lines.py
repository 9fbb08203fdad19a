"""A line of a trial's reports becomes a report, or says what was wrong with it."""

from __future__ import annotations

import json
import math

import pytest

from engine.ingest.lines import MAX_METRICS, MAX_NAME, parse_line

NOW = 1_750_000_000.0
AT = 1_740_000_000.5


def line(step: object = 3, at: object = AT, **metrics: object) -> bytes:
    return json.dumps({"step": step, "at": at, "metrics": metrics}).encode()


def test_a_good_line_is_a_report() -> None:
    parsed = parse_line(line(val_acc=0.91, epoch_s=4), NOW)
    assert parsed.complaint is None
    assert parsed.report is not None
    assert (parsed.report.step, parsed.report.at) == (3, AT)
    assert parsed.report.metrics == {"val_acc": 0.91, "epoch_s": 4.0}


def test_the_flat_line_that_a_script_prints_is_a_report() -> None:
    parsed = parse_line(b'{"step": 3, "val_acc": 0.91}', NOW)
    assert parsed.complaint is None
    assert parsed.report is not None
    assert (parsed.report.step, parsed.report.at) == (3, NOW)
    assert parsed.report.metrics == {"val_acc": 0.91}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("NaN", math.nan),
        ('"nan"', math.nan),
        ("Infinity", math.inf),
        ('"inf"', math.inf),
        ('"-inf"', -math.inf),
        ("-Infinity", -math.inf),
        ('"-Infinity"', -math.inf),
        ("1e400", math.inf),
        ("-1e400", -math.inf),
        ("1" + "0" * 399, math.inf),
        ("-1" + "0" * 9999, -math.inf),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("true", 1.0),
        ("false", 0.0),
        ("7", 7.0),
    ],
)
def test_every_number_is_read_however_it_is_spelled(written: str, read: float) -> None:
    parsed = parse_line(f'{{"step":1,"metrics":{{"loss":{written}}}}}'.encode(), NOW)
    assert parsed.complaint is None
    assert parsed.report is not None
    value = parsed.report.metrics["loss"]
    assert value == read or (math.isnan(value) and math.isnan(read))


@pytest.mark.parametrize("bad", ["oops", None, [1, 2], {"a": 1}, "0.5.1"])
def test_a_value_that_is_no_number_is_left_out_and_said(bad: object) -> None:
    parsed = parse_line(line(val_acc=0.5, note=bad), NOW)
    assert parsed.report is not None
    assert parsed.report.metrics == {"val_acc": 0.5}
    assert parsed.complaint is not None
    assert "note is" in parsed.complaint


@pytest.mark.parametrize("step", [-1, 2**53, 3.5, "3", None, True, [1], math.nan])
def test_a_step_that_counts_no_epochs_is_refused(step: object) -> None:
    parsed = parse_line(line(step=step, val_acc=0.5), NOW)
    assert parsed.report is None
    assert "step" in (parsed.complaint or "")


def test_a_whole_float_is_a_step() -> None:
    parsed = parse_line(line(step=3.0, val_acc=0.5), NOW)
    assert parsed.report is not None
    assert parsed.report.step == 3
    assert type(parsed.report.step) is int


@pytest.mark.parametrize("at", [None, "soon", 0, -5, 1e30, math.inf, math.nan, True, NOW + 1e6])
def test_an_absurd_time_gives_way_to_the_readers_clock(at: object) -> None:
    parsed = parse_line(line(at=at, val_acc=0.5), NOW)
    assert parsed.report is not None
    assert parsed.report.at == NOW


@pytest.mark.parametrize(
    "garbage",
    [
        b"{",
        b"[1, 2]",
        b"3",
        b"null",
        b"Traceback (most recent call last):",
        b'{"step": 3}',
        b'{"step": 3, "metrics": {}}',
        b'{"step": 3, "metrics": {"a": 1',
        b"\x00\x00\x00\x00",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"step":1,"metrics":{"a":1}}{"step":2,"metrics":{"a":1}}',
    ],
)
def test_garbage_is_complained_of_and_never_raises(garbage: bytes) -> None:
    parsed = parse_line(garbage, NOW)
    assert parsed.report is None
    assert parsed.complaint
    assert len(parsed.complaint) < 600


def test_a_complaint_quotes_the_line_without_its_escape_codes() -> None:
    parsed = parse_line(b"\x1b]52;c;evil\x07 hello", NOW)
    assert "hello" in (parsed.complaint or "")
    assert "\x1b" not in (parsed.complaint or "")


def test_names_come_out_clean_and_short() -> None:
    parsed = parse_line(line(**{"\x1b[31mloss": 1.0, "x" * 500: 2.0, " ": 3.0}), NOW)
    assert parsed.report is not None
    names = list(parsed.report.metrics)
    assert names[0] == "␛[31mloss"
    assert len(names[1]) == MAX_NAME
    assert names[2] == "(no name)"


def test_a_name_that_is_broken_unicode_is_shown_as_such() -> None:
    raw = parse_line(b'{"step":1,"metrics":{"\xff":1}}', NOW)
    escaped = parse_line(b'{"step":1,"metrics":{"\\udc80":1}}', NOW)
    for parsed in (raw, escaped):
        assert parsed.report is not None
        assert list(parsed.report.metrics) == ["\N{REPLACEMENT CHARACTER}"]


def test_of_ten_thousand_metrics_the_first_and_the_objective_are_kept() -> None:
    many = {f"m{i}": float(i) for i in range(10_000)} | {"val_acc": 0.9}
    parsed = parse_line(line(**many), NOW, "val_acc")
    assert parsed.report is not None
    assert len(parsed.report.metrics) == MAX_METRICS + 1
    assert parsed.report.metrics["val_acc"] == 0.9
    assert "9744 metrics beyond the first 256 dropped" in (parsed.complaint or "")
