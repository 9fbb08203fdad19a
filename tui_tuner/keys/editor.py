"""The keys of the range editor, as data for the registry of actions."""

from __future__ import annotations

EDITOR_KEYS: tuple[tuple[str, str, str, str, str, int | None], ...] = (
    ("range_leave", "escape", "Esc", "leave", "leave; what was not applied is forgotten", 0),
    ("range_enter", "enter", "Enter", "apply", "make the edited space the next version", 1),
    ("range_left", "left", "←→", "move", "move the bracket; another choice", 2),
    ("range_right", "right", "", "right", "move the bracket to the right", None),
    ("range_left_far", "shift+left", "Shift ←→", "far", "move it by larger steps", 13),
    ("range_right_far", "shift+right", "", "right", "move it far to the right", None),
    (
        "range_left_farther",
        "ctrl+left",
        "Ctrl ←→",
        "farther",
        "move it by the largest steps",
        None,
    ),
    ("range_right_farther", "ctrl+right", "", "right", "move it farther to the right", None),
    ("range_other_side", "tab", "Tab", "other end", "take the other bracket", 4),
    ("range_previous", "up", "↑↓", "row", "choose another parameter", 3),
    ("range_next", "down", "", "next", "choose the next parameter", None),
    ("range_first_parameter", "home,pageup", "", "first", "choose the first parameter", None),
    ("range_last_parameter", "end,pagedown", "", "last", "choose the last parameter", None),
    ("range_top", "t", "t", "top K", "narrow to where the best K trials lie", 5),
    ("range_original", "o", "o", "original", "search as the sweep began", 6),
    ("range_fix", "f", "f", "fix", "keep it at one value, or free it again", 7),
    ("range_scale", "g", "g", "log", "draw evenly on the logarithm, or on the values", 8),
    ("range_toggle", "space", "Space", "take", "take a choice, or leave it out", 2),
    (
        "range_write",
        "plus,equals_sign",
        "+",
        "write",
        "write a value: a bound, or a further choice",
        9,
    ),
    ("range_put_back", "u,backspace", "u", "put back", "forget the edits of this parameter", 10),
    (
        "range_keep_outside",
        "k",
        "k",
        "keep",
        "keep the running trials that would lie outside",
        None,
    ),
    (
        "range_prune_outside",
        "x",
        "x",
        "prune",
        "prune the running trials that would lie outside",
        None,
    ),
    ("range_versions", "v", "v", "versions", "list the versions; make one current again", 11),
    ("range_undo", "U", "", "undo", "take the newest act back", None),
    ("range_help", "question_mark", "?", "help", "show every key", 12),
)
"""(id, keys, as people write it, label, help, rank in the footer). `shown` empty: told with the
one before."""

TYPED = "0123456789.-"
"""Characters that begin a number."""
