"""Which verbs there are."""

from __future__ import annotations

from keyword import iskeyword

GROUPS = {
    "Sweep": (
        "run",
        "attach",
        "stop",
        "resume",
        "slots",
        "gpus",
        "stage",
        "undo",
        "validate",
        "doctor",
    ),
    "Look": (
        *("ls", "status", "trials", "show", "logs", "history", "insight", "best", "export", "keys"),
    ),
    "Compare methods": ("record", "simulate"),
    "Steer trials": (
        *("prune", "revive", "promote", "pause", "continue", "retry", "clone", "add", "note"),
    ),
    "Search space": ("space", "range", "choices"),
}
"""By what they are about, in the order of the help."""

VERBS = tuple(verb for group in GROUPS.values() for verb in group)


def module_of(verb: str) -> str:
    """Name the module whose `command` carries a verb out."""
    return f"{verb}_" if iskeyword(verb) else verb
