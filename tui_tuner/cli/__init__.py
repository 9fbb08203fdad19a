"""The command line. One verb a file; only the verb that is called is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `tui-tuner ARGUMENTS` and give its exit status."""
    _put_our_engine_first()
    from .command import run

    return run(arguments)


def _put_our_engine_first() -> None:
    """Find our `engine` before one that PYTHONPATH or the current folder offers."""
    root = str(Path(__file__).resolve().parents[2])
    if sys.path[:1] != [root]:
        sys.path.insert(0, root)
