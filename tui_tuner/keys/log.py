"""Keys of the log."""

from __future__ import annotations

from .action import LOG, Action

_LOG = frozenset({LOG})

ACTIONS: tuple[Action, ...] = (
    Action("find", "slash", "find", "look for a text in the output", _LOG, 1, "/"),
    Action("next_match", "n", "next", "go to the next line that has it", _LOG, 2),
    Action("previous_match", "p", "previous", "go to the line before that has it", _LOG, 3),
    Action("follow", "f", "follow", "follow the end of the output, or stop", _LOG, 4),
    Action(
        "earlier_attempt",
        "left_square_bracket",
        "earlier attempt",
        "read the attempt before",
        _LOG,
        5,
        "[",
    ),
    Action(
        "later_attempt",
        "right_square_bracket",
        "later attempt",
        "read the attempt after",
        _LOG,
        6,
        "]",
    ),
)
