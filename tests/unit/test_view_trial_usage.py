"""What a trial used of its device, drawn under its curves over the same axis."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.protocol.messages import Snapshot, UsagePoint
from tests.fakes.fake_source import START, FakeSource
from tests.fakes.gpu_box import GIB, busy
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view.pane import Scene
from tui_tuner.view.pane.title import title_parts, use_line
from tui_tuner.view.trial_axis import Reports
from tui_tuner.view.trial_plots import TrialLook
from tui_tuner.view.trial_usage import trial_lines
from tui_tuner.view_state import ViewState, reduce

REPORTS: Reports = {
    "val_acc": [(step, 0.1 * step, START + 100.0 * step) for step in (1, 2, 3, 4)],
    "val_loss": [(step, 1.0 / step, START + 100.0 * step) for step in (1, 2, 3, 4)],
}
FIRST = TrialLook()
HIGH_LATER = [
    UsagePoint(START + 10.0 * i, 5.0 if i < 25 else 95.0, 20 * GIB, 50.0) for i in range(41)
]


@pytest.fixture
def source(tmp_path: Path) -> FakeSource:
    sweep = FakeSource(tmp_path, epochs=4)
    sweep.propose()
    sweep.start(1)
    for step in (1, 2, 3, 4):
        sweep.report(1, step, 0.1 * step)
    sweep.now += 400
    sweep.pace(1, 100.0)
    sweep.change(1, gpus=0.5, util=44.0, memory=20 * GIB, peak_memory=22 * GIB, device="gpu0")
    sweep.set_sweep(devices=[busy(0, 90.0, 38, "t0001")])
    return sweep


def scene(source: FakeSource, ascii: bool = False) -> Scene:
    push = Snapshot(
        seq=1,
        sweep=source.status(),
        trials=source.trials(),
        decisions=[],
        first=True,
        more=False,
    )
    state = reduce(ViewState(), push, source.now)
    return Scene(state, state.rows["t0001"], ASCII if ascii else UNICODE, source.now)


def drawn(source, usage=HIGH_LATER, look=FIRST, size=(70, 40), ascii=False) -> list[str]:
    lines = trial_lines(scene(source, ascii), REPORTS, usage, look, size)
    assert len(lines) == size[1]
    assert {line_width(line) for line in lines} == {size[0]}
    return [text_of(line) for line in lines]


def place(lines: list[str], text: str) -> int:
    return next(n for n, line in enumerate(lines) if text in line)


def test_it_stands_right_under_the_first_plot_with_its_figures(source):
    lines = drawn(source)
    at = place(lines, "GPU0")
    assert "% on average" in lines[at]
    assert "20.0G of 80.0G, peak 22.0G" in lines[at]
    assert place(lines, "val_acc") < at < place(lines, "val_loss")


def test_its_axis_lies_under_that_of_the_curves(source):
    lines = drawn(source)
    corners = [line.index("└") for line in lines if "└" in line]
    assert corners[0] == corners[1]
    numbers = [line for line in lines if line.split()[:1] == ["1"]]
    assert numbers[0] == numbers[1]


def test_use_over_epochs_follows_the_times_of_the_reports(source):
    line = next(line for line in drawn(source, size=(70, 12)) if line.strip().startswith("use"))
    values = line.split("use", 1)[1].strip()
    turn = values.index("▇") / len(values)
    assert set(values) == {"▁", "▇"}
    assert turn == pytest.approx(0.5, abs=0.05)


def test_use_over_time_follows_the_time(source):
    over_time = TrialLook(axis=1)
    line = next(line for line in drawn(source, look=over_time, size=(70, 12)) if "use" in line)
    values = line.split("use", 1)[1].strip()
    assert values.index("▇") / len(values) == pytest.approx(0.63, abs=0.05)


@pytest.mark.parametrize("size", [(20, 9), (40, 10), (70, 15), (70, 16), (120, 24), (200, 60)])
@pytest.mark.parametrize("ascii", [False, True])
def test_it_fits_any_room(source, size, ascii):
    lines = drawn(source, size=size, ascii=ascii)
    assert not ascii or "".join(lines).replace("…", "").isascii()


def test_before_the_first_report_it_is_drawn_over_time(source):
    lines = [
        text_of(line) for line in trial_lines(scene(source), {}, HIGH_LATER, TrialLook(), (70, 30))
    ]
    assert "no reports yet" in "\n".join(lines)
    assert any("GPU0" in line for line in lines)


def test_without_measurements_the_curves_have_the_room(source):
    assert not any("GPU0" in line for line in drawn(source, usage=[]))


def test_an_idle_gpu_is_asked_about(source):
    source.change(1, util=8.0, cpu_util=98.0)
    line = next(line for line in drawn(source, size=(110, 40)) if "GPU0" in line)
    assert "⚠ input-bound? its CPU share is 98 % busy" in line


def test_the_pane_and_the_heading_tell_device_use_memory_and_pace(source):
    seen = scene(source)
    line = use_line(seen.row, 60, UNICODE, seen.now)
    assert line is not None
    assert text_of(line).rstrip() == "GPU0 44% 20.0G · 1m40/epoch"
    heading = "".join(text_of(part) for _, part in title_parts(seen.row, UNICODE, seen.now))
    assert "GPU0 44% 20.0G" in heading
    source.end(1)
    assert use_line(scene(source).row, 60, UNICODE, seen.now) is None
