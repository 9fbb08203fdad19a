"""What trials say about the parameter under the cursor: a strip chart, or a table of choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, crop, pack, plain
from tui_tuner.view.numbers import ValueFormat
from tui_tuner.view.range_editing import Editing
from tui_tuner.view.range_glyphs import range_glyphs
from tui_tuner.view.range_points import Cloud, Span, gather, objectives, ranked, span_over
from tui_tuner.view.range_tallies import Tally, tallies
from tui_tuner.view.ranges import Parameter
from tui_tuner.view_state import TrialView, ViewState

from .lines import Lines
from .range_chart import Brackets, Chart, Layout, chart_lines, lay_out
from .range_choices import Choices, choice_lines

_MOST_CHOICES = 200


class RangePanel(Lines):
    """Gathers trials once a change of the rows or of the parameter; a bracket moves over cells."""

    def __init__(self, *, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._editing = Editing()
        self._rows: Mapping[str, TrialView] = {}
        self._best: Sequence[TrialView] = ()
        self._metric, self._maximize = "", True
        self._format = ValueFormat()
        self._gathered_for: str | None = None
        self._cloud = Cloud()
        self._tallies: Sequence[Tally] = ()
        self._span: Span | None = None
        self._offered: tuple[object, ...] = ()
        self._laid_out: tuple[Chart, int, int, Layout] | None = None

    @property
    def best(self) -> Sequence[TrialView]:
        """The best trials of those shown, the best first."""
        return self._best

    def take(self, state: ViewState) -> None:
        """Take the trials of another state; `show` paints them."""
        if state.rows is self._rows and self._metric:
            return
        self._rows, self._gathered_for = state.rows, None
        if state.sweep is not None:
            self._metric = plain(state.sweep.metric.name)
            self._maximize = state.sweep.metric.goal != "minimize"
        self._format = state.value_format
        leader = state.rows.get(state.best_id or "")
        alike = leader.overrides if leader is not None else {}
        comparable = (row for row in state.rows.values() if row.overrides == alike)
        self._best = ranked(comparable, self._maximize)

    def show(self, editing: Editing) -> None:
        """Show the parameter under the cursor."""
        self._editing = editing
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw a heading and the picture."""
        parameter = self._editing.parameter
        if parameter is None or height < 4:
            return [crop((), width)] * height
        self._gather(parameter)
        draw = self._chart if parameter.numeric else self._choices
        body = draw(parameter, width, height - 1)
        heading = crop(((" ", ""), *pack(self._facts(parameter), width - 2)), width)
        blank = crop((), width)
        return [heading, *body, *([blank] * height)][:height]

    def _gather(self, parameter: Parameter) -> None:
        offered = self._editing.choices(parameter)[:_MOST_CHOICES]
        if self._gathered_for == parameter.name and offered == self._offered:
            return
        self._gathered_for, self._offered = parameter.name, offered
        rows, name = self._rows.values(), parameter.name
        if parameter.numeric:
            self._cloud = gather(rows, name, self._best)
        else:
            self._tallies = tallies(rows, name, offered, self._best, self._maximize)
            self._span = span_over(objectives(rows), self._maximize)

    def _facts(self, parameter: Parameter) -> list[tuple[int, Line]]:
        better = "higher" if self._maximize else "lower"
        says = f"  by {self._metric}, {better} is better" if self._metric else ""
        facts: list[tuple[int, Line]] = [(9, ((plain(parameter.name), "bold"), (says, "dim")))]
        if parameter.when:
            facts.append((3, ((f"only with {_condition(parameter)}", "dim"),)))
        return [*facts, *self._legend()] if parameter.numeric else facts

    def _legend(self) -> list[tuple[int, Line]]:
        marks, cloud = range_glyphs(self._glyphs), self._cloud
        ended, bad = len(cloud.ended) + len(cloud.best), len(cloud.infeasible)
        left, right = self._laid_out[3].grid.outside if self._laid_out is not None else (0, 0)
        entries = (
            (7, marks.star, "best", len(cloud.best), "best"),
            (6, marks.dots[0], "", ended, "ended"),
            (5, marks.cross, "error", bad, "diverged or out of memory"),
            (4, marks.left, "dim", left, "further left"),
            (4, marks.right, "dim", right, "further right"),
        )
        return [
            (rank, ((glyph, role), (f" {count} {what}", "dim")))
            for rank, glyph, role, count, what in entries
            if count
        ]

    def _chart(self, parameter: Parameter, width: int, height: int) -> list[Line]:
        editing = self._editing
        chart = Chart(cloud=self._cloud, axis=editing.axis(parameter), maximize=self._maximize)
        layout = self._layout(chart, width, height)
        brackets = Brackets(shape=editing.shape(parameter), now=parameter.now, side=editing.side)
        return chart_lines(layout, brackets, width, self._glyphs, self._empty())

    def _layout(self, chart: Chart, width: int, height: int) -> Layout:
        known = self._laid_out
        same = known is not None and known[0].cloud is chart.cloud
        if (
            known is not None
            and same
            and known[0].axis == chart.axis
            and known[1:3] == (width, height)
        ):
            return known[3]
        layout = lay_out(chart, width, height)
        self._laid_out = (chart, width, height, layout)
        return layout

    def _choices(self, parameter: Parameter, width: int, height: int) -> list[Line]:
        choices = Choices(
            tallies=self._tallies,
            wanted=self._editing.shape(parameter),
            now=parameter.now,
            at=self._editing.choice,
            metric="mean, from the worst trial to the best",
            format=self._format,
            span=self._span,
            maximize=self._maximize,
        )
        return choice_lines(choices, width, height, self._glyphs)

    def _empty(self) -> str:
        if not self._rows:
            return "no trials yet: each will be a dot here once it has ended"
        return f"no trial has ended yet: each will be a dot here, by its best {self._metric}"


def _condition(parameter: Parameter) -> str:
    parts = (
        f"{plain(name)} = {' or '.join(plain(str(v)) for v in values)}"
        for name, values in parameter.when.items()
    )
    return " and ".join(parts)
