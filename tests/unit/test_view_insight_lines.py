"""The insight fits any width, in any alphabet, whatever parameters are called."""

from __future__ import annotations

import pytest

from engine.core.views import SuggestionView, TrialView
from tests.fakes.fake_source import FakeSource
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.insight import insight
from tui_tuner.view.insight_lines import best_text, insight_lines
from tui_tuner.view.line import line_width, text_of
from tui_tuner.view.ranges import Parameter, Shape

WILD = "\x1b]52;c;\x07损失 [/b] " * 5


def numeric(name: str, low: float, high: float, scale: str = "linear") -> Parameter:
    shape = Shape(low=low, high=high, scale=scale)
    return Parameter(name=name, kind="float", now=shape, first=shape)


def choices(name: str, *values: object) -> Parameter:
    shape = Shape(values=values)
    return Parameter(name=name, kind="categorical", now=shape, first=shape)


SPACE = (
    numeric("lr", 1e-6, 10.0, "log"),
    numeric("one", 1.0, 1.0),
    numeric(WILD, -5, 5),
    choices("layers", (64,), (64, 64), WILD),
    choices("when_sgd", True, False),
)


@pytest.fixture
def source(tmp_path) -> FakeSource:
    source = FakeSource(tmp_path)
    for n in range(1, 31):
        params = {
            "lr": 10.0 ** (-6 + n / 5),
            "one": 1.0,
            WILD: n - 15,
            "layers": [[64], [64, 64], WILD][n % 3],
        }
        source.start(source.propose(params))
        source.report(n, 5, n / 30)
        source.end(n, advice="median: would stop it" if n % 2 else None)
    wider = SuggestionView(code="b", text=WILD * 9, parameter="lr", edge="upper", low=0, high=9)
    source.set_sweep(rules=[WILD], suggestions=[wider])
    return source


def rows(source: FakeSource) -> dict[str, TrialView]:
    return {row.id: row for row in source.trials()}


@pytest.mark.parametrize("width", [1, 8, 20, 40, 60, 76, 80, 100, 196, 400])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_line_is_exactly_as_wide_as_the_screen(source, width, glyphs):
    found = insight(rows(source), SPACE, maximize=True)
    lines = insight_lines(source.status(), found, width, glyphs)
    assert {line_width(line) for line in lines} == {width}
    assert all(text_of(line).isprintable() for line in lines)


def test_an_empty_sweep_and_an_empty_space_say_so(tmp_path):
    empty = FakeSource(tmp_path)
    for space, said in ((SPACE, "unknown"), ((), "nothing is searched")):
        found = insight({}, space, maximize=True)
        text = "\n".join(map(text_of, insight_lines(empty.status(), found, 80, UNICODE)))
        assert said in text


def test_where_the_best_lie_is_told_for_numbers_lists_and_what_none_of_them_has(source):
    found = insight(rows(source), SPACE, maximize=True)
    by_name = {one.parameter.name: one for one in found.learnt}
    assert best_text(by_name["lr"]) == "0.016 … 1"
    assert best_text(by_name["one"]) == "1"
    assert best_text(by_name["layers"]).startswith("[64] 4")
    text = "\n".join(map(text_of, insight_lines(source.status(), found, 100, UNICODE)))
    assert "none of the best has it" in text
    assert "would have stopped 15 of 30 trials, 5 of the best 10" in text
