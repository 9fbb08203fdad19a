"""Proposes nothing: every configuration comes from a person."""

from __future__ import annotations

from .base import Exhausted, SearchMethod


class Manual(SearchMethod):
    """Leaves the proposing to `tui-tuner add` and `tui-tuner clone`."""

    name = "manual"

    def propose(self, index: int) -> Exhausted:
        """Say where trials come from instead."""
        return Exhausted(reason="the manual method proposes nothing; use add to give it a trial")
