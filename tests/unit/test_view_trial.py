"""What the screen of a trial and the pane's tabs draw keeps its width, whatever it is about."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rich.cells import cell_len

from engine.core.acts import Decision
from engine.protocol.messages import CheckpointView, Snapshot, TrialDetail
from tests.fakes.fake_source import FakeSource
from tests.tui.test_hostile_text import HOSTILE
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import text_of
from tui_tuner.view.pane import (
    TABS,
    Scene,
    history_lines,
    parameters_lines,
    space_lines,
    survey,
    tab_at,
    tabs_line,
)
from tui_tuner.view.trial_axis import XAxis
from tui_tuner.view.trial_facts import trial_facts
from tui_tuner.view.trial_head import trial_head
from tui_tuner.view.trial_plots import TrialLook, trial_plot_lines
from tui_tuner.view_state import ViewState, reduce

SIZES = [(1, 1), (20, 6), (48, 30), (78, 13), (136, 57)]


def scene_of(source, trial="t0001", glyphs=UNICODE):
    push = Snapshot(
        seq=1,
        sweep=source.status(),
        trials=source.trials(),
        decisions=source.decisions(),
        first=True,
        more=False,
    )
    state = reduce(ViewState(), push, source.now)
    return Scene(state, state.rows[trial], glyphs, source.now)


def hostile(tmp_path, text):
    source = FakeSource(tmp_path, name=text, metric=text or "m")
    for n in range(12):
        source.propose({text: f"{text}{n % 3}", "lr": 0.1 * (n + 1), "odd": None}, origin=text)
        source.start(n + 1)
        source.report(n + 1, 1, 0.1 * n)
        source.end(n + 1, "failed" if n == 3 else "complete", reason=text)
    source.decide(text, text, 1, who=text)
    return source


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_line_keeps_its_width_whatever_stands_in_it(tmp_path, text, size, glyphs):
    source = hostile(tmp_path, text)
    scene = scene_of(source, glyphs=glyphs)
    reports = {
        text: [(1, 0.1, 0.0), (2, None, 1.0)],
        f"train_{text}": [(1, 2.0, 0.0), (2, 1.0, 1.0)],
        f"val_{text}": [(1, 2.0, 0.0)],
    }
    detail = TrialDetail(
        trial=scene.row,
        series={},
        checkpoints=[CheckpointView(path=text, step=3, value=None)],
        decisions=[Decision(n=1, at=0.0, who=text, what=text, why=text, sentence=text)],
    )
    width, height = size
    plots = trial_plot_lines(scene, reports, TrialLook(log=True, smooth=1, cursor=1.0), size)
    space = space_lines(scene, survey(scene.state), size)
    assert len(plots) == height
    lines = [
        *plots,
        *space,
        *trial_facts(scene, detail, width),
        *parameters_lines(scene, width),
        *history_lines(scene, width),
        trial_head(scene, TrialLook(), XAxis("metric", text), width),
    ]
    for line in lines:
        drawn = text_of(line)
        assert cell_len(drawn) == width
        assert drawn.isprintable()


def test_the_chosen_tab_is_whole_where_the_others_are_numbers():
    assert text_of(tabs_line("log", 30, UNICODE, focused=True)) == "▸1  2  3 Log  4  5".ljust(30)
    assert tab_at(8, "log", 30) == "log"
    assert tab_at(1, "log", 30) == TABS[0]
    assert tab_at(29, "log", 30) is None


def test_what_differs_from_the_best_stands_first(tmp_path):
    source = FakeSource(tmp_path)
    source.propose({"same": 1, "lr": 0.1, "only_here": 3})
    source.propose({"same": 1.0, "lr": 0.2})
    for number in (1, 2):
        source.start(number)
        source.report(number, 1, 0.1 * number)
    lines = [text_of(line) for line in parameters_lines(scene_of(source), 60)]
    assert [line.split()[0] for line in lines[1:4]] == ["lr", "only_here", "same"]
    assert lines[1].split() == ["lr", "≠0.1", "0.2"]
    assert lines[2].split() == ["only_here", "≠3", "unset"]
    assert "≠" not in lines[3]


def test_the_space_shows_those_that_decide_first_and_names_the_rest(tmp_path):
    source = FakeSource(tmp_path)
    for n in range(30):
        source.propose({"noise": (n * 7) % 30 / 30, "decides": n / 30, "kind": "ab"[n % 2]})
        source.start(n + 1)
        source.report(n + 1, 1, n / 30)
        source.end(n + 1)
    scene = scene_of(source)
    text = "\n".join(text_of(line) for line in space_lines(scene, survey(scene.state), (60, 12)))
    assert "decides  0   explains" in text
    assert "more is better" in text
    assert "not shown: " in text


def test_numbers_that_are_chosen_from_a_few_stand_at_equal_distances(tmp_path):
    source = FakeSource(tmp_path)
    for n in range(12):
        source.propose({"width": [32, 64, 128, 1024][n % 4]})
        source.start(n + 1)
        source.report(n + 1, 1, n / 12)
        source.end(n + 1)
    scene = scene_of(source)
    lines = [text_of(line) for line in space_lines(scene, survey(scene.state), (60, 12))]
    labels = next(line for line in lines if line.split() == ["32", "64", "128", "1024"])
    ticks = [n for n, char in enumerate(lines[lines.index(labels) - 1]) if char == UNICODE.below]
    apart = [after - before for before, after in pairwise(ticks)]
    assert len(apart) == 3
    assert max(apart) - min(apart) <= 1


def test_few_trials_over_a_range_are_not_taken_for_choices(tmp_path):
    source = FakeSource(tmp_path)
    for n in range(6):
        source.propose({"width": 30 + n * n})
    assert survey(scene_of(source).state).parameters[0].places == ()


@pytest.mark.parametrize("width", range(30, 150, 7))
def test_the_columns_of_attempts_are_there_whole_or_not_at_all(tmp_path, width):
    source = FakeSource(tmp_path)
    source.propose({"lr": 0.1})
    source.start(1)
    source.report(1, 1, 0.5)
    source.end(1, "complete", reason="")
    lines = [text_of(line) for line in trial_facts(scene_of(source), None, width)]
    above = next(n for n, line in enumerate(lines) if "attempts" in line)
    heads = lines[above + 1][lines[above].index("attempts") :].split()
    assert heads[:2] == ["n", "took"]
    assert set(heads) <= {"n", "took", "outcome", "exit", "start", "pid", "device"}
