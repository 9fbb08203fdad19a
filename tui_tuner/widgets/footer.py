"""The footer: the keys for where you are, written by the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events

from tui_tuner.actions import Action, footer_actions
from tui_tuner.keymap import DEFAULT_KEYMAP, Keymap
from tui_tuner.view.line import Line, Run, crop, width_of

from .lines import Lines

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_ALWAYS = ("help", "detach", "back", "range_leave", "range_help")
_GAP = 2


class Shown(NamedTuple):
    """An action in the footer: its key and what that is called now."""

    action: Action
    key: str
    label: str

    @property
    def width(self) -> int:
        """How many cells it takes."""
        return width_of(self.key) + 1 + width_of(self.label)

    @property
    def rank(self) -> int:
        """The least gives way first where they do not all fit."""
        return 100 if self.action.id in _ALWAYS else -(self.action.footer or 0)


def footer_keys(
    place: str,
    width: int,
    labels: Mapping[str, str] | None = None,
    keymap: Keymap = DEFAULT_KEYMAP,
    first: str = "",
) -> list[Shown]:
    """Choose the keys of a place that fit; an empty label hides its key.

    The action `first` stands before all others, and goes last.
    """
    named = [(a, (labels or {}).get(a.id, a.label)) for a in footer_actions(place)]
    kept = [Shown(action, keymap.shown(action), label) for action, label in named if label]
    kept.sort(key=lambda shown: shown.action.id != first)
    while len(kept) > 1 and sum(shown.width + _GAP for shown in kept) - _GAP > width - 2:
        kept.remove(min(kept, key=lambda shown: (shown.action.id == first, shown.rank)))
    return kept


def footer_line(shown: Sequence[Shown], width: int) -> Line:
    """Write keys in exactly `width` cells."""
    runs: list[Run] = []
    for each in shown:
        runs += [(" " * (_GAP if runs else 1), ""), (each.key, "key"), (f" {each.label}", "dim")]
    return crop(runs, width)


def key_at(shown: Sequence[Shown], x: int) -> Action | None:
    """Find the action whose key or label stands in a cell."""
    left = 1
    for each in shown:
        if left <= x < left + each.width:
            return each.action
        left += each.width + _GAP
    return None


class Footer(Lines):
    """One line of keys. `show` says where one is, and what some keys are called there.

    A click on a key is that key.
    """

    app: TunerApp

    def __init__(self, place: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place = place
        self._labels: Mapping[str, str] = {}

    def show(self, place: str, labels: Mapping[str, str]) -> None:
        """Show the keys of another place; an empty label hides its key."""
        self._place, self._labels = place, labels
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Write the keys."""
        return [footer_line(self._keys(width), width)]

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        action = key_at(self._keys(self.size.width), event.x)
        if action is not None:
            event.stop()
            self.app.simulate_key(self.app.keymap.keys(action)[0])

    def _keys(self, width: int) -> list[Shown]:
        view, keymap = self.app.view, self.app.keymap
        labels = {"detach": "leave" if view.ended else "detach", **self._labels}
        dead = view.sweep is not None and view.sweep.state == "dead"
        first = "schedule" if dead and self.app.can_restart else ""
        return footer_keys(self._place, width, labels, keymap, first)
