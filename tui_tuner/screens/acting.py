"""What capital keys do, on every screen that shows trials; each asks before it acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_tuner import sweep_questions, trial_questions
from tui_tuner.modals.change import ChangeScreen
from tui_tuner.questions import Question
from tui_tuner.screens.copying import Copying
from tui_tuner.screens.labels import labels
from tui_tuner.screens.space_editor import SpaceEditor
from tui_tuner.view_state import ViewState

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


class Acting(Copying):
    """A screen whose trials can be steered: it says which, the keys are the same everywhere."""

    app: TunerApp

    @property
    def targets(self) -> list[str]:
        """The trials that a key acts on."""
        raise NotImplementedError

    @property
    def subject(self) -> str | None:
        """The one trial whose configuration `C` clones and `p` copies."""
        return next(iter(self.targets), None)

    def footer_labels(self) -> dict[str, str]:
        """Call the keys what they would do now; an empty label hides its key."""
        return labels(self.app.view, self.targets, read_only=self.app.read_only)

    def action_prune(self) -> None:
        """End the marked (or the current) trials for good."""
        self._ask_of_trials(trial_questions.to_prune)

    def action_promote(self) -> None:
        """Give trials a bigger budget."""
        self._ask_of_trials(trial_questions.to_promote)

    def action_pause(self) -> None:
        """Pause trials, or let them go on."""
        self._ask_of_trials(trial_questions.to_pause)

    def action_retry(self) -> None:
        """Retry failed trials, revive pruned ones."""
        self._ask_of_trials(trial_questions.to_run_again)

    def action_note(self) -> None:
        """Write a note on trials."""
        self._ask_of_trials(trial_questions.to_note)

    def action_slots(self) -> None:
        """Run more trials at once, or fewer."""
        self.ask(lambda: sweep_questions.to_set_slots(self.app.view))

    def action_undo(self) -> None:
        """Take the newest act back."""
        self.ask(sweep_questions.to_undo)

    def action_stage(self) -> None:
        """Go on to the next stage, or do more in this one."""
        self.ask(lambda: sweep_questions.to_change_stage(self.app.view))

    def action_widen(self) -> None:
        """Take the border check's advice."""
        sweep = self.app.view.sweep
        if sweep is None or not sweep.suggestions:
            self.say("no range is crowded at its edge: there is nothing to widen")
        else:
            self.ask(lambda: sweep_questions.to_widen(self.app.view))

    def action_schedule(self) -> None:
        """Stop or resume the scheduling of trials; start a dead engine again."""
        state = self.app.view.sweep.state if self.app.view.sweep is not None else ""
        if state == "finished":
            self.say("the sweep is finished: there is nothing to stop or resume")
        elif state == "dead" and self.app.can_restart:
            self.with_engine(lambda: None)
        else:
            self.ask(lambda: sweep_questions.to_schedule(self.app.view))

    def action_ranges(self) -> None:
        """Edit the ranges of the space; without an engine they can still be looked at."""
        if self.app.read_only or not self.app.can_restart:
            self.app.push_screen(SpaceEditor())
        else:
            self.with_engine(lambda: self.app.push_screen(SpaceEditor()))

    def action_clone(self) -> None:
        """Run the current trial's configuration again, with some values changed."""
        row = self.app.view.rows.get(self.subject or "")
        if row is None:
            self.say("there is no trial to clone yet")
            return
        self.with_engine(lambda: self.app.push_screen(ChangeScreen.clone(row), self.answered))

    def action_add(self) -> None:
        """Run a configuration that is written here."""
        best = self.app.view.rows.get(self.app.view.best_id or "")
        self.with_engine(lambda: self.app.push_screen(ChangeScreen.add(best), self.answered))

    def _ask_of_trials(self, build: Callable[[ViewState, Sequence[str]], Question]) -> None:
        names = self.targets
        if names:
            self.ask(lambda: build(self.app.view, names))
        else:
            self.say("no trial is shown" if self.app.view.rows else "there is no trial yet")
