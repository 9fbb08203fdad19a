"""The devices in full: how each was used, and by whom; GPUs are taken and given back here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from engine.core.acts import UseGpus
from engine.core.views import DeviceView
from tui_tuner import device_questions
from tui_tuner.actions import DEVICES, bindings
from tui_tuner.keymap import key_of
from tui_tuner.modals.confirm import Confirmed
from tui_tuner.questions import Question
from tui_tuner.screens.acting import Acting
from tui_tuner.screens.device_history import DeviceHistory
from tui_tuner.screens.device_labels import device_labels
from tui_tuner.view.device_facts import FACTS, device_facts
from tui_tuner.view.device_plots import HOUR_S, DeviceLook, device_plots
from tui_tuner.view.device_rows import at_rest, device_rows
from tui_tuner.view.device_words import is_gpu
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


class DevicesScreen(Acting):
    """Plots of the device that the cursor is on, or on whose trial; below, who uses what.

    `open_trial` shows a trial, from which one comes back here. Capitals act on the trial under
    the cursor, or on the marked GPUs, else the one under the cursor. It begins with `look`, and
    tells `leave` how it was left.
    """

    CSS_PATH = "devices.tcss"
    places = (DEVICES,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEVICES)
    app: TunerApp

    def __init__(
        self,
        open_trial: Callable[[str], object],
        look: DeviceLook,
        leave: Callable[[DeviceLook], object],
    ) -> None:
        super().__init__()
        self._open_trial = open_trial
        self._marks: frozenset[str] = frozenset()
        self._look = look
        self._leave = leave
        self._came = 0.0
        self._history = DeviceHistory(self)

    def compose(self) -> ComposeResult:
        """A heading, the plots, what is known of it, the devices with their trials, the keys."""
        yield Drawn(self._heading, id="devices-heading")
        yield Drawn(self._plots, id="device-plots")
        yield Drawn(self._facts, id="device-facts")
        yield Rows(
            self._rows,
            empty=lambda: at_rest(self.app.view),
            glyphs=self.app.glyphs,
            cursor=self._look.row,
            id="device-list",
        )
        yield MessageLine(id="message")
        yield Footer(DEVICES)

    def on_mount(self) -> None:
        """Show what is known."""
        self._came = self.app.moment
        self._list.focus()
        self.show(self.app.view)

    def on_resize(self) -> None:
        """Give the plots a third of the height, or nothing."""
        self._make_room()

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        self._make_room()
        self._list.repaint()
        for name in ("device-plots", "device-facts", "devices-heading"):
            self.query_one(f"#{name}", Drawn).repaint()
        self.show_surroundings()

    def show_surroundings(self) -> None:
        """Call the keys what they would do now."""
        self.query_one(Footer).show(DEVICES, self.footer_labels())

    @property
    def targets(self) -> list[str]:
        """The trial under the cursor, if it is on one."""
        _, _, trial = self._list.cursor.partition("/")
        return [trial] if trial else []

    @property
    def gpus(self) -> list[str]:
        """The marked GPUs, else the one that the cursor is on, or on whose trial."""
        marked = [device.id for device in self._devices if device.id in self._marks]
        current = self._current
        one = [current.id] if current is not None and is_gpu(current) else []
        return marked or one

    def footer_labels(self) -> dict[str, str]:
        """Call the keys what they would do to the trial or the GPUs; an empty label hides one."""
        chosen = [device for device in self._devices if device.id in self.gpus]
        labels = device_labels(chosen, len(self._marks), read_only=self.app.read_only)
        if not self.targets:
            labels |= dict.fromkeys(("device_trial", "prune", "pause"), "")
        return {**super().footer_labels(), **labels}

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
        if self.targets:
            self._open_trial(self.targets[0])
        elif self._list.cursor:
            key = key_of("device_trial")
            self.say(f"this is a device: go down to one of its trials, {key} opens that")

    def action_device_mark(self) -> None:
        """Mark the GPU, or unmark it."""
        current = self._current
        if current is not None and is_gpu(current):
            self._mark(self._marks ^ {current.id})

    def action_device_plot(self) -> None:
        """Put the next of the plots first."""
        self._look_so(replace(self._look, first=self._look.first + 1))

    def action_device_span(self) -> None:
        """Plot the last hour, or the whole of the sweep."""
        self._look_so(replace(self._look, whole=not self._look.whole))
        self.say("the plots show " + ("the whole sweep" if self._look.whole else "the last hour"))

    def action_exclude(self) -> None:
        """Take GPUs from the sweep."""
        self._ask_of_gpus(device_questions.to_exclude)

    def action_include(self) -> None:
        """Let the sweep use GPUs again."""
        self._ask_of_gpus(device_questions.to_include)

    def action_quarantine(self) -> None:
        """Close GPUs that are broken."""
        self._ask_of_gpus(device_questions.to_quarantine)

    def answered(self, answer: Confirmed | None) -> None:
        """Do what was confirmed; what it was done to is marked no more."""
        if answer is not None and isinstance(answer.act, UseGpus):
            self._mark(frozenset())
        super().answered(answer)

    def action_back(self) -> None:
        """Take the marks off, then go back to the trials."""
        if self._marks:
            self._mark(frozenset())
        else:
            self._leave(replace(self._look, row=self._list.cursor))
            self.dismiss(None)

    @on(Rows.Moved)
    def _another_row(self) -> None:
        for name in ("device-plots", "device-facts"):
            self.query_one(f"#{name}", Drawn).repaint()
        self.show_surroundings()

    @on(DeviceHistory.Arrived)
    def _history_came(self) -> None:
        self.query_one("#device-plots", Drawn).repaint()

    def _ask_of_gpus(self, build: Callable[[ViewState, Sequence[str]], Question]) -> None:
        gpus = self.gpus
        if gpus:
            self.ask(lambda: build(self.app.view, gpus))
        else:
            self.say("this is no GPU: its trials run on slots, which W sets")

    def _look_so(self, look: DeviceLook) -> None:
        self._look = look
        self.query_one("#device-plots", Drawn).repaint()

    def _mark(self, marks: frozenset[str]) -> None:
        self._marks = marks
        self._list.repaint()
        self.query_one("#devices-heading", Drawn).repaint()
        self.show_surroundings()

    @property
    def _list(self) -> Rows:
        return self.query_one(Rows)

    @property
    def _devices(self) -> Sequence[DeviceView]:
        return self.app.view.sweep.devices if self.app.view.sweep is not None else ()

    @property
    def _current(self) -> DeviceView | None:
        """The device that the cursor is on, or on whose trial."""
        chosen = self._list.cursor.partition("/")[0]
        found = next((d for d in self._devices if d.id == chosen), None)
        return found or next(iter(self._devices), None)

    def _make_room(self) -> None:
        plots, facts = (self.query_one(f"#device-{name}", Drawn) for name in ("plots", "facts"))
        room = min(_HIGHEST, self.size.height // 3)
        facts.display = self._current is not None
        facts.styles.height = FACTS
        plots.display = room >= _LOWEST and self._current is not None
        plots.styles.height = max(1, room)

    def _plots(self, width: int, height: int) -> list[Line]:
        device = self._current
        if device is None:
            return []
        look = self._look
        if is_gpu(device) or device.per_core:
            since = 0.0 if look.whole else self._came - HOUR_S
            wish = (device.id, since, self.app.view.snapshots)
            look = replace(look, before=self._history.of(wish))
        return device_plots(self.app.view, device, look, (width, height), self.app.glyphs)

    def _facts(self, width: int, height: int) -> list[Line]:
        device = self._current
        return device_facts(device, width, self.app.glyphs) if device is not None else []

    def _rows(self, width: int) -> tuple[Line, list[Row]]:
        return device_rows(self.app.view, width, self.app.glyphs, self._marks)

    def _heading(self, width: int, height: int) -> list[Line]:
        state = self.app.view
        name = plain(state.sweep.name if state.sweep else self.app.title, 40)
        parts: list[tuple[int, Line]] = [
            (3, ((fit(name, max(8, width // 4)).rstrip(), "bold"), ("  devices", ""))),
        ]
        if state.sweep is not None:
            busy = f"{state.counts.get('running', 0)} of {state.sweep.slots} slots busy"
            parts.append((2, ((busy, "dim"),)))
        if self._marks:
            parts.append((1, ((f"{len(self._marks)} marked", "mark"),)))
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]
