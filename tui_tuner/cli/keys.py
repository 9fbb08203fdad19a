"""`tui-tuner keys`."""

from __future__ import annotations

from tui_tuner.actions import ACTIONS, ALL, Action
from tui_tuner.keymap import FILES, all_keys, listing, read_keymap
from tui_tuner.preferences import config_dir

from .arguments import Json
from .boundary import said
from .columns import Column, print_table
from .documents import print_json


def command(json: Json = False) -> None:
    """List the keys of the terminal app, and say where to choose others.

    Example: tui-tuner keys --json
    """
    keymap, faults = read_keymap()
    for fault in faults:
        said(fault)
    if json:
        print_json(listing(ACTIONS, keymap))
        return
    print_table(
        [
            Column("action", [action.id for action in ACTIONS]),
            Column("keys", [all_keys(keymap, action) for action in ACTIONS]),
            Column("does", [action.help for action in ACTIONS], text=True),
            Column("where", [_places(action) for action in ACTIONS], optional=True, text=True),
        ]
    )
    said(f"other keys, an `action: key` a line: {config_dir() / FILES[0]}")


def _places(action: Action) -> str:
    return "everywhere" if action.where >= ALL else " ".join(sorted(action.where))
