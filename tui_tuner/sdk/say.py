"""Words for the person who reads a trial's log."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Print one line on stderr; a closed stderr is no reason to fail."""
    try:
        sys.stderr.write("tui-tuner: " + text + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return
