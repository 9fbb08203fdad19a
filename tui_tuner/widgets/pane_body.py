"""What a tab of the pane says of a trial, scrolled where it does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line, crop
from tui_tuner.view.pane import (
    PaneOptions,
    Scene,
    Series,
    Survey,
    curves_lines,
    history_lines,
    parameters_lines,
    space_lines,
    survey,
)
from tui_tuner.view.table import Window, centred, scroll_bar
from tui_tuner.view_state import FINAL

from .lines import Lines

_WHEEL = 3
_NOTHING = "the trial under the cursor appears here"


class PaneBody(Lines):
    """Draws one tab of the scene it is shown."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._tab = ""
        self._scene: Scene | None = None
        self._series: Series | None = None
        self._options = PaneOptions()
        self._top = 0
        self._surveyed: tuple[object, Survey] | None = None
        self._drawn: tuple[object, list[Line]] | None = None

    def show(
        self, tab: str, scene: Scene | None, series: Series | None, options: PaneOptions
    ) -> None:
        """Show a tab of a trial."""
        name, before = scene and scene.row.id, self._scene and self._scene.row.id
        if tab != self._tab or name != before:
            self._top = 0
        self._tab, self._scene, self._series, self._options = tab, scene, series, options
        self.repaint()

    def scroll_rows(self, rows: int) -> None:
        """Show later lines, or earlier ones."""
        self._top = max(0, self._top + rows)
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the tab."""
        if self._scene is None:
            return centred([_NOTHING], width, height)
        if self._tab == "curves":
            return curves_lines(self._scene, self._series, self._options, (width, height))
        every = self._every(self._scene, width - 1, height)
        window = Window(self._top, height).within(len(every))
        self._top = window.top
        bar = scroll_bar(len(every), window, self._glyphs)
        shown = every[window.top : window.top + height]
        shown += [crop((), width - 1)] * (height - len(shown))
        return [(*line, cell) for line, cell in zip(shown, bar, strict=True)]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show later lines."""
        event.stop()
        self.scroll_rows(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show earlier lines."""
        event.stop()
        self.scroll_rows(-_WHEEL)

    def _every(self, scene: Scene, width: int, height: int) -> list[Line]:
        if self._tab == "parameters":
            return parameters_lines(scene, width)
        if self._tab == "history":
            return history_lines(scene, width)
        return self._space(scene, (width, height))

    def _space(self, scene: Scene, size: tuple[int, int]) -> list[Line]:
        """Work the picture out only when a trial has ended, or this one has another result."""
        state = scene.state
        ended = tuple(state.counts.get(word, 0) for word in FINAL)
        if self._surveyed is None or self._surveyed[0] != ended:
            self._surveyed = ended, survey(state)
        seen = ended, state.best_id, scene.row.id, scene.row.best, size
        if self._drawn is None or self._drawn[0] != seen:
            self._drawn = seen, space_lines(scene, self._surveyed[1], size)
        return list(self._drawn[1])
