"""What the machine asks its interpreter to do. Imperative; carried out only after the commit."""

from __future__ import annotations

from msgspec import Struct

from .events import Event


class Emit(Struct, frozen=True, kw_only=True, tag="emit"):
    """Log this event and handle it at once. Dropped in a replay: the log already holds it."""

    event: Event


class Propose(Struct, frozen=True, kw_only=True, tag="propose"):
    """Ask the search method for `count` more proposals, from the state's `next_index` on."""

    count: int


class LaunchAttempt(Struct, frozen=True, kw_only=True, tag="launch_attempt"):
    """Start a process for this attempt."""

    trial: int
    attempt: int


class StopAttempt(Struct, frozen=True, kw_only=True, tag="stop_attempt"):
    """End the attempt's process tree: SIGTERM, grace, SIGKILL."""

    trial: int
    attempt: int


Command = Emit | Propose | LaunchAttempt | StopAttempt
