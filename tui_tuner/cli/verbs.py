"""Which verbs there are."""

from __future__ import annotations

VERBS = (
    "run",
    "attach",
    "ls",
    "status",
    "trials",
    "show",
    "logs",
    "history",
    "space",
    "best",
    "export",
    "prune",
    "stop",
    "resume",
    "validate",
)
"""In the order of the help. Each is done by `command` in the module of its name."""
