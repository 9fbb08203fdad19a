"""The characters that carry meaning, in Unicode and in plain ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Glyphs(NamedTuple):
    """One character for each thing the screens say without words."""

    states: Mapping[str, str]
    ladder: str
    """Heights from low to high; none fills its line, so that curves below each other stay apart."""
    bad: str
    """A value that is no number."""
    bar: str
    bar_half: str
    bar_rest: str
    cursor: str
    mark: str
    best: str
    note: str
    """A trial that carries a note."""
    advice: str
    """A trial that an advisory rule would have stopped."""
    held: str
    """Follows the state of a trial that is paused in memory."""
    level: str
    """A lead that is within the noise."""
    differs: str
    """A parameter that is not that of the trial it is compared with."""
    spread: str
    up: str
    down: str
    dot: str
    point: str
    """One trial among many in a scatter."""
    here: str
    """The trial that a scatter is about."""
    rule: str
    warning: str
    ellipsis: str
    missing: str
    to: str
    vertical: str
    tick: str
    corner: str
    below: str
    ascii: bool


UNICODE = Glyphs(
    states={
        "running": "▶",
        "paused": "‖",
        "waiting": "○",
        "complete": "✓",
        "pruned": "✂",
        "failed": "✗",
    },
    ladder="▁▂▃▄▅▆▇",
    bad="✕",
    bar="━",
    bar_half="╸",
    bar_rest="─",
    cursor="▸",
    mark="●",
    best="★",
    note="✎",
    advice="⚑",
    held="▪",
    level="≈",
    differs="≠",
    spread="±",
    up="▲",
    down="▼",
    dot=" · ",
    point="·",
    here="◆",
    rule="─",
    warning="⚠",
    ellipsis="…",
    missing="-",
    to="→",
    vertical="│",
    tick="┤",
    corner="└",
    below="┬",
    ascii=False,
)

ASCII = Glyphs(
    states={
        "running": "R",
        "paused": "P",
        "waiting": ".",
        "complete": "C",
        "pruned": "x",
        "failed": "F",
    },
    ladder="_.-~=+*#",
    bad="x",
    bar="=",
    bar_half="-",
    bar_rest=".",
    cursor=">",
    mark="+",
    best="*",
    note='"',
    advice="a",
    held="h",
    level="~",
    differs="!",
    spread="+-",
    up="^",
    down="v",
    dot=", ",
    point=".",
    here="@",
    rule="-",
    warning="!",
    ellipsis="...",
    missing="-",
    to="->",
    vertical="|",
    tick="+",
    corner="+",
    below="+",
    ascii=True,
)

ENDINGS: Mapping[str, str] = {
    "diverged": "failed",
    "requeued": "waiting",
    "converged": "pruned",
}
"""What a trial that was asked to go becomes, where that is not the word for it."""

STATE_ROLES: Mapping[str, str] = {
    "running": "accent",
    "paused": "",
    "waiting": "dim",
    "complete": "",
    "pruned": "dim",
    "failed": "error",
}


_PLAIN_LOCALES = ("C", "POSIX")
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python sets LC_CTYPE to by itself where the locale is a plain one."""


def wants_ascii(environ: Mapping[str, str]) -> bool:
    """Say whether the terminal is one that shows no more than ASCII."""
    language, characters = environ.get("LANG", ""), environ.get("LC_CTYPE", "")
    if language in _PLAIN_LOCALES and characters in _COERCED:
        characters = ""
    locale = environ.get("LC_ALL") or characters or language
    return (locale.split(".")[0] in _PLAIN_LOCALES and "UTF" not in locale.upper()) or (
        environ.get("TERM") == "linux"
    )
