"""A plot keeps to its box and hides nothing that a person must see."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui_tuner.plot import Axis, Plot, Series, plot_lines, x_at
from tui_tuner.view.glyphs import ASCII, UNICODE
from tui_tuner.view.line import line_width, text_of


def drawn(plot: Plot, width: int = 60, height: int = 12, glyphs=UNICODE) -> list[str]:
    lines = plot_lines(plot, width, height, glyphs)
    assert len(lines) == height
    assert all(line_width(line) == width for line in lines)
    return [text_of(line) for line in lines]


def line(*ys: float | None, **fields) -> Series:
    return Series(points=tuple((float(x), y) for x, y in enumerate(ys, 1)), **fields)


def has_braille(text: str) -> bool:
    return any("\u2800" < char <= "\u28ff" for char in text)


values = st.one_of(st.none(), st.floats())
anything = st.builds(
    Series,
    points=st.lists(st.tuples(st.floats(), values), max_size=30).map(tuple),
    role=st.sampled_from(["plot", "plot2", "plot6"]),
    name=st.text(max_size=12),
    line=st.booleans(),
)
axes = st.builds(
    Axis,
    unit=st.sampled_from(["number", "steps", "seconds"]),
    log=st.booleans(),
    title=st.text(max_size=8),
    low=st.one_of(st.none(), st.floats(-1e9, 1e9)),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(anything, max_size=4).map(tuple),
    axes,
    axes,
    st.one_of(st.none(), st.floats()),
    st.integers(1, 90),
    st.integers(1, 30),
    st.sampled_from([UNICODE, ASCII]),
)
@example((Series(points=((0.0, 1.7e308), (1.0, -1.7e308))),), Axis(), Axis(), 0.0, 20, 5, UNICODE)
@example((Series(points=((0.0, 5e-324),)),), Axis(), Axis(log=True), 0.0, 40, 9, ASCII)
@example(
    (Series(points=((-1.7e308, 0.0), (1.7e308, 1e-310))),),
    Axis(unit="steps"),
    Axis(),
    0.0,
    1,
    4,
    UNICODE,
)
@example((Series(points=((0.0, 4e-220),)),), Axis(), Axis(low=1.0), None, 9, 5, UNICODE)
def test_it_fills_its_box_whatever_its_points(series, x, y, cursor, width, height, glyphs):
    drawn(Plot(series=series, x=x, y=y, cursor=cursor), width, height, glyphs)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=300), st.integers(3, 90))
def test_the_highest_and_the_lowest_lie_on_the_outermost_rows(ys, width):
    rows = drawn(Plot(series=(line(*ys),)), width, 3)
    if max(ys) > min(ys) + 1e-6:
        assert has_braille(rows[0])
        assert has_braille(rows[-1])


def test_a_spike_among_more_points_than_columns_is_seen():
    ys = [0.0] * 4000
    ys[2777] = 1.0
    top = drawn(Plot(series=(line(*ys),)))[0]
    assert sum(has_braille(char) for char in top) == 1


def test_what_is_no_number_is_marked_at_the_top_and_breaks_the_line():
    lines = plot_lines(Plot(series=(line(0.0, None, 0.0),)), 40, 6, UNICODE)
    assert ("✕", "error") in lines[0]
    assert sum(has_braille(char) for char in "".join(map(text_of, lines))) == 2


def test_a_curve_without_a_single_number_still_shows_that_it_reported():
    assert "".join(drawn(Plot(series=(line(None, None),)))).count("✕") == 2


def test_names_stand_at_the_ends_of_their_lines_and_never_on_each_other():
    series = tuple(
        line(0.0, 0.5, 1.0 + n / 1000, role=f"plot{n}", name=f"lr 1e-{n}") for n in range(1, 7)
    )
    text = "\n".join(drawn(Plot(series=series)))
    assert all(f"lr 1e-{n}" in text for n in range(1, 7))


def test_a_line_that_ends_early_has_its_name_beside_its_end():
    long, short = line(*[0.0] * 20, name="long"), line(1.0, 1.0, 1.0, name="short")
    row = next(row for row in drawn(Plot(series=(long, short))) if "short" in row)
    assert row.index("short") < 20


def test_names_are_safe_to_show():
    text = "\n".join(drawn(Plot(series=(line(0.0, 1.0, name="a\x1b[31m\n损失"),))))
    assert "\x1b" not in text
    assert "损失" in text


def test_lines_differ_without_colour():
    def rows(role, glyphs=UNICODE):
        return drawn(Plot(series=(line(0.0, 1.0, role=role),)), glyphs=glyphs)

    roles = [f"plot{n}" for n in range(1, 7)]
    assert len({"".join(rows(role)) for role in roles}) == 6
    assert len({"".join(rows(role, ASCII)) for role in roles}) == 6


def test_there_is_no_braille_where_the_terminal_has_none():
    text = "".join(drawn(Plot(series=(line(0.0, 1.0, 0.5),)), glyphs=ASCII))
    assert "*" in text
    assert text.isascii()


def test_the_later_series_lies_on_top():
    below, above = line(0.0, 0.0, role="plot2"), line(0.0, 0.0, role="plot1")
    roles = {
        role for row in plot_lines(Plot(series=(below, above)), 30, 5, UNICODE) for _, role in row
    }
    assert "plot1" in roles
    assert "plot2" not in roles


def test_dots_without_a_line_have_their_own_glyph():
    points = Series(points=((0.0, 0.0), (1.0, 1.0)), line=False, glyph="★", role="best")
    assert "".join(drawn(Plot(series=(points,)))).count("★") == 2


def test_the_cursor_stands_as_a_rule_with_its_foot_on_the_axis():
    rows = drawn(Plot(series=(line(*range(40)),), cursor=20.0), 80, 12)
    foot = rows[-2].index("▲")
    assert all(row[foot] == "│" or has_braille(row[foot]) for row in rows[:-2])


def test_without_points_it_says_what_would_fill_it():
    rows = drawn(Plot(series=(Series(),), title=(("loss", "bold"),), empty="no reports yet"))
    assert rows[0].startswith("loss")
    assert "no reports yet" in rows[1]


def test_names_that_would_take_too_much_give_way_to_their_short_form():
    series = (line(0.0, 1.0, name="t0001 weight_decay 1e-5", short="t0001"),)
    assert "weight_decay" in "".join(drawn(Plot(series=series), 120))
    text = "".join(drawn(Plot(series=series), 60))
    assert "t0001" in text
    assert "weight" not in text


def test_a_cell_gives_the_nearest_point_reported():
    plot = Plot(series=(line(*range(11)),), x=Axis(unit="steps"))
    foot = drawn(plot, 80, 12)[-1]
    assert x_at(plot, 80, 12, foot.index("5")) == 5.0
    assert x_at(plot, 80, 12, 0) == 1.0
    assert x_at(plot, 80, 12, 500) == 11.0
    assert x_at(Plot(series=()), 80, 12, 4) is None


def test_names_stand_in_the_order_of_their_ends():
    ends = {"third": 0.97, "first": 1.0, "second": 0.98}
    series = tuple(line(0.0, end, name=name) for name, end in ends.items())
    text = "\n".join(drawn(Plot(series=series)))
    assert text.index("first") < text.index("second") < text.index("third")
