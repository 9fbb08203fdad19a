"""The options of the verbs that show the app: how it draws and what it listens to."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_tuner.options import THEMES


def _theme(text: str) -> str:
    if text and text not in THEMES:
        raise typer.BadParameter(f"{text!r}: one of {', '.join(THEMES)}")
    return text


Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with plain characters.")]
Fps = Annotated[
    int,
    typer.Option(
        "--fps", metavar="N", min=1, max=60, help="Paint what the engine tells so often a second."
    ),
]
Theme = Annotated[
    str,
    typer.Option(
        "--theme",
        metavar="|".join(THEMES),
        parser=_theme,
        show_default=False,
        help="How it looks; remembered.",
    ),
]
NoMouse = Annotated[
    bool, typer.Option("--no-mouse", help="Leave the mouse to the terminal, to select and copy.")
]
