"""The devices in full: how each was used, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from engine.core.views import DeviceView
from tui_tuner.actions import DEVICES, bindings
from tui_tuner.keymap import key_of
from tui_tuner.screens.saying import Saying
from tui_tuner.view.device_screen import at_rest, device_plots, device_rows
from tui_tuner.view.line import Line, crop, fit, pack, plain
from tui_tuner.view_state import ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_EVERYTHING = 1_000_000
_LOWEST, _HIGHEST = 5, 16
"""Lines that the plots take, where there is room for any."""


class DevicesScreen(Saying):
    """Plots of the device that the cursor is on, or on whose trial; below, who uses what.

    `open_trial` shows a trial, from which one comes back here.
    """

    CSS_PATH = "devices.tcss"
    places = (DEVICES,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEVICES)
    app: TunerApp

    def __init__(self, open_trial: Callable[[str], object]) -> None:
        super().__init__()
        self._open_trial = open_trial

    def compose(self) -> ComposeResult:
        """A heading, the plots, the devices with their trials, the keys."""
        yield Drawn(self._heading, id="devices-heading")
        yield Drawn(self._plots, id="device-plots")
        yield Rows(
            self._rows,
            empty=lambda: at_rest(self.app.view),
            glyphs=self.app.glyphs,
            id="device-list",
        )
        yield MessageLine(id="message")
        yield Footer(DEVICES)

    def on_mount(self) -> None:
        """Show what is known."""
        self._list.focus()
        self.show(self.app.view)

    def on_resize(self) -> None:
        """Give the plots a third of the height, or nothing."""
        self._make_room()

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        self._make_room()
        self._list.repaint()
        self.query_one("#device-plots", Drawn).repaint()
        self.query_one("#devices-heading", Drawn).repaint()
        self._show_keys()

    def action_down(self) -> None:
        """Go to the next device or trial."""
        self._list.move(1)

    def action_up(self) -> None:
        """Go to the one before."""
        self._list.move(-1)

    def action_first(self) -> None:
        """Go to the first."""
        self._list.move(-_EVERYTHING)

    def action_last(self) -> None:
        """Go to the last."""
        self._list.move(_EVERYTHING)

    def action_page_down(self) -> None:
        """Move a screenful."""
        self._list.page(1)

    def action_page_up(self) -> None:
        """Move a screenful back."""
        self._list.page(-1)

    @on(Rows.Chosen)
    def action_device_trial(self) -> None:
        """Open the trial that the cursor is on."""
        _, _, trial = self._list.cursor.partition("/")
        if trial:
            self._open_trial(trial)
        elif self._list.cursor:
            key = key_of("device_trial")
            self.say(f"this is a device: go down to one of its trials, {key} opens that")

    def action_back(self) -> None:
        """Go back to the trials."""
        self.dismiss(None)

    @on(Rows.Moved)
    def _another_row(self) -> None:
        self.query_one("#device-plots", Drawn).repaint()
        self._show_keys()

    @property
    def _list(self) -> Rows:
        return self.query_one(Rows)

    @property
    def _current(self) -> DeviceView | None:
        """The device that the cursor is on, or on whose trial."""
        devices = self.app.view.sweep.devices if self.app.view.sweep is not None else []
        chosen = self._list.cursor.partition("/")[0]
        return next((d for d in devices if d.id == chosen), devices[0] if devices else None)

    def _show_keys(self) -> None:
        on_trial = "/" in self._list.cursor
        self.query_one(Footer).show(DEVICES, {} if on_trial else {"device_trial": ""})

    def _make_room(self) -> None:
        plots = self.query_one("#device-plots", Drawn)
        room = min(_HIGHEST, self.size.height // 3)
        plots.display = room >= _LOWEST and self._current is not None
        plots.styles.height = max(1, room)

    def _plots(self, width: int, height: int) -> list[Line]:
        device = self._current
        if device is None:
            return []
        return device_plots(self.app.view, device, width, height, self.app.glyphs)

    def _rows(self, width: int) -> tuple[Line, list[Row]]:
        return device_rows(self.app.view, width, self.app.glyphs)

    def _heading(self, width: int, height: int) -> list[Line]:
        state = self.app.view
        name = plain(state.sweep.name if state.sweep else self.app.title, 40)
        parts: list[tuple[int, Line]] = [
            (3, ((fit(name, max(8, width // 4)).rstrip(), "bold"), ("  devices", ""))),
        ]
        if state.sweep is not None:
            busy = f"{state.counts.get('running', 0)} of {state.sweep.slots} slots busy"
            parts.append((2, ((busy, "dim"),)))
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]
