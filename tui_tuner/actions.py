"""Every action of the app, once: from here come the bindings, the footer, the help, the palette.

Lowercase keys look, capitals act.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding, BindingType

from tui_tuner.editor_keys import EDITOR_KEYS

TABLE, PANE, LOG, FILTER, RANGES, HISTORY = "table", "pane", "log", "filter", "ranges", "history"
INSIGHT = "insight"
MAIN = frozenset({TABLE, PANE})
ALL = frozenset({TABLE, PANE, LOG, HISTORY, INSIGHT})


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
    Action(
        "open", "enter", "open", "open the trial at full width", frozenset({TABLE}), 11, "Enter"
    ),
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
    Action("panes", "tab", "panes", "swap the table and the trial", MAIN, 19, "Tab"),
    Action("filter", "slash", "filter", "show only trials that match an EXPR", MAIN, 8, "/"),
    Action("keep", "enter", "keep the filter", "keep the filter", frozenset({FILTER}), 1, "Enter"),
    Action("mark", "space", "mark", "mark the trial, or unmark it; go down", MAIN, 9, "Space"),
    Action("sort", "s", "sort", "sort by the next column", MAIN, 20),
    Action("reverse", "x", "reverse", "turn the order round", MAIN, 21),
    Action("metric", "m", "metric", "put the next metric first", MAIN, 22),
    Action("log_axis", "y", "log axis", "draw the first metric on a log axis", MAIN, 23),
    Action("log", "l", "log", "read the trial's output as it grows", MAIN, 10),
    Action("follow", "f", "follow", "follow the end of the output, or stop", frozenset({LOG}), 1),
    Action("whole", "enter", "whole", "show the whole of it", frozenset({HISTORY}), 1, "Enter"),
    Action("prune", "K", "prune", "end the marked (or the current) trials for good", MAIN, 1),
    Action(
        "promote",
        "B",
        "promote",
        "give them a bigger budget, to go on from there",
        MAIN,
        2,
    ),
    Action("pause", "P", "pause", "pause them, or let paused ones go on", MAIN, 4),
    Action("retry", "R", "retry", "run failed ones again, revive pruned ones", MAIN, 5),
    Action("clone", "C", "clone", "run the current trial again, some values changed", MAIN, 14),
    Action("add", "A", "add", "run a configuration that you write", MAIN, 18),
    Action("note", "N", "note", "write a note on them", MAIN, 17),
    Action(
        "ranges",
        "E",
        "ranges",
        "edit ranges: narrow, widen, fix, choices, scales",
        MAIN | {INSIGHT},
        3,
    ),
    Action("widen", "V", "widen", "take the wider range that the border check advises", MAIN, 6),
    Action("stage", "T", "stage", "go on to the next stage, extend or repeat this", MAIN, 15),
    Action("slots", "W", "slots", "run more trials at once, or fewer", MAIN, 16),
    Action("schedule", "S", "stop", "stop, pause or resume the scheduling of trials", MAIN, 13),
    Action("undo", "U", "undo", "take back the newest act that can be", MAIN | {HISTORY}, 7),
    Action("insight", "i", "insight", "which parameters matter, and where the best lie", MAIN, 11),
    Action("history", "h", "history", "who decided what, when and why", MAIN, 12),
    Action("help", "question_mark", "help", "show every key", ALL, 24, "?"),
    Action("palette", "ctrl+p", "palette", "find an action by name", ALL, None, "Ctrl-P", False),
    Action("redraw", "ctrl+l", "redraw", "draw everything anew", ALL, None, "Ctrl-L", False),
    Action("detach", "q,ctrl+c", "detach", "leave; the sweep goes on", ALL, 25, "q"),
    *(
        Action(id, keys, label, help, frozenset({RANGES}), footer, shown, palette=bool(shown))
        for id, keys, shown, label, help, footer in EDITOR_KEYS
    ),
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
