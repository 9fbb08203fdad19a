"""Turns a sweep into the storage of a study."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.client import Connection
from engine.core.views import SweepView, TrialView
from engine.protocol.messages import GetSpace, GetStatus, GetVersions, ListTrials, Space
from engine.text import clean
from tui_tuner.cli.exporting import Exported
from tui_tuner.cli.exporting_curves import stored_curves

from .axes import axes_of
from .database import database_of
from .journal import journal_of
from .trials import Translator

JOURNALS = (".log", ".journal")
_MOST_CHARACTERS = 500


async def optuna_study(connection: Connection, *, directory: Path, out: Path) -> Exported:
    """One study named after the sweep: a journal where `out` is named as one, else SQLite."""
    view: SweepView = await connection.request(GetStatus(id=0))
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    versions = await connection.request(GetVersions(id=0))
    spaces: dict[int, Space] = {
        v.version: await connection.request(GetSpace(id=0, version=v.version)) for v in versions
    }
    content = await asyncio.to_thread(_stored, view, rows, spaces, directory, out)
    return Exported(content, len(rows))


def _stored(
    view: SweepView,
    rows: Sequence[TrialView],
    spaces: dict[int, Space],
    directory: Path,
    out: Path,
) -> bytes:
    """The bytes of the storage. Blocks."""
    import optuna

    def create(storage: Any) -> Any:
        """Begin the study in an empty storage."""
        name = clean(view.name, limit=_MOST_CHARACTERS) or directory.name
        study = optuna.create_study(
            storage=storage,
            study_name=name,
            direction="maximize" if view.metric.goal == "maximize" else "minimize",
        )
        study.set_metric_names([clean(view.metric.name, limit=_MOST_CHARACTERS)])
        for key, value in _about(view).items():
            study.set_user_attr(key, value)
        return study

    def trials() -> Iterator[Any]:
        """Make Optuna's trials, one at a time."""
        translator = Translator(view, axes_of(spaces, rows))
        for row, curves in stored_curves(directory, rows):
            yield translator.trial(row, curves)

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if out.suffix in JOURNALS:
            return journal_of(create, trials())
        return database_of(create, trials())


def _about(view: SweepView) -> dict[str, Any]:
    """What a study says of the sweep it was."""
    return {
        "sweep": clean(view.name),
        "metric": clean(view.metric.name),
        "goal": view.metric.goal,
        "method": clean(view.method),
        "state": view.state,
        "space_version": view.space_version,
        "best": view.best.trial if view.best is not None else None,
    }
