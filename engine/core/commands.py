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


class TellAttempt(Struct, frozen=True, kw_only=True, tag="tell_attempt"):
    """Write the attempt's control file: its trial's budget, and whether to leave (`gently`)."""

    trial: int
    attempt: int


class HoldAttempt(Struct, frozen=True, kw_only=True, tag="hold_attempt"):
    """Stop the attempt's processes where they are: SIGSTOP to the whole tree."""

    trial: int
    attempt: int


class ContinueAttempt(Struct, frozen=True, kw_only=True, tag="continue_attempt"):
    """Let the attempt's held processes go on: SIGCONT to the whole tree."""

    trial: int
    attempt: int


class AwaitGone(Struct, frozen=True, kw_only=True, tag="await_gone"):
    """Watch processes that would not die, until they are gone; then their slot is free."""

    slot: int
    leftover: tuple[str, ...]


class InheritCheckpoint(Struct, frozen=True, kw_only=True, tag="inherit_checkpoint"):
    """Give a trial the checkpoint of its parent that it begins at, before either runs on."""

    trial: int


class WriteSpace(Struct, frozen=True, kw_only=True, tag="write_space"):
    """Write the config with this version's ranges beside the sweep's own copy."""

    version: int


Command = (
    Emit
    | Propose
    | LaunchAttempt
    | StopAttempt
    | TellAttempt
    | HoldAttempt
    | ContinueAttempt
    | AwaitGone
    | InheritCheckpoint
    | WriteSpace
)
