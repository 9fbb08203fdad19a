"""What preparing an act may know beside the machine's state: found out on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from engine.checkpoints import checkpoints
from engine.core.model import Running, Trial
from engine.core.state import SweepState

REPORTS = "reports.jsonl"
"""What the SDK writes; scripts that only print leave none."""
LOOKED_AT = 5
"""How many earlier attempts tell whether a script that has not reported yet will listen."""


class Questions(Struct, frozen=True, kw_only=True):
    """What to look for: trials by number with the last step they reported, and attempts.

    `running` holds the attempts now under way, those in `silent` have reported nothing yet;
    `earlier` are attempts that did report.
    """

    steps: dict[int, int | None]
    running: dict[int, int]
    silent: frozenset[int]
    earlier: tuple[tuple[int, int], ...]


class Found(Struct, frozen=True, kw_only=True):
    """The epoch each trial would go on from, where it has a checkpoint, and who listens."""

    checkpoints: dict[int, int] = {}
    listening: frozenset[int] = frozenset()


def questions(state: SweepState, trials: Iterable[int]) -> Questions:
    """Say what an act on trials needs to know; the state is read now, the disk later."""
    numbers = dict.fromkeys(trials)
    tried = [t for n in numbers if (t := state.trials.get(n)) and t.attempts]
    running = [t for t in tried if isinstance(t.state, Running)]
    silent = frozenset(t.number for t in running if t.attempts[-1].first_step is None)
    return Questions(
        steps={t.number: t.last_step for t in tried},
        running={t.number: t.attempts[-1].n for t in running},
        silent=silent,
        earlier=_that_reported(reversed(state.trials.values())) if silent else (),
    )


def look(directory: Path, asked: Questions) -> Found:
    """Look on the disk. Blocks."""
    steps = {n: _goes_on_from(_home(directory, n), last) for n, last in asked.steps.items()}
    wrote = {n for n, attempt in asked.running.items() if _wrote(directory, n, attempt)}
    if asked.silent - wrote and any(_wrote(directory, n, a) for n, a in asked.earlier):
        wrote |= asked.silent
    return Found(
        checkpoints={n: step for n, step in steps.items() if step is not None},
        listening=frozenset(wrote),
    )


def _that_reported(trials: Iterable[Trial]) -> tuple[tuple[int, int], ...]:
    """The newest attempts that reported, a few of them."""
    found: list[tuple[int, int]] = []
    for trial in trials:
        found += [(trial.number, a.n) for a in trial.attempts if a.first_step is not None]
        if len(found) >= LOOKED_AT:
            break
    return tuple(found[:LOOKED_AT])


def _goes_on_from(home: Path, reported: int | None) -> int | None:
    """The epoch that a further attempt goes on from; None: it has no checkpoint.

    As the SDK loads it: a newest checkpoint whose epoch was never reported is passed over.
    """
    steps = sorted({c.step for c in checkpoints(home)}, reverse=True)
    if not steps:
        return None
    newest, earlier = steps[0], steps[1:]
    unreported = newest == (reported or 0) + 1
    if unreported and (newest == 1 or (earlier and earlier[0] == reported)):
        return earlier[0] if earlier else None
    return newest


def _wrote(directory: Path, number: int, attempt: int) -> bool:
    try:
        return os.stat(_home(directory, number) / "attempts" / str(attempt) / REPORTS).st_size > 0
    except OSError:
        return False


def _home(directory: Path, number: int) -> Path:
    return directory / "trials" / f"{number:04d}"
