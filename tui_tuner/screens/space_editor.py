"""The range editor: every parameter's range, the trials over it, and what an edit would mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer

from tui_tuner.actions import RANGES, bindings, works_in
from tui_tuner.keys.editor import TYPED
from tui_tuner.screens.space_keys import SpaceKeys
from tui_tuner.view.line import Line, Run, crop, pack, plain
from tui_tuner.view.range_editing import Editing
from tui_tuner.view.range_preview import Seen, preview_lines
from tui_tuner.view.range_strip import strip
from tui_tuner.view.ranges import Parameter
from tui_tuner.view_state import TrialView, ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.range_entry import RangeEntry
from tui_tuner.widgets.range_panel import RangePanel
from tui_tuner.widgets.range_table import STRIP, RangeTable

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_KEY_NAMES = {".": "full_stop", "-": "minus"}
_LEAST_PANEL = 12
_REST_S = 0.05
_ROWS_A_SECOND = 10_000
"""How many trials are gathered in a second at most: a twentieth of a core."""


class SpaceEditor(SpaceKeys):
    """Edits are only held here until Enter; the sweep goes on, and shows, meanwhile."""

    CSS_PATH = "space_editor.tcss"
    places = (RANGES,)
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(RANGES),
        *(
            Binding(_KEY_NAMES.get(char, char), f"range_type({char!r})", show=False, priority=True)
            for char in TYPED
        ),
    ]
    app: TunerApp
    _behind = False
    _resting: Timer | None = None
    _strips: Mapping[str, Line] = {}
    _strips_for: tuple[Sequence[TrialView], Sequence[Parameter]] = (), ()

    def __init__(self, parameter: str = "") -> None:
        super().__init__()
        self._first = parameter

    def compose(self) -> ComposeResult:
        """From the top: the sweep, its parameters, the chosen one's trials, what it would mean."""
        glyphs = self.app.glyphs
        yield Drawn(self._title, id="space-title")
        yield RangeTable(glyphs=glyphs, id="range-table")
        yield RangePanel(glyphs=glyphs, id="range-panel")
        with Vertical(id="range-bottom"):
            yield Drawn(self._preview, id="range-preview")
            yield RangeEntry(id="range-entry")
            yield MessageLine(id="message")
        yield Footer(RANGES)

    def on_mount(self) -> None:
        """Show what is known, and ask for the space."""
        self.show(self.app.view)
        self.load()

    def on_resize(self) -> None:
        """Share the lines out between parameters and picture."""
        self._share_out()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave to a line that is being written the keys that write it."""
        if action == "range_leave":
            return True
        entries = self.query(RangeEntry)
        if not entries or entries.first().is_open:
            return not action.startswith("range_")
        return works_in(action, RANGES)

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep: new trials are dots, another version is loaded."""
        self.follow(state)
        self._behind = True
        if self._resting is None:
            self._catch_up()

    def _catch_up(self) -> None:
        """Gather the trials anew; the more there are, the longer it rests before the next time."""
        self._resting = None
        if not self._behind or not self.app.is_running:
            return
        self._behind = False
        rows = self.app.view.rows
        self._resting = self.set_timer(max(_REST_S, len(rows) / _ROWS_A_SECOND), self._catch_up)
        self.query_one(RangePanel).take(self.app.view)
        self.show_editing(self.editing)

    def show_editing(self, editing: Editing) -> None:
        """Show another editing; only what differs is painted."""
        self.editing = editing
        panel = self.query_one(RangePanel)
        strips = self._strips_of(panel.best, editing.parameters)
        self.query_one(RangeTable).show(editing, self.version, strips)
        panel.show(editing)
        self._drawn("space-title").repaint()
        self.show_seen(self.seen)
        self.query_one(Footer).show(RANGES, self.footer_labels())

    def show_seen(self, seen: Seen) -> None:
        """Show what the engine says of the edits."""
        self.seen = seen
        self._drawn("range-preview").repaint()

    def show_loaded(self) -> None:
        """Make room for a space that has just come; begin with the parameter asked for."""
        names = [parameter.name for parameter in self.editing.parameters]
        if self._first in names:
            self.editing = self.editing.moved(names.index(self._first) - self.editing.selected)
        self._first = ""
        self._share_out()
        self.show_editing(self.editing)

    @on(RangeEntry.Done)
    def _written(self, message: RangeEntry.Done) -> None:
        message.stop()
        self.written(message.purpose, message.text)

    @on(RangeEntry.Typed)
    def _typed(self, message: RangeEntry.Typed) -> None:
        message.stop()
        if not isinstance(message, RangeEntry.Done):
            self.typing(message.purpose, message.text)

    def _strips_of(
        self, best: Sequence[TrialView], parameters: Sequence[Parameter]
    ) -> Mapping[str, Line]:
        """Draw where the best trials lie, once a change of them or of the space."""
        if self._strips_for[0] is not best or self._strips_for[1] is not parameters:
            self._strips_for = best, parameters
            glyphs = self.app.glyphs
            self._strips = {p.name: strip(p, best, STRIP, glyphs) for p in parameters}
        return self._strips

    def _share_out(self) -> None:
        count = len(self.editing.parameters)
        most = max(3, min(self.size.height * 2 // 5, self.size.height - _LEAST_PANEL - 7))
        self.query_one(RangeTable).styles.height = 1 + max(1, min(count, most))

    def _title(self, width: int, height: int) -> list[Line]:
        sweep = self.app.view.sweep
        name = plain(sweep.name or self.app.title, 60) if sweep is not None else ""
        edited = sum(map(self.editing.is_edited, self.editing.parameters))
        state: Run = (f"{edited} edited", "accent") if edited else ("", "")
        changed = sum(p.changed for p in self.editing.parameters)
        mark = self.app.glyphs.mark
        parts: list[tuple[int, Line]] = [
            (9, ((name, "bold"),)),
            (8, (("ranges", ""),)),
            (7, ((f"space v{self.version}", "dim"),)),
            (5, (state,) if edited else ()),
            (4, ((mark, "warning"), (f" {changed} changed since v1", "dim")) if changed else ()),
            (6, ((plain(self.trouble, 200), "error"),) if self.trouble else ()),
        ]
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]

    def _preview(self, width: int, height: int) -> list[Line]:
        return preview_lines(self.editing, self.seen, self.version, width, self.app.glyphs)

    def _drawn(self, name: str) -> Drawn:
        return self.query_one(f"#{name}", Drawn)
