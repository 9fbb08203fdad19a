"""The form for a trial that a person writes: a clone with some values changed, or a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer

from engine.core.acts import Act, Add, Clone
from engine.core.model import trial_number
from engine.core.views import TrialView
from engine.errors import TunerError
from engine.protocol.messages import GetSpace, Space
from tui_tuner.keymap import key_of
from tui_tuner.modals.confirm import Confirmed
from tui_tuner.modals.keys import shared
from tui_tuner.view.change import Form, form_of
from tui_tuner.view.change_lines import form_lines
from tui_tuner.view.line import Line, crop, plain, wrap
from tui_tuner.view.ranges import read_parameters
from tui_tuner.widgets.lines import Drawn

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

RESTED_S = 0.1
"""How long typing must rest before the engine is asked what the trial would be."""
_SAID = 3
_AROUND = 9
"""Lines of the box that are not parameters."""


class ChangeScreen(ModalScreen[Confirmed | None]):
    """Gives the act and the reason, to be done by who asked; None where it was left.

    The engine's dry run has the last word: what it refuses cannot be confirmed.
    """

    CSS_PATH = "change.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        shared("back", "leave"),
        Binding("enter", "do", "do it", show=False, priority=True),
        Binding("up,shift+tab", "move(-1)", "up", show=False, priority=True),
        Binding("down,tab", "move(1)", "down", show=False, priority=True),
        Binding("left", "cycle(-1)", "other", show=False, priority=True),
        Binding("right", "cycle(1)", "other", show=False, priority=True),
        Binding("backspace,ctrl+h", "erase", "erase", show=False, priority=True),
        Binding("ctrl+u,delete", "reset", "as it was", show=False, priority=True),
    ]
    app: TunerApp

    def __init__(self, source: TrialView | None, *, origin: str | None) -> None:
        super().__init__()
        self._source = source
        self._origin = origin
        self._form = Form()
        self._ahead: list[Callable[[Form], Form]] = []
        self._said = "asking the engine for the parameters"
        self._error = ""
        self._answered: tuple[Act, str] | None = None
        self._hurried = False
        self._timer: Timer | None = None

    @classmethod
    def clone(cls, row: TrialView) -> ChangeScreen:
        """Ask what to change in a trial."""
        return cls(row, origin=row.id)

    @classmethod
    def add(cls, best: TrialView | None) -> ChangeScreen:
        """Ask for a new configuration, beginning with the best one where there is any."""
        return cls(best, origin=None)

    def compose(self) -> ComposeResult:
        """The parameters, what the trial would be, the reason, the keys."""
        with Vertical(id="change") as box:
            box.border_title = Content(plain(self._heading, 60))
            yield Drawn(self._lines, id="change-form")
            yield Drawn(self._effect, id="change-effect")
            yield Drawn(self._why, id="change-why")
            leave = f"{key_of('back')} leave it"
            keys = f"←→ choose   ↑↓ row   Del as it was   Enter do it   {leave}"
            yield Drawn(lambda width, _: [crop(((keys, "dim"),), width)], id="change-keys")

    def on_mount(self) -> None:
        """Ask for the space."""
        self.run_worker(self._load(), name="space", group="space", exclusive=True)

    def on_resize(self) -> None:
        """Give the form the lines there are."""
        self._share_out()

    def on_key(self, event: events.Key) -> None:
        """Write."""
        if event.is_printable and event.character:
            event.stop()
            char = event.character
            self._change(lambda form: form.typed(char))

    def on_paste(self, event: events.Paste) -> None:
        """Write what was pasted."""
        event.stop()
        self._change(lambda form: form.typed(plain(event.text, 200)))

    def action_leave(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Go to another line."""
        self._change(lambda form: form.moved(by))

    def action_cycle(self, by: int) -> None:
        """Take the next choice, or the next round number."""
        self._change(lambda form: form.cycled(by))

    def action_erase(self) -> None:
        """Take the last character away."""
        self._change(Form.erased)

    def action_reset(self) -> None:
        """Go back to the value one began with."""
        self._change(Form.reset)

    def action_do(self) -> None:
        """Do it, once the engine has agreed to it as it stands."""
        act = self._act
        if not self._form.fields:
            self._hurried = True
        if not self._form.fields or self._form.error:
            return
        if self._answered is None or self._answered[0] != act:
            self._hurried = True
            self._ask()
        elif not self._answered[1]:
            self.dismiss(Confirmed(act, self._form.why.strip()))

    @property
    def _heading(self) -> str:
        if self._origin is not None:
            return f"Clone {self._origin} and change it"
        return f"Add a trial, beginning with {self._source.id}" if self._source else "Add a trial"

    @property
    def _act(self) -> Act:
        if self._origin is not None:
            return Clone(trial=trial_number(self._origin), changes=self._form.changes())
        return Add(values=self._form.values())

    def _change(self, key: Callable[[Form], Form]) -> None:
        """Take the form after a key; keys that come before the parameters do wait for them."""
        if not self._form.fields:
            self._ahead.append(key)
            return
        form = key(self._form)
        if form == self._form:
            return
        before, self._form = self._act, form
        if self._act != before:
            self._hurried = False
            self._ask_soon()
        self._show()

    def _ask_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(RESTED_S, self._ask)

    def _ask(self) -> None:
        self._timer = None
        if self.is_running and self._form.fields and not self._form.error:
            act = self._act
            self.run_worker(self._preview(act), name="preview", group="preview", exclusive=True)

    async def _preview(self, act: Act) -> None:
        try:
            result = await self.app.steering.preview(act)
        except TunerError as error:
            said, wrong = "", str(error)
        else:
            said, wrong = result.sentence, ""
        if act != self._act:
            return
        self._said, self._error, self._answered = said, wrong, (act, wrong)
        self._show()
        if self._hurried:
            self._hurried = False
            self.action_do()

    async def _load(self) -> None:
        try:
            space: Space = await self.app.link.request_when_linked(GetSpace(id=0), 30.0)
        except TunerError as error:
            self._said, self._error = "", str(error)
            self._show()
            return
        params = self._source.params if self._source is not None else {}
        self._form = form_of(read_parameters(space), params)
        for key in self._ahead:
            self._form = key(self._form)
        self._said = ""
        self._share_out()
        self._show()
        self._ask()

    def _share_out(self) -> None:
        room = max(3, self.size.height - _AROUND)
        self._drawn("change-form").styles.height = max(1, min(room, len(self._form.fields)))

    def _show(self) -> None:
        for name in ("change-form", "change-effect", "change-why"):
            self._drawn(name).repaint()

    def _drawn(self, name: str) -> Drawn:
        return self.query_one(f"#{name}", Drawn)

    def _lines(self, width: int, height: int) -> list[Line]:
        origin = self._source.id if self._source is not None else ""
        return form_lines(self._form, origin, width, height, self.app.glyphs)

    def _effect(self, width: int, height: int) -> list[Line]:
        wrong = self._form.error or self._error
        stale = self._answered is not None and self._answered[0] != self._act
        role = "error" if wrong else "faint" if stale else ""
        lines = wrap(plain(wrong or self._said, 1000), width, _SAID)
        return [crop(((line, role),), width) for line in [*lines, "", "", ""][:_SAID]]

    def _why(self, width: int, height: int) -> list[Line]:
        here = bool(self._form.fields) and self._form.current is None
        text = self._form.why if here or self._form.why else "optional"
        role = "" if self._form.why or here else "faint"
        cursor = self.app.glyphs.cursor if here else " "
        return [
            crop(
                (
                    (cursor, "accent"),
                    (" why  ", "bold" if here else "dim"),
                    (plain(text, 400)[-(width - 10) :] + ("_" if here else ""), role),
                ),
                width,
            )
        ]
