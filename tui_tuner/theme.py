"""The one theme: state has a colour, the selected and the best have one each, the rest is quiet."""

from __future__ import annotations

from textual.theme import Theme

TUNER = Theme(
    name="tuner",
    primary="#7aa2f7",
    secondary="#565f89",
    accent="#7dcfff",
    warning="#e0af68",
    error="#f7768e",
    success="#9ece6a",
    foreground="#c8cee6",
    background="#15161e",
    surface="#1a1b26",
    panel="#1f2130",
    dark=True,
    variables={
        "dim": "#7f88ad",
        "faint": "#4a5072",
        "best": "#ffc777",
        "bar": "#8a94c0",
        "spark": "#6b76a8",
        "cursor": "#2b3150",
        "edge": "#2b3150",
        "input-cursor-background": "#c8cee6",
        "input-selection-background": "#2b3150",
        "scrollbar": "#2b3150",
    },
)
