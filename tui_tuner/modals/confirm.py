"""The one question before every act: what will happen, to how many, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.core.acts import Act
from engine.errors import TunerError
from engine.protocol.messages import ActResult
from tui_tuner.keymap import key_of
from tui_tuner.modals.keys import shared
from tui_tuner.questions import Question, Way
from tui_tuner.view.effects import summary_lines, trial_lines
from tui_tuner.view.line import Line, crop, plain, wrap
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_FRAME = 4
"""Lines that the border and the keys take."""

TYPED_S = 0.1
"""How long typing must rest before the engine is asked again."""


class Confirmed(Struct, frozen=True):
    """The act that was chosen, and why."""

    act: Act
    why: str


class ConfirmScreen(ModalScreen[Confirmed | None]):
    """Enter does it, Esc leaves it; up and down pick one of several ways.

    The engine is asked what the act would do, again whenever another way is picked or a number is
    typed, and the newest answer counts. What it refuses cannot be confirmed.
    """

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        shared("back", "leave"),
        Binding("up", "pick(-1)", "other", show=False, priority=True),
        Binding("down", "pick(1)", "other", show=False, priority=True),
        Binding("pagedown", "page(1)", "more", show=False, priority=True),
        Binding("pageup", "page(-1)", "back", show=False, priority=True),
    ]
    AUTO_FOCUS = None
    app: TunerApp

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._picked = 0
        self._act: Act | None = None
        self._result: ActResult | None = None
        self._error = ""
        self._fresh = False
        self._hurried = False
        self._timer: Timer | None = None
        self._overflows = False
        self._typed_in = False

    def compose(self) -> ComposeResult:
        """The ways, what is typed, what would happen, a line for why, and the keys."""
        with Vertical(id="question"):
            yield Drawn(self._ways, id="ways")
            with Horizontal(id="field-row"):
                yield Static(id="field-label", markup=False)
                yield _entry("field")
                yield Static(id="field-hint", markup=False)
            yield Scrolled(self._trials, glyphs=self.app.glyphs, id="effects")
            yield Drawn(self._summary, id="summary")
            with Horizontal(id="why-row"):
                yield Static(Content("why  "), id="why-label", markup=False)
                yield _entry("why")
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#why-row").display = self._question.asks_why
        self.query_one("#ways").display = len(self._question.ways) > 1
        self._take_way()

    def on_resize(self) -> None:
        """Leave to the effects the room that the rest does not need."""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Keep what was typed before the lines to type in were there."""
        if self.focused is None and event.is_printable and event.character:
            self._first_entry.insert_text_at_cursor(event.character)

    def action_leave(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    def action_pick(self, by: int) -> None:
        """Pick another way; where there is but one, change its number."""
        field = self._way.field
        if len(self._question.ways) > 1:
            self._picked = (self._picked + by) % len(self._question.ways)
            self._take_way()
        elif field is not None and field.number and self._typed.strip().isdigit():
            self._entry.value = str(max(1, int(self._typed) - by))

    def action_page(self, direction: int) -> None:
        """Show the trials further down, or back up."""
        self.query_one(Scrolled).page(direction)

    @on(Input.Changed, "#field")
    def _type(self, event: Input.Changed) -> None:
        event.stop()
        if self._way.field is not None:
            self._typed_in = True
            self._ask_again(TYPED_S)

    @on(Input.Submitted)
    def _do(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._fresh:
            self._hurried = self._result is not None
            self._ask_again(0.0)
        elif self._act is not None and self._does_something:
            self.dismiss(Confirmed(self._act, self.query_one("#why", Input).value.strip()))

    @property
    def _way(self) -> Way:
        return self._question.ways[self._picked]

    @property
    def _entry(self) -> Input:
        return self.query_one("#field", Input)

    @property
    def _first_entry(self) -> Input:
        takes_text = self._way.field is not None or not self._question.asks_why
        return self.query_one("#field" if takes_text else "#why", Input)

    @property
    def _typed(self) -> str:
        return self._entry.value if self._way.field is not None else ""

    @property
    def _does_something(self) -> bool:
        result, on_trials = self._result, isinstance(getattr(self._act, "trials", None), tuple)
        return result is not None and (bool(result.done) or not on_trials)

    def _take_way(self) -> None:
        """Show the line that this way needs, and ask what it would do."""
        field = self._way.field
        self.query_one("#field-row").display = field is not None
        if field is not None:
            self.query_one("#field-label", Static).update(Content(f"{field.label}  "))
            self.query_one("#field-hint", Static).update(Content(f"  {field.hint}"))
            with self.prevent(Input.Changed):
                self._entry.value = field.value
        self.set_focus(self._first_entry)
        if field is not None and field.number:
            self._entry.select_all()
        self._result = None
        self._typed_in = False
        self._ask_again(0.0)

    def _ask_again(self, after_s: float) -> None:
        self._fresh = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if after_s:
            self._timer = self.set_timer(after_s, self._preview)
        else:
            self._preview()
        self._show()

    @work(name="preview", group="preview", exclusive=True)
    async def _preview(self) -> None:
        """Ask the engine; a newer question takes the place of an older one."""
        try:
            act = self._way.make(self._typed)
            result = await self.app.steering.preview(act)
        except (ValueError, TunerError) as error:
            self._settle(None, None, str(error))
        else:
            self._settle(act, result, "")

    def _settle(self, act: Act | None, result: ActResult | None, error: str) -> None:
        self._act, self._result, self._error, self._fresh = act, result, error, True
        hurried, self._hurried = self._hurried, False
        self._show()
        if hurried and act is not None and self._does_something:
            self.dismiss(Confirmed(act, self.query_one("#why", Input).value.strip()))

    def _show(self) -> None:
        if not self.is_mounted or not self.query("#effects"):
            return
        self.query_one("#question").border_title = Content(self._title)
        self._fit()
        self.query_one("#keys", Static).update(Content(self._keys))
        self.query_one("#ways", Drawn).repaint()
        self.query_one(Scrolled).repaint()
        self.query_one("#summary", Drawn).repaint()

    @property
    def _takes_why(self) -> bool:
        """Whether there is anything to give a reason for, as far as is known."""
        return self._question.asks_why and (not self._fresh or self._does_something)

    def _fit(self) -> None:
        """Let the trials take as many lines as they need and the rest leaves."""
        self.query_one("#why-row").display = self._takes_why
        if self._takes_why and self.focused is None:
            self.set_focus(self._first_entry)
        ways, trials, summary = (self.query_one(f"#{id}") for id in ("ways", "effects", "summary"))
        count = len(self._question.ways)
        width = ways.parent.content_size.width if isinstance(ways.parent, Widget) else 0
        needed = len(self._trials(max(1, width - 2)))
        ways.styles.height = count
        summary.styles.height = len(self._summary(max(1, width), 0))
        trials.display = needed > 0
        rest = _FRAME + (count + 1) * (count > 1) + 2 * (self._way.field is not None)
        rest += 2 * self._takes_why + len(self._summary(max(1, width), 0)) + 1
        room = max(1, self.size.height - rest)
        trials.styles.height = max(1, min(needed, room))
        self._overflows = needed > room

    @property
    def _title(self) -> str:
        if self._result is None or not self._fresh:
            return plain(self._question.verb, 60)
        if not self._does_something:
            return plain(f"{self._question.verb}: nothing to do", 60)
        return plain(self._way.title(len(self._result.done), self._typed), 60)

    @property
    def _keys(self) -> str:
        words = []
        if len(self._question.ways) > 1:
            words.append("Up/Down choose" if self.app.glyphs.ascii else "↑↓ choose")
        if self._overflows:
            words.append("PgDn more")
        if self._result is not None and self._does_something:
            words.append("Enter do it")
        return "   ".join([*words, f"{key_of('back')} leave it"])

    def _ways(self, width: int, height: int) -> list[Line]:
        return [
            crop(
                (
                    ("(x) " if picked else "( ) ", "accent" if picked else "dim"),
                    (way.label, "" if picked else "dim"),
                ),
                width,
            )
            for n, way in enumerate(self._question.ways)
            for picked in [n == self._picked]
        ]

    def _trials(self, width: int) -> list[Line]:
        if self._result is None:
            return []
        return trial_lines(self._result, self.app.view, self.app.glyphs, width)

    def _summary(self, width: int, height: int) -> list[Line]:
        if self._error:
            waits = self._way.field is not None and not self._typed_in
            texts = wrap(plain(self._error, 1000), width, 8)
            return [crop(((text, "dim" if waits else "error"),), width) for text in texts]
        if self._result is None:
            return [crop((("asking the engine what this would do", "dim"),), width)]
        return summary_lines(self._result, self.app.view, width)


def _entry(id: str) -> Input:
    entry = Input(id=id, select_on_focus=False)
    entry.cursor_blink = False
    return entry
