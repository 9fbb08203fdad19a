"""Everything about one trial."""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine.checkpoints import checkpoints
from engine.core.lineage import lineage_of
from engine.core.model import trial_number
from engine.protocol.messages import CheckpointView, ShowTrial, TrialDetail
from engine.text import clean

from .base import Viewer
from .series import shown


async def show_trial(viewer: Viewer, request: ShowTrial) -> TrialDetail:
    """Show a trial with its curves, checkpoints and history."""
    source = viewer.source
    row = source.trial(request.trial)
    saved = await asyncio.to_thread(_checkpoints, source.directory, request.trial)
    curves = await source.series(request.trial)
    return TrialDetail(
        trial=row,
        series=shown(curves, request.points),
        checkpoints=saved,
        decisions=[d for d in source.decisions() if row.id in d.trials],
        lineage=lineage_of(row, lambda name: source.trial(trial_number(name))),
    )


def _checkpoints(directory: Path, trial: int) -> list[CheckpointView]:
    found = checkpoints(directory / "trials" / f"{trial:04d}")
    return [CheckpointView(path=clean(str(c.path)), step=c.step, value=c.value) for c in found]
