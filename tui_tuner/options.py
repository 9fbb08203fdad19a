"""How a person wants the app: what the command line, the terminal and the preferences decide."""

from __future__ import annotations

from msgspec import Struct

FRAMES_PER_SECOND = 5
"""How often what the engine pushes is painted, at most; keys are answered at once."""

THEMES = ("dark", "light", "high-contrast")
"""The first is shown until another is chosen."""


class AppOptions(Struct, frozen=True, kw_only=True):
    """What is open to choice about the app; empty `theme` means the remembered one."""

    ascii: bool = False
    fps: int = FRAMES_PER_SECOND
    mouse: bool = True
    theme: str = ""
    bell: bool = True
    read_only: bool = False
    exit_when_done: bool = False


DEFAULT_OPTIONS = AppOptions()
