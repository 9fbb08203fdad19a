"""`tui-tuner add`."""

from __future__ import annotations

from engine.core.acts import Add
from engine.errors import UsageError
from engine.lifecycle import find_sweep

from .arguments import DryRun, Json, SetValues, Sweep, Why
from .steering import Asked, steer
from .values import assignments


def command(
    sweep: Sweep = None,
    set_: SetValues = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Run a configuration of your own.

    What you leave out is taken from the best trial.

    Example: tui-tuner add digits --set lr=1e-3 --set optimizer=adam
    """
    if not set_:
        raise UsageError("say at least one value: --set lr=1e-3")
    steer(find_sweep(sweep), Add(values=assignments(set_)), Asked(why, dry_run, json))
