"""Scripts that import nothing report by what they print."""

from __future__ import annotations

import gc
import time

import psutil
import pytest

from engine.core.model import Report
from engine.errors import UsageError
from engine.ingest.lines import Parsed
from engine.ingest.matcher import shared_matcher
from engine.ingest.patterns import compile_pattern
from engine.ingest.stdout import MAX_MATCHED, OutputParser

NOW = 1_750_000_000.0
EPOCH = r"epoch (?P<step>\d+) val_loss (?P<val_loss>\S+) val_acc (?P<val_acc>\S+)"


def read(text: bytes, *patterns: str) -> list[Parsed]:
    return OutputParser([compile_pattern(p) for p in patterns]).parse(text, NOW)


def reports(text: bytes, *patterns: str) -> list[Report]:
    return [p.report for p in read(text, *patterns) if p.report is not None]


def test_the_marker_at_the_start_of_a_line_is_a_report() -> None:
    text = b'hello\ntui-tuner: {"step": 3, "val_acc": 0.91}\ntui-tuner: {"step": 4, "val_acc": 1}\n'
    assert reports(text) == [
        Report(3, NOW, {"val_acc": 0.91}),
        Report(4, NOW, {"val_acc": 1.0}),
    ]
    assert reports(text, EPOCH) == reports(text)


def test_the_marker_after_a_progress_bar_is_a_report() -> None:
    text = b' 50%|###  |\r100%|#####|\rtui-tuner: {"step": 3, "val_acc": 0.91}\r\n'
    assert reports(text) == [Report(3, NOW, {"val_acc": 0.91})]


@pytest.mark.parametrize(
    "text",
    [b'see "tui-tuner: {"step": 1, "a": 1}"\n', b"tui-tuner: continuing after epoch 3\n", b"\n"],
)
def test_other_lines_are_no_reports(text: bytes) -> None:
    assert read(text) == []


def test_a_broken_marker_line_is_complained_of() -> None:
    (parsed,) = read(b'tui-tuner: {"step": 3, "val\n')
    assert parsed.report is None
    assert "not a line of JSON" in (parsed.complaint or "")


def test_named_groups_are_metrics_and_step_is_the_step() -> None:
    text = b"start\nepoch 3 val_loss 0.52 val_acc 91.5%, good\nepoch 4 val_loss nan val_acc 1e-1\n"
    first, second = reports(text, EPOCH)
    assert first == Report(3, NOW, {"val_loss": 0.52, "val_acc": 91.5})
    assert second.step == 4
    assert second.metrics["val_loss"] != second.metrics["val_loss"]


def test_a_pattern_without_a_step_counts_its_matches_and_goes_on_counting() -> None:
    pattern = compile_pattern(r"acc=(?P<acc>\S+)")
    parser = OutputParser([pattern], [5])
    found = parser.parse(b"acc=0.1\nnothing\nacc=0.2\n", NOW)
    assert [p.report.step for p in found if p.report] == [6, 7]
    assert parser.counts == [7]


def test_two_patterns_count_on_their_own() -> None:
    text = b"train 1\ntrain 2\nval 3\n"
    found = reports(text, r"^train (?P<train>\d+)", r"^val (?P<val>\d+)")
    assert [(r.step, r.metrics) for r in found] == [
        (1, {"train": 1.0}),
        (2, {"train": 2.0}),
        (1, {"val": 3.0}),
    ]


def test_a_redrawn_line_matches_as_it_ended() -> None:
    text = b"epoch 1 loss 9\repoch 1 loss 8\repoch 1 loss 7\r\n"
    assert reports(text, r"epoch (?P<step>\d+) loss (?P<loss>\S+)") == [
        Report(1, NOW, {"loss": 7.0})
    ]


def test_a_group_that_holds_no_number_is_said() -> None:
    (parsed,) = read(b"epoch 1 val_loss high val_acc 0.5\n", EPOCH)
    assert parsed.report == Report(1, NOW, {"val_acc": 0.5})
    assert "val_loss is the text 'high'" in (parsed.complaint or "")


def test_patterns_see_only_the_start_of_a_very_long_line() -> None:
    text = b"x" * MAX_MATCHED + b" acc=0.5\n"
    assert reports(text, r"acc=(?P<acc>\S+)") == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"acc (?P<acc>\S+", "not a regular expression"),
        (r"acc \S+", "names no metric"),
        (r"(?P<step>\d+)", "names no metric"),
    ],
)
def test_a_pattern_that_cannot_work_is_refused_in_one_sentence(pattern: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as raised:
        compile_pattern(pattern)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("number", [r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?", r"\S+", r"[\d.]+"])
def test_the_usual_ways_to_write_a_number_are_fine(number: str) -> None:
    text = b"loss: -1.5e-3 done\n"
    found = reports(text, rf"loss: (?P<loss>-?{number.removeprefix('[-+]?')})")
    assert found[0].metrics["loss"] < 0


@pytest.mark.parametrize(
    ("endless", "line"),
    [(r"(?P<a>(x+)+)y", b"x" * 60), (r"(?P<a>.*)x.*x.*x.*x.*y", b"x" * 4000)],
)
def test_a_pattern_without_end_is_given_up_and_the_others_go_on(endless: str, line: bytes) -> None:
    parser = OutputParser([compile_pattern(endless), compile_pattern(r"acc (?P<acc>\S+)")])
    started = time.perf_counter()
    found = parser.parse(b"acc 0.5\n" + (line + b"\n") * 20 + b"acc 0.75\n", NOW)
    assert time.perf_counter() - started < 10
    (complaint,) = [p.complaint for p in found if p.complaint]
    assert "takes too long" in complaint
    assert [p.report for p in found if p.report] == [
        Report(1, NOW, {"acc": 0.5}),
        Report(2, NOW, {"acc": 0.75}),
    ]
    assert parser.parse(line + b"\nacc 1\n", NOW) == [Parsed(Report(3, NOW, {"acc": 1.0}), None)]


def search_of(word: str) -> psutil.Process:
    """The one process that searches for a pattern with this word."""
    alive = [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]
    (child,) = [p for p in alive if word in " ".join(p.cmdline())]
    return child


def test_a_killed_search_is_started_again_and_loses_no_line() -> None:
    pattern = compile_pattern(r"restart (?P<acc>\S+)")
    matcher = shared_matcher([pattern])
    parser = OutputParser([pattern])
    parser.parse(b"restart 1\n", NOW)
    child = search_of("restart")
    child.kill()
    assert len(parser.parse(b"restart 2\n", NOW)) == 1
    matcher.close()


def test_all_attempts_share_one_search_which_ends_with_the_last_of_them() -> None:
    pattern = compile_pattern(r"shared (?P<acc>\S+)")
    parsers = [OutputParser([pattern]) for _ in range(3)]
    for parser in parsers:
        assert len(parser.parse(b"shared 1\n", NOW)) == 1
    child = search_of("shared")
    del parser, parsers
    gc.collect()
    assert not child.is_running()
