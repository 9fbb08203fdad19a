"""Whether a script surely goes on from its checkpoint when its trial is promoted."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from engine.config.interpreter import command_words
from engine.config.macro_names import PARAMETER, PASS_ALL, macros_in
from engine.config.passing import scripts
from engine.config.schema import Config

_USES_SDK = re.compile(r"\btui_tuner\b")
_SCHEDULE = re.compile(r"schedul|anneal|one_?cycle", re.IGNORECASE)


class GoingOn(Struct, frozen=True):
    """Whether it is sure, and why: what follows 'since'."""

    is_sure: bool
    why: str


def going_on(config: Config) -> GoingOn:
    """Read a config, and the script that it names, for whether promoted trials surely go on.

    They do where the command, or an `env`, passes `${checkpoint}` and the budget, and where the
    script calls the `load()` and `save(...)` of its trial. Not sure is a script with a schedule:
    one as long as the budget takes another course where a small budget comes first.
    """
    texts = list(scripts(config))
    if not (_passes_checkpoint(config) or any(_keeps_state(config, text) for text in texts)):
        return GoingOn(False, "nothing shows that the script goes on from a checkpoint")
    if any(_SCHEDULE.search(text) for text in texts):
        return GoingOn(False, "the script has a schedule, which may follow the budget")
    return GoingOn(True, "the script goes on from its checkpoints")


def _passes_checkpoint(config: Config) -> bool:
    words = (*command_words(config), *config.env.values())
    macros = {name for word in words for name in macros_in(word)}
    budget = f"{PARAMETER}{config.budget.parameter}" if config.budget else "budget"
    return "checkpoint" in macros and not macros.isdisjoint((*PASS_ALL, "budget", budget))


def _keeps_state(config: Config, text: str) -> bool:
    """Whether a script calls `load()` and `save(...)` of one object, as it does with a trial."""
    if config.function is None and not _USES_SDK.search(text):
        return False
    calls = list(_method_calls(text))
    loads = {owner for owner, method, count in calls if method == "load" and count == 0}
    return any(owner in loads for owner, method, count in calls if method == "save" and count)


def _method_calls(text: str) -> Iterator[tuple[str, str, int]]:
    """Give each `owner.method(...)` of a Python file, with the number of its arguments."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in calls:
        match call.func:
            case ast.Attribute(value=ast.Name() | ast.Attribute() as owner, attr=method):
                yield ast.unparse(owner), method, len(call.args) + len(call.keywords)
