"""What every screen that acts can do: ask first, see to it that an engine is there, say what came
of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import work

from engine.core.acts import (
    Act,
    AdvanceStage,
    RepeatStage,
    Resume,
    Undo,
)
from engine.core.model import trial_name
from engine.errors import TunerError
from engine.protocol.messages import ActResult
from tui_tuner.keymap import key_of
from tui_tuner.modals.confirm import Confirmed, ConfirmScreen
from tui_tuner.modals.restart import RestartScreen
from tui_tuner.questions import Question
from tui_tuner.screens.saying import Saying
from tui_tuner.view.line import plain
from tui_tuner.view_state import clear_marks

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

ENGINE_S = 20.0
"""How long a new engine may take until it answers."""

_FOR_GOOD = (Undo, Resume, AdvanceStage, RepeatStage)
"""Acts that `U` does not take back."""


class Asking(Saying):
    """A screen from which the sweep is steered."""

    app: TunerApp

    def ask(self, build: Callable[[], Question]) -> None:
        """Ask before an act. The question is built once an engine is there to answer it."""
        self.with_engine(lambda: self._confirm(build()))

    def with_engine(self, then: Callable[[], object]) -> None:
        """Go on if there is an engine; offer to start one where there is none."""
        phase = self.app.link.state.phase
        if self.app.read_only:
            self.say("this view is read-only: nothing can be changed from here", "warning")
        elif phase == "live":
            then()
        elif phase != "stored":
            self.say("no engine answers now: try again once the link is back", "warning")
        elif not self.app.can_restart:
            self.say(f"no engine runs: tui-tuner resume {plain(self.app.title)}", "warning")
        else:
            self._offer_restart(then)

    def _offer_restart(self, then: Callable[[], object]) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._restart(then)

        self.app.push_screen(RestartScreen(self.app.view), answered)

    @work(name="restart", group="restart", exclusive=True)
    async def _restart(self, then: Callable[[], object]) -> None:
        self.say("the engine is starting")
        try:
            await self.app.restart()
        except TunerError as error:
            self.say(str(error), "error")
            return
        if await self.app.link.is_live_within(ENGINE_S):
            then()
        else:
            self.say("the engine was started, and does not answer yet", "warning")

    def _confirm(self, question: Question) -> None:
        self.app.push_screen(ConfirmScreen(question), self.answered)

    def answered(self, answer: Confirmed | None) -> None:
        """Do what was confirmed, if it was; offer to start an engine that went meanwhile."""
        if answer is None:
            return
        if self.app.link.state.phase == "stored" and self.app.can_restart:
            self._offer_restart(lambda: self._do(answer))
        else:
            self._do(answer)

    @work(name="act", group="act")
    async def _do(self, answer: Confirmed) -> None:
        try:
            result = await self.app.steering.do(answer.act, answer.why)
        except TunerError as error:
            self.say(str(error), "error")
            return
        self.say(_what_happened(answer.act, result))
        acted_on = getattr(answer.act, "trials", None)
        if isinstance(acted_on, tuple) and self.app.view.marks <= set(map(trial_name, acted_on)):
            self.app.change_view(clear_marks(self.app.view))


def _what_happened(act: Act, result: ActResult) -> str:
    whys = "; ".join(f"{skipped.id}: {skipped.why}" for skipped in result.skipped[:3])
    if result.decision is None and whys:
        return f"nothing was done; {whys}"
    said = result.past or result.sentence or "done"
    return said if isinstance(act, _FOR_GOOD) else f"{said}   ({key_of('undo')} undoes)"
