"""What is painted and told only where somebody sees it, and is there at once where they do."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult

from tui_tuner.screens.page import Page
from tui_tuner.theme import themes
from tui_tuner.view.line import Line
from tui_tuner.widgets.lines import Lines


async def test_a_covered_page_is_told_nothing_and_catches_up_when_it_is_seen_again(tui, source):
    async with tui(source) as t:
        t.table.move_to(t.app.view.position("t0001"))
        await t.press("enter")
        await t.until(lambda: len(t.app.in_view) == 1 and t.app.in_view[0].place == "trial")
        before = t.table.current
        source.report(1, 3, 0.99)
        await t.until(lambda: t.app.view.rows["t0001"].value == 0.99)
        await t.sees("0.9900")
        assert t.table.current is before
        await t.press("escape")
        await t.until(lambda: t.table.current is t.app.view.rows["t0001"])
        await t.sees("0.9900")


async def test_a_page_under_a_question_follows_the_sweep(tui, source):
    async with tui(source) as t:
        await t.press("question_mark")
        await t.until(lambda: not isinstance(t.app.screen, Page))
        source.report(1, 3, 0.99)
        await t.until(lambda: t.table._state is t.app.view and t.app.view.seq == source.seq)
        assert t.app.in_view == [t.app.screen_stack[1]]


class Greeting(Lines):
    """Remembers what was painted, and how often it was asked to write."""

    written = 0

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[str] = []

    def lines(self, width: int, height: int) -> Sequence[Line]:
        self.written += 1
        return [(("hello".ljust(width), ""),)] * height

    def render_line(self, y):
        strip = super().render_line(y)
        self.painted.append(strip.text)
        return strip


class Greeter(App[None]):
    """Nothing but the greeting."""

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(themes("truecolor")[0])
        self.theme = "dark"

    def compose(self) -> ComposeResult:
        yield Greeting()


async def test_lines_are_there_as_a_widget_is_first_painted_and_written_once_for_a_size():
    app = Greeter()
    async with app.run_test(size=(20, 4)) as pilot:
        greeting = app.query_one(Greeting)
        await pilot.pause()
        assert greeting.written == 1
        await pilot.resize_terminal(30, 6)
        await pilot.pause()
        assert greeting.written == 2
        assert {line.strip() for line in greeting.painted} == {"hello"}
        assert len(greeting.painted[-1]) == 30
