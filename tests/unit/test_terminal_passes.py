"""How the cells that differ are cut into spans."""

from __future__ import annotations

import pytest

from tui_tuner.terminal.cells import UNKNOWN, cells
from tui_tuner.terminal.passes import Span, spans
from tui_tuner.terminal.style import PLAIN, Look

RED = Look(foreground="31")
ON_BLUE = Look(foreground="31", background="44")


def cut(new, old):
    return [(look, (span.start, span.end)) for look, span in spans(new, old, 0)]


@pytest.mark.parametrize("same", ["", "1", "12", " 23 "])
def test_a_few_cells_that_stay_are_written_again_on_the_way(same):
    new, old = (cells(f"{char}{same}{char}", RED) for char in "xy")
    assert cut(new, old) == [(RED, (0, len(new)))]


@pytest.mark.parametrize("same", ["12345", "─", "損"])
def test_what_takes_more_bytes_than_a_jump_is_left(same):
    new, old = (cells(f"{char}{same}{char}", RED) for char in "xy")
    assert cut(new, old) == [(RED, (0, 1)), (RED, (len(new) - 1, len(new)))]


@pytest.mark.parametrize("between", [cells("1", PLAIN), cells(" ", ON_BLUE), (UNKNOWN,)])
def test_what_looks_otherwise_or_is_not_known_is_left(between):
    new, old = ((*cells(char, RED), *between, *cells(char, RED)) for char in "xy")
    assert cut(new, old) == [(RED, (0, 1)), (RED, (2, 3))]


def test_spans_say_where_they_are():
    assert list(spans(cells("ab", RED), cells("ac", RED), 7)) == [(RED, Span(7, 1, 2))]


def test_cells_that_are_one_and_the_same_go_together():
    new = (*cells("a", RED), *cells("   ", RED), *cells("b", RED))
    assert cut(new, cells("xxxxx", PLAIN)) == [(RED, (0, 5))]
