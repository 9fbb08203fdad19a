"""From the words of a command line to the verb that carries them out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from .boundary import USAGE, guarded, quiet_stdout, said
from .plain_words import call_of
from .streams import fill_gaps
from .verbs import VERBS, module_of

__all__ = ["run"]


def run(arguments: Sequence[str] | None = None) -> int:
    """Run `tui-tuner ARGUMENTS` and give its exit status."""
    fill_gaps()
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
    if not words and sys.stdin.isatty() and sys.stdout.isatty():
        return _alone()
    chosen = [words[0]] if words and words[0] in VERBS else list(VERBS)
    if words and not words[0].startswith("-") and words[0] not in VERBS:
        return _unknown(words[0])
    try:
        if len(chosen) > 1 or not _is_done_plainly(chosen[0], words[1:]):
            from .app import typer_app

            typer_app(chosen)(words or ["--help"], prog_name="tui-tuner")
    except SystemExit as leaving:
        code = leaving.code
        status = code if isinstance(code, int) else 0 if code is None else 1
    else:
        status = 0
    return status if quiet_stdout() else _broken_pipe()


def _is_done_plainly(verb: str, words: list[str]) -> bool:
    """Carry a verb out whose words are plain; say whether they are."""
    command = import_module(f"{__package__}.{module_of(verb)}").command
    call = call_of(command, words)
    if call is None:
        return False
    guarded(command)(**call)
    return True


def _alone() -> int:
    """Show the sweeps of this box; where the terminal draws nothing, the help."""
    from .screen import has_terminal

    if not has_terminal():
        return _run(["--help"])
    from .bare import show_sweeps
    from .boundary import guarded

    try:
        guarded(show_sweeps)()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    return 0


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
