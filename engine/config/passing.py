"""Which parameters reach the script, and which would be searched in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from engine.config.interpreter import FUNCTION_MODULE, command_words
from engine.config.macro_names import PARAMETER, PASS_ALL, macros_in
from engine.config.schema import Config
from engine.core.model import Params

_READS_PARAMS = re.compile(r"\btui_tuner\b|TUI_TUNER|params\.json")
_LARGEST_SCRIPT_BYTES = 2_000_000


def passed_params(config: Config, params: Params, budget: int | None) -> Params:
    """Give what a trial is told: its parameters and its budget, as in `epochs: 27`.

    A budget parameter that the space has as well keeps the value it has there.
    """
    if config.budget is None or budget is None or config.budget.parameter in params:
        return params
    return {**params, config.budget.parameter: budget}


def unpassed(config: Config) -> list[str]:
    """Give one warning for each searched parameter that nothing passes to the script.

    A script passes where its text reads what tui-tuner offers: the SDK, a `TUI_TUNER_` variable,
    or `params.json`. A lone `program` is always given `--name=value`, as W&B does.
    """
    if config.command is None:
        return []
    macros = {name for text in (*config.command, *config.env.values()) for name in macros_in(text)}
    if macros.intersection(PASS_ALL):
        return []
    lost = [name for name in config.space.varying() if f"{PARAMETER}{name}" not in macros]
    if not lost or any(_READS_PARAMS.search(text) for text in scripts(config)):
        return []
    return [f"{name} is searched but nothing passes it to the script" for name in lost]


def scripts(config: Config) -> Iterator[str]:
    """Give the text of each file that the command names and that can be read."""
    words = [word.replace("${program}", config.program or "") for word in command_words(config)]
    for before, word in zip(["", *words], words, strict=False):
        module = word
        if before in ("-m", FUNCTION_MODULE):
            module = word.partition(":")[0].replace(".", "/")
        for name in (word, f"{module}.py", f"{module}/__main__.py"):
            text = _text_of(Path(config.folder, name))
            if text is not None:
                yield text


def _text_of(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_SCRIPT_BYTES:
            return None
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return None
