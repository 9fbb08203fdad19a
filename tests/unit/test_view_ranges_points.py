"""Trials over a range: which are dots, stars and crosses, and where they lie on the cells."""

from __future__ import annotations

import pytest

from engine.core.views import TrialView
from tests.unit.test_view_ranges import named
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view.range_axis import axis_over
from tui_tuner.view.range_points import gather, ranked, span_over
from tui_tuner.view.range_tallies import tallies
from tui_tuner.widgets.range_chart import Brackets, Chart, chart_lines, lay_out


def row(number: int, lr: float, best: float | None, state: str = "complete", **fields) -> TrialView:
    base = {
        "id": f"t{number:04d}",
        "state": state,
        "params": {"lr": lr, "width": 32 if number % 2 else 64},
        "stage": "main",
        "budget": 5,
        "origin": "random",
        "parent": None,
        "space_version": 1,
        "seed": 0,
        "best": best,
    }
    return TrialView(**(base | fields))


ROWS = [row(n, 10.0 ** (-5 + n / 5), 0.5 + n / 100) for n in range(1, 21)]


def drawn(rows, *, width=80, height=14, maximize=True, low=None, glyphs=UNICODE):
    """A chart of lr as text, with its lower bracket at `low`."""
    lr = named("lr")
    cloud = gather(rows, "lr", ranked(rows, maximize))
    chart = Chart(cloud=cloud, axis=axis_over((lr.now,), log=True), maximize=maximize)
    shape = lr.now if low is None else type(lr.now)(low=low, high=lr.now.high, scale="log")
    brackets = Brackets(shape=shape, now=lr.now, side="low")
    layout = lay_out(chart, width, height)
    return chart_lines(layout, brackets, width, glyphs, "nothing yet")


def test_the_ten_best_are_stars_and_the_rest_dots():
    text = "".join(map(text_of, drawn(ROWS)))
    assert text.count("★") == 10
    assert text.count("•") == 10


def test_of_few_trials_the_better_half_stands_out():
    assert [r.id for r in ranked(ROWS[:5], maximize=True)] == ["t0005", "t0004", "t0003"]
    assert [r.id for r in ranked(ROWS[:1], maximize=True)] == ["t0001"]


def test_what_runs_or_waits_is_tried_but_no_dot():
    rows = [*ROWS, row(30, 0.1, 0.9, "running"), row(31, 0.2, None, "waiting")]
    cloud = gather(rows, "lr", ranked(rows, maximize=True))
    assert len(cloud.ended) + len(cloud.best) == 20
    assert len(cloud.tried) == 22


def test_infeasible_trials_are_crosses_on_a_line_of_their_own_at_the_bad_end():
    bad = [row(40, 1.0, 0.99, "failed", failure="diverged"), row(41, 2.0, None, "failed")]
    rows = [*ROWS, *bad, row(42, 5.0, None, "failed", failure="oom")]
    assert "t0040" not in {r.id for r in ranked(rows, maximize=True)}
    body = [text_of(line) for line in drawn(rows)]
    lane = next(n for n, line in enumerate(body) if line.strip().startswith("✕"))
    assert body[lane].count("✕") == 3, "its label, and two trials"
    assert "└" in body[lane + 1]
    lowest = [text_of(line) for line in drawn(rows, maximize=False)]
    assert lowest[0].count("✕") == 3


def test_the_goal_turns_round_which_are_best():
    assert [r.id for r in ranked(ROWS, maximize=True)][:2] == ["t0020", "t0019"]
    assert [r.id for r in ranked(ROWS, maximize=False)][:2] == ["t0001", "t0002"]


def test_a_wild_objective_does_not_flatten_the_others():
    span = span_over([0.1, 0.2, 0.3, 0.25, 0.15, 0.2, 0.3, 0.22, 1e6], maximize=False)
    assert span.high < 1.0
    assert span.low == 0.1
    assert span.row(1e6, 10) == 0


def test_every_line_fills_the_width_and_brackets_stand_on_the_axis():
    for glyphs in (UNICODE, ASCII):
        lines = drawn(ROWS, low=1e-3, width=100, height=20, glyphs=glyphs)
        assert len(lines) == 20
        assert {line_width(line) for line in lines} == {100}
        axis = next(text_of(line) for line in lines if "[" in text_of(line))
        assert axis.index("[") < axis.index("]")
        assert "1e-3" in "".join(map(text_of, lines))
        if glyphs is ASCII:
            assert all(text_of(line).isascii() for line in lines)


def test_trials_outside_the_brackets_are_faint():
    roles = {role for line in drawn(ROWS, low=1e-2) for text, role in line if "•" in text}
    assert roles == {"faint"}
    assert "" in {role for line in drawn(ROWS) for text, role in line if "•" in text}


def test_an_empty_chart_says_what_will_fill_it():
    assert any("nothing yet" in text_of(line) for line in drawn([]))


def test_choices_are_counted_with_their_best_and_mean():
    found = tallies(ROWS, "width", (32, 64, 128), ranked(ROWS, maximize=True), maximize=True)
    assert [(t.value, t.tried, t.ended, t.best_of) for t in found] == [
        (32, 10, 10, 5),
        (64, 10, 10, 5),
        (128, 0, 0, 0),
    ]
    assert found[1].best == pytest.approx(0.7)
    assert found[0].mean == pytest.approx(0.6)
    assert found[2].mean is None
