"""What the range editor asks of the engine: the space, what edits would mean, doing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.timer import Timer

from engine.core.acts import EditSpace
from engine.core.edits import TopRange, UseVersion
from engine.errors import TunerError
from engine.protocol.messages import GetSpace, GetVersions, Space, VersionView
from tui_tuner.keymap import key_of
from tui_tuner.modals.confirm import ConfirmScreen
from tui_tuner.modals.versions import VersionsScreen
from tui_tuner.questions import Question, way
from tui_tuner.screens.asking import Asking
from tui_tuner.view.range_editing import Editing
from tui_tuner.view.range_preview import Seen
from tui_tuner.view.ranges import read_parameters
from tui_tuner.view_state import ViewState

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

RESTED_S = 0.1
"""How long edits must rest before the engine is asked what they would mean."""
LIVE_S = 1.0
"""The least time between two questions that only new trials give rise to."""


class SpaceAsking(Asking):
    """Asks, one question of a kind at a time, the newest wins; shows answers by its subclass."""

    app: TunerApp

    def __init__(self) -> None:
        super().__init__()
        self.editing = Editing()
        self.seen = Seen()
        self.version = 1
        self.trouble = ""
        self._answered: EditSpace | None = None
        self._counts: dict[str, int] = {}
        self._timer: Timer | None = None

    def show_editing(self, editing: Editing) -> None:
        """Show another editing."""
        raise NotImplementedError

    def show_seen(self, seen: Seen) -> None:
        """Show another answer."""
        raise NotImplementedError

    def show_loaded(self) -> None:
        """Show a space that has just come."""
        raise NotImplementedError

    def edit(self, editing: Editing) -> None:
        """Take another editing, and ask what it would mean once it has rested."""
        if editing is self.editing:
            return
        act = editing.act()
        asked = self.editing.act()
        if act == self._answered:
            self.seen = Seen(preview=self.seen.preview, error=self.seen.error)
        elif act != asked:
            self.seen = Seen(preview=self.seen.preview, stale=True)
        self.show_editing(editing)
        if act is not None and act != self._answered:
            self._ask_in(RESTED_S)

    def follow(self, state: ViewState) -> None:
        """Load a version that somebody made; count anew when trials have come or ended."""
        sweep = state.sweep
        if sweep is None:
            return
        if sweep.space_version != self.version and self.editing.parameters:
            self.load()
        if sweep.trials != self._counts:
            self._counts = dict(sweep.trials)
            if self.editing.act() is not None and self._timer is None:
                self._answered = None
                self._ask_in(LIVE_S)

    def load(self) -> None:
        """Ask for the space as it is searched now."""
        self.run_worker(self._load(), name="space", group="space", exclusive=True)

    def apply(self) -> None:
        """Ask for confirmation, and do it."""
        act = self.editing.act()
        if act is None:
            self.say("nothing is edited yet")
        else:
            self._act(act)

    def narrow_to_best(self, count: int, *, everywhere: bool) -> None:
        """Let the engine propose the box of the best trials."""
        parameter = self.editing.parameter
        named = parameter.name if parameter is not None and parameter.numeric else None
        edit = TopRange(count=count, parameter=None if everywhere else named)
        self.run_worker(self._propose(edit), name="top", group="top", exclusive=True)

    def choose_version(self) -> None:
        """List the versions, and make one current if one is chosen."""
        self.run_worker(self._choose_version(), name="versions", group="versions", exclusive=True)

    def _ask_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(seconds, self._ask)

    def _ask(self) -> None:
        self._timer = None
        act = self.editing.act()
        if act is not None and self.app.is_running:
            self.run_worker(self._preview_of(act), name="preview", group="preview", exclusive=True)

    async def _preview_of(self, act: EditSpace) -> None:
        try:
            result = await self.app.steering.preview(act)
        except TunerError as error:
            seen = Seen(preview=self.seen.preview, error=str(error))
        else:
            seen = Seen(preview=result.space)
        if act == self.editing.act():
            self._answered = act
            self.show_seen(seen)

    async def _load(self) -> None:
        try:
            space: Space = await self.app.link.request_when_linked(GetSpace(id=0), 30.0)
        except TunerError as error:
            self.trouble = str(error)
        else:
            self.trouble = ""
            sweep = self.app.view.sweep
            self.version = sweep.space_version if sweep is not None else self.version
            self._answered = None
            self.editing = self.editing.loaded(read_parameters(space))
        self.show_loaded()
        if self.editing.act() is not None:
            self._ask_in(RESTED_S)

    async def _propose(self, edit: TopRange) -> None:
        try:
            result = await self.app.steering.preview(EditSpace(edits=(edit,)))
        except TunerError as error:
            self.say(str(error), "warning")
            return
        if result.space is not None:
            self.edit(self.editing.proposed(result.space.changes))
            rows = self.app.view.rows.values()
            there = sum(row.best is not None and row.repeat_of is None for row in rows)
            if there < edit.count:
                self.say(f"where the best {there} lie: no more trials have reported a value yet")

    def _act(self, act: EditSpace) -> None:
        self.with_engine(
            lambda: self.run_worker(
                self._confirm_and_do(act), name="edit", group="edit", exclusive=True
            )
        )

    async def _choose_version(self) -> None:
        try:
            versions: list[VersionView] = await self.app.link.request(GetVersions(id=0))
        except TunerError as error:
            self.say(str(error), "error")
            return
        chosen = await self.app.push_screen_wait(
            VersionsScreen(versions, self.app.clock(), self.app.glyphs)
        )
        if chosen is not None:
            self._act(EditSpace(edits=(UseVersion(version=chosen),)))

    def _question(self, act: EditSpace) -> Question:
        """Ask once; where running trials are outside, what becomes of them is a choice."""
        heading = f"Space v{self.version} to v{self.version + 1}"
        outside = self.seen.preview.outside if self.seen.preview is not None else []
        if not outside or act != self._answered:
            return Question(heading, (way("", heading, act),))
        count = f"{len(outside)} running outside"
        keep = way(f"keep the {count}", heading, replace(act, outside="keep"))
        prune = way(f"prune the {count}", heading, replace(act, outside="prune"))
        return Question(heading, (keep, prune) if act.outside == "keep" else (prune, keep))

    async def _confirm_and_do(self, act: EditSpace) -> None:
        try:
            if act == self.editing.act() and act != self._answered:
                await self._preview_of(act)
            answer = await self.app.push_screen_wait(ConfirmScreen(self._question(act)))
            if answer is None:
                return
            done = await self.app.steering.do(answer.act, answer.why)
        except TunerError as error:
            self.say(str(error), "error")
            return
        self.editing = self.editing.cleared()
        self.seen, self._answered = Seen(), None
        self.say(f"{key_of('range_undo')} undoes: {done.past or done.sentence}")
        self.load()
