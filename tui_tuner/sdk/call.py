"""Runs a training function as a trial: `python -m tui_tuner.sdk.call module:function`."""

from __future__ import annotations

import importlib
import os
import sys

from .trial import trial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

USAGE = "python -m tui_tuner.sdk.call module:function"


def main() -> None:
    """Import the module from the working directory, call the function, report what it returns.

    Errors of the function keep their traceback; a missing one is a single line and exit 1.
    """
    if len(sys.argv) != 2 or ":" not in sys.argv[1]:
        sys.exit(f"tui-tuner: usage: {USAGE}")
    here = os.getcwd()
    if sys.path[:1] != [here]:
        sys.path.insert(0, here)
    module, _, function = sys.argv.pop(1).partition(":")
    called = _find(module, function, here)
    this = trial()
    this.report_result(called(this))


def _find(module: str, function: str, here: str) -> Callable[..., Any]:
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not (module + ".").startswith(error.name + "."):
            raise
        sys.exit(f"tui-tuner: no module {error.name!r} in {here}")
    for name in function.split("."):
        if not hasattr(found, name):
            sys.exit(f"tui-tuner: {module} has no {function!r}; it has {_functions(found)}")
        found = getattr(found, name)
    if not callable(found):
        sys.exit(f"tui-tuner: {module}:{function} is no function but {type(found).__name__}")
    return found  # type: ignore[no-any-return]


def _functions(module: Any) -> str:
    own = [
        name for name, value in vars(module).items() if callable(value) and not name.startswith("_")
    ]
    return ", ".join(own) or "no functions"


if __name__ == "__main__":
    main()
