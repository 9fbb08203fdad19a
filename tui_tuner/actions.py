"""Every action of the app, once: from here come the bindings, the footer, the help, the palette.

Lowercase keys look, capitals act. Each place has its table in `tui_tuner.keys`.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from .keys import (
    acting,
    app,
    arranging,
    compare,
    devices,
    history,
    log,
    looking,
    moving,
    pane,
    personal,
    space,
    sweeps,
    trial,
)
from .keys.action import (
    ALL,
    COMPARE,
    DEVICES,
    FILTER,
    HISTORY,
    INSIGHT,
    LOG,
    MAIN,
    PANE,
    RANGES,
    SPACE,
    SWEEPS,
    TABLE,
    TRIAL,
    Action,
)
from .keys.editor import EDITOR_KEYS

__all__ = [
    "ACTIONS",
    "ALL",
    "BY_ID",
    "COMPARE",
    "DEVICES",
    "FILTER",
    "HISTORY",
    "INSIGHT",
    "LOG",
    "MAIN",
    "MOVES",
    "PANE",
    "RANGES",
    "SPACE",
    "SWEEPS",
    "TABLE",
    "TRIAL",
    "Action",
    "bindings",
    "footer_actions",
    "palette_actions",
    "works_in",
]

ACTIONS: tuple[Action, ...] = (
    *moving.ACTIONS,
    *looking.ACTIONS,
    *arranging.ACTIONS,
    *pane.ACTIONS,
    *trial.ACTIONS,
    *compare.ACTIONS,
    *log.ACTIONS,
    *history.ACTIONS,
    *devices.ACTIONS,
    *sweeps.ACTIONS,
    *space.ACTIONS,
    *personal.ACTIONS,
    *acting.ACTIONS,
    *app.ACTIONS,
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
        Binding(action.keys, action.id, action.label, show=False, priority=True, id=action.id)
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
