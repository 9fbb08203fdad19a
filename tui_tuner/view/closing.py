"""What is left on the terminal when a person leaves the app."""

from __future__ import annotations

from tui_tuner.view_state import ViewState

from .line import plain
from .summary import LinkState


def closing_line(state: ViewState, link: LinkState, title: str) -> str | None:
    """Say how things stand when the person leaves."""
    sweep = state.sweep
    if sweep is None:
        return link.error or None
    name, called = plain(sweep.name or title, 80), plain(title)
    if sweep.state == "dead":
        return f"the engine of {name} is gone: tui-tuner resume {called}"
    if not state.ended:
        return f"detached; the sweep goes on: tui-tuner attach {called}"
    if sweep.best is None:
        return f"{name} is {sweep.state}"
    value = state.value_format.text(sweep.best.value)
    return f"{name} is {sweep.state}; best {value} by {sweep.best.trial}: tui-tuner best {called}"
