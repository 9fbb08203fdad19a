"""The output of one trial, followed while the trial runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer

from engine.core.model import trial_number
from engine.errors import TunerError
from engine.protocol.messages import LogChunk, ReadLog
from tui_tuner.actions import LOG, bindings
from tui_tuner.screens.page import Page
from tui_tuner.view.glyphs import STATE_ROLES
from tui_tuner.view.line import Line, crop, plain
from tui_tuner.view_state import ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.log_view import LogView

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_POLL_S = 0.5
_PIECE = 65536


class LogScreen(Page):
    """Reads by offset: twice a second while the trial runs, not at all when it does not."""

    CSS_PATH = "log.tcss"
    places = (LOG,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(LOG)
    app: TunerApp

    class Read(Message):
        """A piece of the log arrived."""

        def __init__(self, chunk: LogChunk) -> None:
            self.chunk = chunk
            super().__init__()

    class Failed(Message):
        """The log could not be read."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, trial: str) -> None:
        super().__init__()
        self._trial = trial
        self._chunk: LogChunk | None = None
        self._timer: Timer | None = None
        self._attempts = 0

    def compose(self) -> ComposeResult:
        """A heading, the log, the keys."""
        yield Drawn(self._heading, id="log-heading")
        yield LogView(glyphs=self.app.glyphs, id="log")
        yield Footer(LOG)

    def on_mount(self) -> None:
        """Start to read."""
        self.query_one(LogView).focus()
        self._timer = self.set_interval(_POLL_S, self._read, pause=True)
        self.show(self.app.view)

    def show(self, state: ViewState) -> None:
        """Follow the trial: a new attempt is a new log; an ended one is read to its end."""
        row = state.rows.get(self._trial)
        if row is not None and row.attempts != self._attempts:
            self._attempts = row.attempts
            self._chunk = None
            self._read()
        running = row is not None and row.state == "running"
        if self._timer is not None:
            if running:
                self._timer.resume()
            elif self._chunk is not None and self._chunk.running:
                self._read()
                self._timer.pause()
        self.query_one("#log-heading", Drawn).repaint()

    def action_down(self) -> None:
        """Move down a line."""
        self.query_one(LogView).scroll_rows(1)

    def action_up(self) -> None:
        """Move up a line."""
        self.query_one(LogView).scroll_rows(-1)

    def action_page_down(self) -> None:
        """Move a screenful."""
        self.query_one(LogView).scroll_rows(max(1, self.size.height - 3))

    def action_page_up(self) -> None:
        """Move a screenful back."""
        self.query_one(LogView).scroll_rows(-max(1, self.size.height - 3))

    def action_first(self) -> None:
        """Go to the first line that is held."""
        self.query_one(LogView).scroll_rows(-self.query_one(LogView).count)

    def action_last(self) -> None:
        """Go to the end and follow it."""
        self.query_one(LogView).set_follow(True)
        self.query_one("#log-heading", Drawn).repaint()

    def action_follow(self) -> None:
        """Follow the end, or stop."""
        view = self.query_one(LogView)
        view.set_follow(not view.follow)
        self.query_one("#log-heading", Drawn).repaint()

    def action_back(self) -> None:
        """Go back to the table."""
        self.dismiss(None)

    def on_log_screen_read(self, message: Read) -> None:
        """Show a piece, and read on at once if it was not the last."""
        chunk, view = message.chunk, self.query_one(LogView)
        if self._chunk is None:
            view.reset()
            cut = chunk.text.partition("\n")[2] if chunk.offset > 0 else chunk.text
        else:
            cut = chunk.text
        advanced = self._chunk is None or chunk.next > self._chunk.next
        self._chunk = chunk
        view.append(cut)
        self.query_one("#log-heading", Drawn).repaint()
        if advanced and chunk.next < chunk.size:
            self._read()

    def on_log_screen_failed(self, message: Failed) -> None:
        """Say why there is nothing to read."""
        self.query_one(LogView).note(message.text)

    @work(name="log", group="log", exclusive=True)
    async def _read(self) -> None:
        """Read on from where the last piece ended; the newest attempt's end at first."""
        last = self._chunk
        trial, attempt = trial_number(self._trial), last.attempt if last else None
        offset = last.next if last else -_PIECE
        try:
            chunk: LogChunk = await self.app.link.request(
                ReadLog(id=0, trial=trial, attempt=attempt, offset=offset, limit=_PIECE)
            )
        except TunerError as error:
            self.post_message(self.Failed(str(error)))
        else:
            self.post_message(self.Read(chunk))

    def _heading(self, width: int, height: int) -> list[Line]:
        row = self.app.view.rows.get(self._trial)
        state = row.state if row else ""
        chunk = self._chunk
        attempt = f"   attempt {chunk.attempt}" if chunk else ""
        size = f"   {chunk.size / 1024:.1f} KiB" if chunk else ""
        follow = "   following" if self.query_one(LogView).follow and state == "running" else ""
        glyph = self.app.glyphs.states.get(state, "")
        runs = (
            (f" {self._trial}", "bold"),
            (f"  {glyph} {plain(state)}", STATE_ROLES.get(state, "")),
            (attempt + size, "dim"),
            (follow, "accent"),
        )
        return [crop(runs, width)]
