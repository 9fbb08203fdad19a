"""What Textual reads of the environment as it is loaded, set before it is."""

from __future__ import annotations

from collections.abc import MutableMapping

from .depth import fix_depth

_FRAMES_A_SECOND = 250


def prepare(environ: MutableMapping[str, str]) -> None:
    """Have Textual write in the terminal's colours, and paint what a key changed within 4 ms.

    It looks for what has changed so often a second, while something has; what the engine tells
    has a slower pace of its own.
    """
    fix_depth(environ)
    environ.setdefault("TEXTUAL_FPS", str(_FRAMES_A_SECOND))
