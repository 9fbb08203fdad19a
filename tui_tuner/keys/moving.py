"""Keys that move, everywhere."""

from __future__ import annotations

from .action import ALL, COMPARE, FILTER, MAIN, Action

ACTIONS: tuple[Action, ...] = (
    Action("down", "j,down", "down", "move down a row", ALL, shown="j ↓", palette=False),
    Action("up", "k,up", "up", "move up a row", ALL, shown="k ↑", palette=False),
    Action("first", "g,home", "first", "go to the first row", ALL, shown="g", palette=False),
    Action("last", "G,end", "last", "go to the last row", ALL, shown="G", palette=False),
    Action("page_down", "pagedown", "page", "move a screenful", ALL, shown="PgDn", palette=False),
    Action("page_up", "pageup", "page", "move a screenful back", ALL, shown="PgUp", palette=False),
    Action(
        "open",
        "enter",
        "open",
        "open the trial: every curve and fact",
        MAIN | {COMPARE},
        11,
        "Enter",
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
)
