"""From the words of a command line to the verb that carries them out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .boundary import USAGE, quiet_stdout, said
from .verbs import VERBS

__all__ = ["run"]


def run(arguments: Sequence[str] | None = None) -> int:
    """Run `tui-tuner ARGUMENTS` and give its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if words[:1] == ["--version"]:
        from tui_tuner import __version__

        print(f"tui-tuner {__version__}")
        return 0
    return _run(words)


def _run(words: list[str]) -> int:
    chosen = [words[0]] if words and words[0] in VERBS else list(VERBS)
    if words and not words[0].startswith("-") and words[0] not in VERBS:
        return _unknown(words[0])
    from .app import typer_app

    try:
        typer_app(chosen)(words or ["--help"], prog_name="tui-tuner")
    except SystemExit as leaving:
        code = leaving.code
        status = code if isinstance(code, int) else 0 if code is None else 1
    else:
        status = 0
    return status if quiet_stdout() else _broken_pipe()


def _unknown(verb: str) -> int:
    from difflib import get_close_matches

    near = get_close_matches(verb, VERBS, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(VERBS)}"
    said(f"no verb {verb!r}; {hint}")
    return USAGE


def _broken_pipe() -> int:
    """Nobody reads on: leave without a word, as `head` expects."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
