"""What the dashboard's capital keys do: prune, stop, resume; each asks before it acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.widgets import Input

from engine.errors import TunerError
from engine.protocol.messages import ActResult
from tui_tuner.modals.confirm import Choice, Confirmed, ConfirmScreen
from tui_tuner.modals.restart import RestartScreen
from tui_tuner.screens.saying import Saying
from tui_tuner.view_state import FINAL, clear_marks
from tui_tuner.widgets.trial_table import TrialTable

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_NEEDS_TRIALS = ("prune", "log", "filter", "mark", "open", "sort", "reverse", "metric", "log_axis")

Ask = Callable[[], Awaitable[list[Choice]]]


class Acting(Saying):
    """The half of the dashboard that changes the sweep."""

    app: TunerApp

    def footer_labels(self) -> dict[str, str]:
        """Call the keys what they would do now; an empty label hides its key."""
        state = self.app.view.sweep.state if self.app.view.sweep is not None else ""
        view = self.app.view
        idle = dict.fromkeys(() if view.rows else _NEEDS_TRIALS, "")
        if not (view.marks or view.ordering.filter or self.has_class("-pane")):
            idle["back"] = ""
        if isinstance(self.focused, Input):
            idle["back"] = "clear it"
        leave = "leave" if view.ended else "detach"
        if not self._prunable():
            idle["prune"] = ""
        if self.app.read_only:
            return {"prune": "", "schedule": "", "detach": leave, **idle}
        word = "resume" if state in ("stopping", "paused", "stopped", "dead") else "stop"
        labels = {"schedule": "" if state in ("", "finished") else word, "detach": leave, **idle}
        if view.marks and "prune" not in idle:
            labels["prune"] = f"prune {len(view.marks)} marked"
        return labels

    def _prunable(self) -> bool:
        """Whether any of the marked trials, or the current one, is still to end."""
        view, cursor = self.app.view, self.query_one(TrialTable).cursor
        names = view.marks or ({cursor} if cursor is not None else set())
        return any(view.rows[name].state not in FINAL for name in names if name in view.rows)

    def action_prune(self) -> None:
        """End the marked (or the current) trials."""
        cursor = self.query_one(TrialTable).cursor
        trials = sorted(self.app.view.marks) or ([cursor] if cursor is not None else [])
        if not trials:
            self.say("there is no trial to prune yet")
            return
        self._ask("Prune", partial(self.app.steering.prune_choices, trials))

    def action_schedule(self) -> None:
        """Stop or resume the scheduling of trials; start a dead engine again."""
        state = self.app.view.sweep.state if self.app.view.sweep is not None else ""
        if state == "dead" and self.app.can_restart:
            self._start(self._restart)
        elif state == "finished":
            self.say("the sweep is finished: there is nothing to stop or resume")
        elif state in ("stopping", "paused", "stopped", "dead"):
            self._ask("Resume", self.app.steering.resume_choices)
        else:
            self._ask("Stop", self.app.steering.stop_choices)

    def _ask(self, verb: str, ask: Ask) -> None:
        self._start(partial(self._ask_and_do, verb, ask))

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        if self.app.read_only:
            self.say("this view is read-only: nothing can be changed from here", "warning")
            return
        self.run_worker(work, name="act", group="act", exclusive=True)

    async def _ask_and_do(self, verb: str, ask: Ask) -> None:
        try:
            choices = await ask()
            result = choices[0].result
            if verb == "Prune" and not result.done:
                self._say_nothing_to_do(result)
                return
            answer = await self.app.push_screen_wait(
                ConfirmScreen(_heading(verb, result), choices, self._describe)
            )
            if answer is not None:
                await self._do(verb, answer)
        except TunerError as error:
            self.say(str(error), "error")

    async def _do(self, verb: str, answer: Confirmed) -> None:
        result = await self.app.steering.do(answer.act, answer.why, self.app.view.rows)
        if verb == "Prune":
            names = ", ".join(result.done[:6])
            self.say(result.sentence or f"pruning {names}")
            self.app.change_view(clear_marks(self.app.view))
        else:
            self.say(result.sentence or f"{verb.lower()}: done")

    async def _restart(self) -> None:
        if await self.app.push_screen_wait(RestartScreen(self.app.view.counts)):
            try:
                await self.app.restart()
            except TunerError as error:
                self.say(str(error), "error")
            else:
                self.say("the engine is starting")

    def _say_nothing_to_do(self, result: ActResult) -> None:
        whys = "; ".join(f"{skipped.id}: {skipped.why}" for skipped in result.skipped[:3])
        self.say(f"nothing to prune: {whys}" if whys else "there is nothing to prune")

    def _describe(self, name: str) -> str:
        row = self.app.view.rows.get(name)
        if row is None:
            return ""
        if row.step is None:
            return row.state
        budget = f" of {row.budget}" if row.budget else ""
        best = f", best {self.app.view.value_format.text(row.best)}" if row.best is not None else ""
        return f"{row.state}, epoch {row.step}{budget}{best}"


def _heading(verb: str, result: ActResult) -> str:
    if verb != "Prune":
        return f"{verb} scheduling"
    count = len(result.done)
    return f"Prune {count} trial{'s' * (count != 1)}"
