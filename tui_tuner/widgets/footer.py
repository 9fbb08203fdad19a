"""The footer: the keys for where you are, written by the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_tuner.actions import footer_actions
from tui_tuner.view.line import Line, crop, pack

from .lines import Lines

_ALWAYS = ("help", "detach", "back", "range_leave", "range_help")


def footer_line(place: str, width: int, labels: Mapping[str, str] | None = None) -> Line:
    """Write the keys of a place; the least useful give way where they do not all fit."""
    parts: list[tuple[int, Line]] = []
    for action in footer_actions(place):
        rank = 100 if action.id in _ALWAYS else -(action.footer or 0)
        label = (labels or {}).get(action.id, action.label)
        if label:
            parts.append((rank, ((action.key, "key"), (f" {label}", "dim"))))
    return crop(((" ", ""), *pack(parts, width - 2, gap=2)), width)


class Footer(Lines):
    """One line of keys. `show` says where one is, and what some keys are called there."""

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
        return [footer_line(self._place, width, self._labels)]
