"""Where this process stands: which trial of which sweep, or alone."""

from __future__ import annotations

import os

from . import wire


class Context:
    """What the sweep told this process by environment variables.

    Alone, `id` is 'local', `dir` is the working directory, and `attempt_dir` is None.
    """

    def __init__(self, environ: os._Environ[str] | dict[str, str]) -> None:
        self.in_sweep = bool(environ.get(wire.ENV_TRIAL))
        self.id = environ.get(wire.ENV_TRIAL) or "local"
        self.attempt = _integer(environ.get(wire.ENV_ATTEMPT)) or 1
        self.dir = environ.get(wire.ENV_TRIAL_DIR) or "."
        self.attempt_dir = environ.get(wire.ENV_ATTEMPT_DIR) or None
        self.seed = _integer(environ.get(wire.ENV_SEED))
        self.budget = _integer(environ.get(wire.ENV_BUDGET))
        self.budget_parameter = environ.get(wire.ENV_BUDGET_PARAMETER) or None
        self.from_step = _integer(environ.get(wire.ENV_FROM_STEP)) or 0
        self.metric = environ.get(wire.ENV_METRIC) or None
        self.goal = environ.get(wire.ENV_GOAL) or None


def _integer(text: str | None) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        return None


def is_chief() -> bool:
    """Whether this process speaks for the trial: rank 0 of a distributed job, or the only one."""
    return os.environ.get("RANK", "0") in ("0", "")
