"""Named places where a test can kill the process it stands in, as a power cut would.

`TUI_TUNER_FAILPOINT=name` arms one. An unarmed failpoint costs one comparison. The runner and the
zygote carry their own copy, since they import nothing of ours.
"""

from __future__ import annotations

import os
import signal

ARMED = os.environ.get("TUI_TUNER_FAILPOINT")

ENGINE_FAILPOINTS = (
    "engine.attempt_started.before_commit",
    "engine.attempt_started.after_commit",
    "engine.launch.requested",
    "engine.reports.before_commit",
    "engine.reports.after_commit",
    "engine.attempt_ended.before_commit",
    "engine.attempt_ended.after_commit",
)

STEERING_FAILPOINTS = (
    "engine.acted.before_commit",
    "engine.acted.after_commit",
    "engine.stop_attempt.before",
    "engine.stop_attempt.after",
    "engine.tell_attempt.before",
    "engine.tell_attempt.after",
    "engine.hold_attempt.before",
    "engine.hold_attempt.after",
    "engine.continue_attempt.before",
    "engine.continue_attempt.after",
    "engine.write_space.before",
    "engine.write_space.after",
    "engine.slot_freed.before_commit",
    "engine.slot_freed.after_commit",
)
"""Reached only where a person steers: before and after a command of theirs is carried out."""

STAGE_FAILPOINTS = (
    "engine.stage_entered.before_commit",
    "engine.stage_entered.after_commit",
)
"""Reached where a stage follows another."""


def failpoint(name: str) -> None:
    """Kill this process here, if `name` is the armed failpoint."""
    if name == ARMED:
        os.kill(os.getpid(), signal.SIGKILL)
