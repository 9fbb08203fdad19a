"""The themes: state has a colour, the selected and the best have one each, the rest is quiet.

Each is drawn for the colours that a terminal has: rounding another's colours would lose the
cursor in the background.
"""

from __future__ import annotations

from typing import NamedTuple

from textual.theme import Theme

from tui_tuner.options import THEMES
from tui_tuner.terminal.depth import Depth


class Palette(NamedTuple):
    """The colours of a theme, by the role they play."""

    background: str
    panel: str
    cursor: str
    edge: str
    foreground: str
    dim: str
    faint: str
    accent: str
    best: str
    warning: str
    error: str
    bar: str
    spark: str


_DARK = Palette(
    background="#15161e",
    panel="#1f2130",
    cursor="#262b45",
    edge="#2b3150",
    foreground="#c8cee6",
    dim="#9099bf",
    faint="#646c94",
    accent="#7dcfff",
    best="#ffc777",
    warning="#e0af68",
    error="#f7768e",
    bar="#8a94c0",
    spark="#7480b5",
)
_DARK_256 = Palette(
    background="#1c1c1c",
    panel="#262626",
    cursor="#303030",
    edge="#3a3a3a",
    foreground="#dadada",
    dim="#a8a8a8",
    faint="#767676",
    accent="#87d7ff",
    best="#ffd787",
    warning="#d7af5f",
    error="#ff8787",
    bar="#8787d7",
    spark="#8787af",
)
_DARK_16 = Palette(
    background="#000000",
    panel="#0000aa",
    cursor="#0000aa",
    edge="#0000aa",
    foreground="#ffffff",
    dim="#aaaaaa",
    faint="#00aaaa",
    accent="#55ffff",
    best="#55ff55",
    warning="#ffff55",
    error="#ff5555",
    bar="#00aaaa",
    spark="#aaaaaa",
)
_LIGHT = Palette(
    background="#fafafc",
    panel="#e9eaf1",
    cursor="#dce3f5",
    edge="#c4c9dc",
    foreground="#1f2335",
    dim="#555b75",
    faint="#80869f",
    accent="#0a56a3",
    best="#7a4f00",
    warning="#854b00",
    error="#ab1036",
    bar="#566190",
    spark="#616c98",
)
_LIGHT_256 = Palette(
    background="#ffffff",
    panel="#f2f2f2",
    cursor="#ececec",
    edge="#c6c6c6",
    foreground="#262626",
    dim="#5f5f5f",
    faint="#808080",
    accent="#005faf",
    best="#875f00",
    warning="#875f00",
    error="#af005f",
    bar="#5f5f87",
    spark="#5f5faf",
)
_LIGHT_16 = Palette(
    background="#ffffff",
    panel="#ffffff",
    cursor="#ffffff",
    edge="#aaaaaa",
    foreground="#000000",
    dim="#555555",
    faint="#555555",
    accent="#0000aa",
    best="#aa00aa",
    warning="#aa5500",
    error="#aa0000",
    bar="#0000aa",
    spark="#555555",
)
_CONTRAST = Palette(
    background="#000000",
    panel="#262626",
    cursor="#444444",
    edge="#d0d0d0",
    foreground="#ffffff",
    dim="#d0d0d0",
    faint="#b2b2b2",
    accent="#5fffff",
    best="#ffff00",
    warning="#ffaf00",
    error="#ffafaf",
    bar="#d0d0d0",
    spark="#afd7ff",
)

PALETTES: dict[str, dict[Depth, Palette]] = {
    "dark": {"truecolor": _DARK, "256": _DARK_256, "standard": _DARK_16},
    "light": {"truecolor": _LIGHT, "256": _LIGHT_256, "standard": _LIGHT_16},
    "high-contrast": {
        "truecolor": _CONTRAST,
        "256": _CONTRAST,
        "standard": _DARK_16._replace(dim="#ffffff", faint="#aaaaaa", edge="#ffffff"),
    },
}

_STRONG = ("#5fffff", "#ffaf00", "#afff5f", "#d7afff", "#ff87d7", "#ffffff")
_BRIGHT = ("#55ffff", "#ffff55", "#55ff55", "#ff55ff", "#5555ff", "#ffffff")
PLOTS: dict[str, dict[Depth, tuple[str, ...]]] = {
    "dark": {
        "truecolor": ("#7dcfff", "#ff9e64", "#9ece6a", "#c099ff", "#ff8fd0", "#c8cee6"),
        "256": ("#87d7ff", "#ffaf5f", "#afd75f", "#d7afff", "#ff87d7", "#dadada"),
        "standard": _BRIGHT,
    },
    "light": {
        "truecolor": ("#0a56a3", "#b04a00", "#3a7a1d", "#7a3fc0", "#b0207a", "#1f2335"),
        "256": ("#005faf", "#af5f00", "#5f8700", "#8700d7", "#af0087", "#262626"),
        "standard": ("#0000aa", "#aa5500", "#00aa00", "#aa00aa", "#aa0000", "#000000"),
    },
    "high-contrast": {"truecolor": _STRONG, "256": _STRONG, "standard": _BRIGHT},
}
"""Six lines told apart: hues that the states do not have, except where sixteen colours are all."""


def themes(depth: Depth) -> list[Theme]:
    """Give the themes as a terminal with so many colours shows them best."""
    return [
        _theme(name, palettes[depth], PLOTS[name][depth]) for name, palettes in PALETTES.items()
    ]


def after(name: str) -> str:
    """Name the theme that comes after another."""
    return THEMES[(THEMES.index(name) + 1) % len(THEMES)] if name in THEMES else THEMES[0]


def _theme(name: str, palette: Palette, plots: tuple[str, ...]) -> Theme:
    return Theme(
        name=name,
        primary=palette.accent,
        secondary=palette.dim,
        accent=palette.accent,
        warning=palette.warning,
        error=palette.error,
        success=palette.best,
        foreground=palette.foreground,
        background=palette.background,
        surface=palette.background,
        panel=palette.panel,
        dark=name != "light",
        variables={
            "dim": palette.dim,
            "faint": palette.faint,
            "best": palette.best,
            "bar": palette.bar,
            "spark": palette.spark,
            "cursor": palette.cursor,
            "edge": palette.edge,
            **{f"plot{n}": colour for n, colour in enumerate(plots, 1)},
            "input-cursor-background": palette.foreground,
            "input-selection-background": palette.cursor,
            "scrollbar": palette.edge,
        },
    )
