"""The space that is searched: each parameter against the objective, the best against the worst,
and what has been tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from engine.errors import TunerError
from engine.protocol.messages import GetSpace, Space
from tui_tuner.actions import SPACE, bindings
from tui_tuner.screens.asking import Asking
from tui_tuner.screens.space_editor import SpaceEditor
from tui_tuner.view.insight import insight
from tui_tuner.view.line import Line, Run, crop, fit, pack, plain
from tui_tuner.view.ranges import Parameter, read_parameters
from tui_tuner.view.space_look import PICTURES, Look
from tui_tuner.view.space_screen import Known
from tui_tuner.view.space_trials import gather_trials
from tui_tuner.view_state import FINAL, ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.space_picture import SpacePicture

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_REST_S = 0.05
_ROWS_A_SECOND = 5_000
"""How many trials are looked at in a second at most: less than a tenth of a core."""


class SpaceScreen(Asking):
    """Worked out anew as trials end and as the space is edited; between that, keys cost cells."""

    CSS_PATH = "space.tcss"
    places = (SPACE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(SPACE)
    app: TunerApp

    def __init__(self) -> None:
        super().__init__()
        self._parameters: tuple[Parameter, ...] = ()
        self._version = 0
        self._worked_out: tuple[object, ...] = ()
        self._resting: Timer | None = None
        self._known = Known()
        self._look = Look()

    def compose(self) -> ComposeResult:
        """A heading, the picture, what happened, the keys."""
        yield Drawn(self._heading, id="space-heading")
        yield SpacePicture(glyphs=self.app.glyphs, id="space")
        yield MessageLine(id="message")
        yield Footer(SPACE)

    def on_mount(self) -> None:
        """Show what is known, and ask for the space."""
        self.show(self.app.view)

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        sweep = state.sweep
        if sweep is not None and sweep.space_version != self._version:
            self._version = sweep.space_version
            self.run_worker(self._load(), name="space", group="space", exclusive=True)
        if self._resting is None:
            self._catch_up()
        self.query_one("#space-heading", Drawn).repaint()

    def action_previous_parameter(self) -> None:
        """Go to the parameter before."""
        self._move(-1)

    def action_next_parameter(self) -> None:
        """Go to the next parameter."""
        self._move(1)

    def action_down(self) -> None:
        """Go to the parameter below."""
        self._move(self.query_one(SpacePicture).across)

    def action_up(self) -> None:
        """Go to the parameter above."""
        self._move(-self.query_one(SpacePicture).across)

    def action_first(self) -> None:
        """Go to the parameter that matters most."""
        self._move(-len(self._known.parameters))

    def action_last(self) -> None:
        """Go to the parameter that matters least."""
        self._move(len(self._known.parameters))

    def action_page_down(self) -> None:
        """Go a page on."""
        self._move(self.query_one(SpacePicture).page)

    def action_page_up(self) -> None:
        """Go a page back."""
        self._move(-self.query_one(SpacePicture).page)

    def action_picture(self) -> None:
        """Turn to the next picture."""
        self._turn_to(self._look.turned())

    def action_near(self) -> None:
        """Draw the objective of the better half, or of all."""
        self._turn_to(replace(self._look, near=not self._look.near))

    def action_enlarge(self) -> None:
        """Give the parameter at the cursor the room, or share it again."""
        if self._look.picture == "parallel":
            self._turn_to(replace(self._look, picture="scatter", large=True))
        else:
            self._turn_to(self._look.enlarged(not self._look.large))

    def action_ranges(self) -> None:
        """Edit the range of the parameter at the cursor."""
        if not self._known.parameters:
            self.say("nothing is searched: there is no range to edit")
            return
        editor = SpaceEditor(self._known.parameters[self._look.at].name)
        if self.app.read_only or not self.app.can_restart:
            self.app.push_screen(editor)
        else:
            self.with_engine(lambda: self.app.push_screen(editor))

    def action_back(self) -> None:
        """Share the room again, or go back to the trials."""
        if self._look.large:
            self._turn_to(self._look.enlarged(False))
        else:
            self.dismiss(None)

    @on(SpacePicture.Chosen)
    def _chosen(self, message: SpacePicture.Chosen) -> None:
        self._move(message.at - self._look.at)

    def _move(self, by: int) -> None:
        self._turn_to(self._look.moved(by, len(self._known.parameters)))

    def _turn_to(self, look: Look) -> None:
        self._look = look
        self.query_one(SpacePicture).show(self._known, look)
        self.query_one(Footer).show(SPACE, {"near": "whole range" if look.near else "better half"})
        self.query_one("#space-heading", Drawn).repaint()

    def _catch_up(self) -> None:
        """Look at the trials anew where some ended; the more there are, the seldomer."""
        self._resting = None
        state = self.app.view
        counts = (self._version, *(state.counts.get(word, 0) for word in FINAL))
        now = (self._parameters, *counts, state.counts.get("running", 0))
        if now == self._worked_out or not self._parameters or not self.app.is_running:
            return
        self._worked_out = now
        self._work_out(state)
        rest = max(_REST_S, len(state.rows) / _ROWS_A_SECOND)
        self._resting = self.set_timer(rest, self._catch_up)

    def _work_out(self, state: ViewState) -> None:
        names = [p.name for p in self._known.parameters]
        maximize = state.ordering.maximize
        self._known = Known(
            found=insight(state.rows, self._parameters, maximize=maximize),
            trials=gather_trials(state.rows, maximize=maximize),
            values=state.value_format,
        )
        after = [p.name for p in self._known.parameters]
        here = names[self._look.at] if names else ""
        at = after.index(here) if here in after else min(self._look.at, max(0, len(after) - 1))
        self._look = replace(self._look, at=at)
        self.query_one(SpacePicture).show(self._known, self._look)

    async def _load(self) -> None:
        try:
            space: Space = await self.app.link.request_when_linked(GetSpace(id=0), 30.0)
        except TunerError as error:
            self._version = 0
            self.say(str(error), "error")
            return
        self._parameters = read_parameters(space)
        if self._resting is None:
            self._catch_up()

    def _heading(self, width: int, height: int) -> list[Line]:
        state = self.app.view
        name = plain(state.sweep.name if state.sweep else self.app.title, 40)
        pictures: list[Run] = []
        for picture in PICTURES:
            chosen = picture == self._look.picture
            shown = f"[{picture}]" if chosen else f" {picture} "
            pictures.append((shown, "sorted" if chosen else "dim"))
        parts: list[tuple[int, Line]] = [
            (3, ((fit(name, max(8, width // 4)).rstrip(), "bold"), ("  space", ""))),
            (9, tuple(pictures)),
            (1, ((f"v{self._version}", "dim"),) if self._version else ()),
        ]
        if state.sweep is not None:
            goal = f"{plain(state.sweep.metric.name, 40)}, {plain(state.sweep.metric.goal)}"
            parts.append((2, ((goal, "dim"),)))
        if state.sweep is not None and state.sweep.best is not None:
            value = state.value_format.text(state.sweep.best.value)
            parts.append(
                (4, (("best ", "dim"), (value, "best"), (f" {state.best_id or ''}", "best")))
            )
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]
