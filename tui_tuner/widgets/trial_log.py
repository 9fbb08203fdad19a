"""The output of one attempt: read by offset from either end, followed while the trial runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual import work
from textual.message import Message
from textual.timer import Timer

from engine.core.model import trial_number
from engine.errors import TunerError
from engine.protocol.messages import LogChunk, ReadLog
from tui_tuner.view.log_text import PIECE, Piece
from tui_tuner.view_state import TrialView

from .log_view import LogView

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_POLL_S = 0.5

Where = Literal["anew", "later", "earlier"]


class TrialLog(LogView):
    """Reads twice a second while the trial runs and it is told to show it; else as one scrolls."""

    app: TunerApp

    class Changed(Message):
        """More of the log is known."""

    class Read(Message):
        """A piece of the log arrived."""

        def __init__(self, chunk: LogChunk, where: Where) -> None:
            self.chunk = chunk
            self.where = where
            super().__init__()

    class Failed(Message):
        """The log could not be read."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    trial: str | None = None
    attempt: int | None = None
    """The attempt shown; the newest one where None was asked for."""
    size_bytes = 0
    _wanted: int | None = None
    _runs = False
    _asking = False
    _seeking = 0
    _timer: Timer | None = None

    @property
    def whole(self) -> bool:
        """Whether all of the log is held."""
        return self._text.begin == 0 and self._text.end >= self.size_bytes

    def show(self, row: TrialView | None, attempt: int | None = None) -> None:
        """Show an attempt's output (None: the newest's); follow it while it runs."""
        if row is None:
            self.rest()
            return
        newest = max((a.n for a in row.attempt_list), default=row.attempts)
        n = attempt or newest
        if (row.id, n) != (self.trial, self._wanted):
            self.trial, self._wanted, self.attempt, self.follow = row.id, n, n or None, True
            self.size_bytes = 0
            self.reset()
            self._ask(-PIECE, PIECE, "anew")
        self._set_pace(row.state == "running" and n == newest)

    def rest(self) -> None:
        """Read no more until something is shown again."""
        if self._timer is not None:
            self._timer.pause()
        self.trial, self._wanted = None, None

    def to_begin(self) -> None:
        """Go to the very first line."""
        self.follow = False
        if self._text.begin == 0:
            self._repaint_at(0)
        else:
            self._ask(0, PIECE, "anew")

    def to_end(self) -> None:
        """Go to the very last line and follow."""
        self.set_follow(True)
        if self._text.end + PIECE < self.size_bytes:
            self._ask(-PIECE, PIECE, "anew")
        else:
            self.want_later()

    def seek(self, step: int) -> None:
        """Go to the next place of what is looked for, reading on where none is held."""
        self._seeking = 0
        if self._search is None or self.to_match(step):
            return
        more = self._text.end < self.size_bytes if step > 0 else self._text.begin > 0
        if more:
            self._seeking = step
            self.want_later() if step > 0 else self.want_earlier()
        elif self.whole:
            self.wrap_match(step)

    def want_earlier(self) -> None:
        """Read the piece before what is held."""
        begin = self._text.begin
        if begin > 0 and not self._asking:
            start = max(0, begin - PIECE)
            self._ask(start, begin - start, "earlier")

    def want_later(self) -> None:
        """Read the piece behind what is held."""
        if self._text.end < self.size_bytes and not self._asking:
            self._ask(self._text.end, PIECE, "later")

    def on_trial_log_read(self, message: Read) -> None:
        """Show a piece, and read on while the end is followed or something is looked for."""
        message.stop()
        self._asking = False
        chunk = message.chunk
        if self.trial is None or chunk.attempt != (self.attempt or chunk.attempt):
            return
        self.attempt, self.size_bytes = chunk.attempt, max(chunk.size, chunk.next)
        piece = Piece(chunk.offset, chunk.next, chunk.text)
        if message.where == "earlier":
            self.prepend(piece)
        else:
            if message.where == "anew":
                self.reset()
            self.append(piece)
        if self._seeking:
            self.seek(self._seeking)
        elif self.follow and chunk.next > chunk.offset:
            self.want_later()
        self.post_message(self.Changed())

    def on_trial_log_failed(self, message: Failed) -> None:
        """Say why there is nothing to read."""
        message.stop()
        self._asking, self._seeking = False, 0
        self.note(message.text)

    def _set_pace(self, runs: bool) -> None:
        if self._timer is None:
            self._timer = self.set_interval(_POLL_S, self._poll, pause=True)
        if runs:
            self._timer.resume()
        else:
            self._timer.pause()
            if self._runs:
                self._poll()
        self._runs = runs

    def _poll(self) -> None:
        """Look for more at the end, unless that would cost lines someone reads."""
        at_end = self._text.end >= self.size_bytes
        if not self._asking and at_end and (self.follow or not self._text.full):
            self._ask(self._text.end, PIECE, "later")

    def _ask(self, offset: int, limit: int, where: Where) -> None:
        if self.trial is not None:
            self._asking = True
            self._read(self.trial, self._wanted or None, offset, limit, where)

    @work(name="log", group="log", exclusive=True)
    async def _read(
        self, trial: str, attempt: int | None, offset: int, limit: int, where: Where
    ) -> None:
        request = ReadLog(
            id=0, trial=trial_number(trial), attempt=attempt, offset=offset, limit=limit
        )
        try:
            chunk: LogChunk = await self.app.link.request(request)
        except TunerError as error:
            self.post_message(self.Failed(str(error)))
        else:
            self.post_message(self.Read(chunk, where))
