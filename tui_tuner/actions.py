"""Every action of the app, once: from here come the bindings, the footer, the help, the palette.

Lowercase keys look, capitals act.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding, BindingType

TABLE, PANE, LOG, FILTER = "table", "pane", "log", "filter"
MAIN = frozenset({TABLE, PANE})
ALL = frozenset({TABLE, PANE, LOG})


class Action(NamedTuple):
    """One thing a person can do: `id` names the method `action_<id>`, `where` the places it works.

    `footer` ranks it for the footer, 0 first; None keeps it out. `palette` is False for mere
    movement.
    """

    id: str
    keys: str
    label: str
    help: str
    where: frozenset[str]
    footer: int | None = None
    shown: str = ""
    palette: bool = True

    @property
    def key(self) -> str:
        """The key as people write it."""
        return self.shown or self.keys.split(",")[0]

    @property
    def acts(self) -> bool:
        """Whether it changes the sweep; such keys are capitals and ask before they act."""
        return self.palette and len(self.key) == 1 and self.key.isupper()


ACTIONS: tuple[Action, ...] = (
    Action("down", "j,down", "down", "move down a row", ALL, shown="j ↓", palette=False),
    Action("up", "k,up", "up", "move up a row", ALL, shown="k ↑", palette=False),
    Action("first", "g,home", "first", "go to the first row", ALL, shown="g", palette=False),
    Action("last", "G,end", "last", "go to the last row", ALL, shown="G", palette=False),
    Action("page_down", "pagedown", "page", "move a screenful", ALL, shown="PgDn", palette=False),
    Action("page_up", "pageup", "page", "move a screenful back", ALL, shown="PgUp", palette=False),
    Action("open", "enter", "open", "open the trial at full width", frozenset({TABLE}), 5, "Enter"),
    Action(
        "back",
        "escape",
        "back",
        "go back; clear the filter, then the marks",
        ALL | {FILTER},
        0,
        "Esc",
        palette=False,
    ),
    Action("panes", "tab", "panes", "swap the table and the trial", MAIN, 6, "Tab"),
    Action("filter", "slash", "filter", "show only trials that match an EXPR", MAIN, 3, "/"),
    Action("keep", "enter", "keep the filter", "keep the filter", frozenset({FILTER}), 1, "Enter"),
    Action(
        "mark", "space", "mark", "mark the trial, or take its mark away; go down", MAIN, 4, "Space"
    ),
    Action("sort", "s", "sort", "sort by the next column", MAIN, 7),
    Action("reverse", "x", "reverse", "turn the order round", MAIN, 8),
    Action("metric", "m", "metric", "put the next metric first", MAIN, 9),
    Action("log_axis", "y", "log axis", "draw the first metric on a log axis", MAIN, 10),
    Action("log", "l", "log", "read the trial's output as it grows", MAIN, 2),
    Action("follow", "f", "follow", "follow the end of the output, or stop", frozenset({LOG}), 1),
    Action("prune", "K", "prune", "end the marked (or the current) trials for good", MAIN, 1),
    Action("schedule", "S", "stop", "stop or resume the scheduling of trials", MAIN, 11),
    Action("help", "question_mark", "help", "show every key", ALL, 12, "?"),
    Action("palette", "ctrl+p", "palette", "find an action by name", ALL, None, "Ctrl-P", False),
    Action("redraw", "ctrl+l", "redraw", "draw everything anew", ALL, None, "Ctrl-L", False),
    Action("detach", "q,ctrl+c", "detach", "leave; the sweep goes on", ALL, 13, "q"),
)

BY_ID = {action.id: action for action in ACTIONS}

MOVES = ("down", "up", "first", "last", "page_down", "page_up")
"""What the help tells in one line."""


def bindings(*places: str) -> list[BindingType]:
    """Give the bindings of a screen that is in one of these places.

    They take priority, which makes Textual carry each out before it looks at the next key: over
    a slow link many keys come in one packet, and those behind `/` belong to the filter.
    """
    return [
        Binding(action.keys, action.id, action.label, show=False, priority=True)
        for action in ACTIONS
        if action.where & set(places) and action.id != "palette"
    ]


def works_in(action: str, place: str) -> bool:
    """Say whether an action works in a place; what is not in the registry works everywhere."""
    return action not in BY_ID or place in BY_ID[action].where


def footer_actions(place: str) -> list[Action]:
    """Give what the footer of a place shows, the most useful first."""
    chosen = [a for a in ACTIONS if place in a.where and a.footer is not None]
    return sorted(chosen, key=lambda action: action.footer or 0)


def palette_actions(places: Iterable[str]) -> list[Action]:
    """Give what the command palette offers in some places."""
    wanted = set(places)
    return [action for action in ACTIONS if action.palette and action.where & wanted]
