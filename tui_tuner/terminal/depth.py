"""How many colours a terminal shows."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Literal

Depth = Literal["truecolor", "256", "standard"]
"""As Rich calls them; `standard` is sixteen."""

DEPTHS: tuple[Depth, ...] = ("truecolor", "256", "standard")

_CHOICE = "TEXTUAL_COLOR_SYSTEM"
_MANY = ("xterm-kitty", "alacritty", "foot", "wezterm", "xterm-ghostty", "contour", "st-")


def depth(environ: Mapping[str, str]) -> Depth:
    """Tell the depth by what the environment says; true colour only where that says so."""
    for known in DEPTHS:
        if environ.get(_CHOICE) == known:
            return known
    term = environ.get("TERM", "")
    rich = environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
    if rich and not (term.startswith("screen") and "TMUX" not in environ):
        return "truecolor"
    if "256color" in term or term.startswith(_MANY):
        return "256"
    return "standard"


def fix_depth(environ: MutableMapping[str, str]) -> None:
    """Have Textual, which reads it as it is loaded, write in as many colours as `depth` tells."""
    environ[_CHOICE] = depth(environ)
