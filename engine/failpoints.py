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


def failpoint(name: str) -> None:
    """Kill this process here, if `name` is the armed failpoint."""
    if name == ARMED:
        os.kill(os.getpid(), signal.SIGKILL)
