"""What the range editor's keys do: each gives another editing, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_tuner.keys.editor import EDITOR_KEYS
from tui_tuner.screens.space_asking import SpaceAsking
from tui_tuner.sweep_questions import to_undo
from tui_tuner.view.range_editing import Editing
from tui_tuner.view.range_reading import read_count
from tui_tuner.view.ranges import Parameter, Shape
from tui_tuner.widgets.range_entry import RangeEntry
from tui_tuner.widgets.range_panel import RangePanel

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

END, VALUE, TOP = "end", "value", "top"
"""What is being written."""

_FOR_RANGES = (
    "range_left_far",
    "range_left_farther",
    "range_other_side",
    "range_top",
    "range_scale",
)
_ALL_HIDDEN = {key: "" for key, *_ in EDITOR_KEYS}


class SpaceKeys(SpaceAsking):
    """The keys of the editor."""

    app: TunerApp
    _before: Editing | None = None
    """The editing before a number was typed; Esc gives it back."""

    def footer_labels(self) -> dict[str, str]:
        """Call the keys what they would do now; an empty label hides its key."""
        if self.query_one(RangeEntry).is_open:
            return {**_ALL_HIDDEN, "range_leave": "leave it", "range_enter": "take it"}
        parameter = self.editing.parameter
        hidden = dict.fromkeys(
            () if self.editing.edits() else ("range_enter", "range_put_back"), ""
        )
        if parameter is None:
            return {**hidden, **dict.fromkeys((*_FOR_RANGES, "range_toggle", "range_left"), "")}
        shape = self.editing.shape(parameter)
        labels = {"range_fix": "free" if shape.fixed else "fix", **hidden}
        if parameter.kind == "fixed":
            labels["range_fix"] = ""
        if not parameter.numeric:
            return {**labels, **dict.fromkeys(_FOR_RANGES, ""), "range_left": "choice"}
        labels["range_scale"] = "" if shape.fixed else "linear" if shape.log else "log"
        moved = {"range_left": "move it", "range_other_side": ""} if shape.fixed else {}
        return {**labels, **moved, "range_toggle": ""}

    def action_range_leave(self) -> None:
        """Leave what is being written, or the editor."""
        entry = self.query_one(RangeEntry)
        if not entry.is_open:
            self.dismiss(None)
            return
        entry.close()
        before, self._before = self._before, None
        self.show_editing(self.editing)
        if before is not None:
            self.edit(before)

    def action_range_enter(self) -> None:
        """Ask whether to make it so."""
        self.apply()

    def action_range_left(self) -> None:
        """Move the bracket to the left."""
        self.edit(self.editing.nudged(-1, 0))

    def action_range_right(self) -> None:
        """Move the bracket to the right."""
        self.edit(self.editing.nudged(1, 0))

    def action_range_left_far(self) -> None:
        """Move it by larger steps."""
        self.edit(self.editing.nudged(-1, 1))

    def action_range_right_far(self) -> None:
        """Move it by larger steps."""
        self.edit(self.editing.nudged(1, 1))

    def action_range_left_farther(self) -> None:
        """Move it by the largest steps."""
        self.edit(self.editing.nudged(-1, 2))

    def action_range_right_farther(self) -> None:
        """Move it by the largest steps."""
        self.edit(self.editing.nudged(1, 2))

    def action_range_other_side(self) -> None:
        """Take the other bracket, or the next choice."""
        self.edit(self.editing.other_side())

    def action_range_previous(self) -> None:
        """Choose the parameter above."""
        self.edit(self.editing.moved(-1))

    def action_range_next(self) -> None:
        """Choose the parameter below."""
        self.edit(self.editing.moved(1))

    def action_range_first_parameter(self) -> None:
        """Choose the first parameter."""
        self.edit(self.editing.moved(-len(self.editing.parameters)))

    def action_range_last_parameter(self) -> None:
        """Choose the last parameter."""
        self.edit(self.editing.moved(len(self.editing.parameters)))

    def action_range_toggle(self) -> None:
        """Take a choice, or leave it out."""
        self._try(self.editing.toggled)

    def action_range_original(self) -> None:
        """Search as the sweep began."""
        self._try(self.editing.original)

    def action_range_fix(self) -> None:
        """Keep the parameter at the best trial's value, or free it."""
        parameter, best = self.editing.parameter, self.query_one(RangePanel).best
        value = best[0].params.get(parameter.name) if parameter is not None and best else None
        self._try(lambda: self.editing.fixed_or_freed(value))

    def action_range_scale(self) -> None:
        """Draw evenly on the logarithm, or on the values themselves."""
        self._try(self.editing.rescaled)

    def action_range_put_back(self) -> None:
        """Forget the edits of this parameter."""
        self._try(self.editing.put_back)

    def action_range_keep_outside(self) -> None:
        """Keep running trials outside."""
        self.edit(self.editing.deciding("keep"))

    def action_range_prune_outside(self) -> None:
        """Prune running trials outside."""
        self.edit(self.editing.deciding("prune"))

    def action_range_versions(self) -> None:
        """List the versions."""
        self.choose_version()

    def action_range_undo(self) -> None:
        """Take the newest act back."""
        self.ask(to_undo)

    def action_range_help(self) -> None:
        """Show every key."""
        self.app.action_help()

    def action_range_type(self, char: str) -> None:
        """Begin to write a number."""
        parameter = self.editing.parameter
        if parameter is not None:
            self._open(parameter, char)

    def action_range_write(self) -> None:
        """Write a bound, or a further choice."""
        parameter = self.editing.parameter
        if parameter is not None:
            self._open(parameter, "")

    def action_range_top(self) -> None:
        """Ask how many of the best trials the range is to hold."""
        parameter = self.editing.parameter
        if parameter is None:
            return
        where = parameter.name if parameter.numeric else "every range"
        asked = f"narrow {where} to how many of the best? (10 all: every range)"
        self._before = None
        self.query_one(RangeEntry).propose(TOP, asked, "10")
        self.show_editing(self.editing)

    def typing(self, purpose: str, text: str) -> None:
        """Follow a number as it is typed."""
        if purpose != END or self._before is None:
            return
        try:
            self.edit(self._before.typed(text))
        except ValueError as error:
            self.edit(self._before)
            self.query_one(RangeEntry).complain(str(error) if text.strip("-+.eE") else "")
        else:
            self.query_one(RangeEntry).complain("")

    def written(self, purpose: str, text: str) -> None:
        """Take what was written."""
        entry = self.query_one(RangeEntry)
        try:
            if purpose == TOP:
                count, everywhere = read_count(text)
                self.narrow_to_best(count, everywhere=everywhere)
            else:
                self.edit((self._before or self.editing).typed(text))
        except ValueError as error:
            entry.complain(str(error))
            return
        self._before = None
        entry.close()
        self.show_editing(self.editing)

    def _open(self, parameter: Parameter, text: str) -> None:
        self._before = self.editing
        shape = self.editing.shape(parameter)
        purpose = END if parameter.numeric else VALUE
        self.query_one(RangeEntry).open(purpose, _asked(parameter, shape, self.editing.side), text)
        self.show_editing(self.editing)

    def _try(self, change: Callable[[], Editing]) -> None:
        try:
            self.edit(change())
        except ValueError as error:
            self.say(str(error), "warning")


def _asked(parameter: Parameter, shape: Shape, side: str) -> str:
    if not parameter.numeric:
        return f"a further value for {parameter.name}"
    if shape.fixed:
        return f"{parameter.name} fixed at"
    return f"{parameter.name}, {'lower' if side == 'low' else 'upper'} end"
