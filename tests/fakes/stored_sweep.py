"""A sweep at rest, as an engine has left it: what is in its database is what a test puts there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.config.load import load_config
from engine.core.acts import EditSpace
from engine.core.edits import SpaceChange
from engine.core.events import Acted, ReportsArrived
from engine.core.model import Report, trial_name
from engine.core.views import SweepView, TrialView
from engine.store.base import Batch, DeviceSample
from engine.store.sqlite import SqliteStore
from tests.fakes.batches import created, logged, sweep_view

AT = 1_730_000_000.0
HEAD = """\
name: digits
command: [python, -c, "pass", "${args}"]
metric: {name: val_acc, goal: maximize}
"""

Curve = Sequence[dict[str, float]]
"""The metrics reported at step 1, 2, ..."""


class StoredSweep:
    """Trials and curves to be put into a new sweep's directory by `write`.

    `spaces` are the versions of the space, each the `parameters` of a config as YAML; `measured`
    are samples of its devices.
    """

    def __init__(self, directory: Path, *spaces: str, **fields: Any) -> None:
        self.directory = directory
        self._spaces = spaces
        self.measured: list[DeviceSample] = []
        self._rows: list[TrialView] = []
        self._arrived: list[ReportsArrived] = []
        shown: dict[str, Any] = {"state": "finished", "metrics": ["val_acc"]}
        self._view: SweepView = replace(sweep_view(), **(shown | fields))

    def add(self, state: str = "complete", *curve: dict[str, float], **fields: Any) -> TrialView:
        """Add a trial that began when the sweep did, and took a second for each of its steps."""
        number = len(self._rows) + 1
        began = None if state == "waiting" else AT
        ended = AT + len(curve) if state in ("complete", "pruned", "failed") else None
        shown: dict[str, Any] = {
            "params": {"lr": 0.1},
            "origin": f"random #{number - 1}",
            "space_version": 1,
            "attempts": int(began is not None),
            "step": len(curve) or None,
            "started_at": began,
            "ended_at": ended,
        }
        told = {"stage": "main", "budget": 3, "parent": None, "seed": number, **shown, **fields}
        row = TrialView(id=trial_name(number), state=state, **told)
        reports = tuple(Report(step, AT + step, metrics) for step, metrics in enumerate(curve, 1))
        if reports:
            arrived = ReportsArrived(at=AT, trial=number, attempt=1, reports=reports)
            self._arrived.append(arrived)
        self._rows.append(row)
        return row

    def write(self) -> Path:
        """Make the directory with its database."""
        self.directory.mkdir()
        configs = [self._config(space) for space in self._spaces]
        edits = [
            _edited(version, msgspec.to_builtins(config.space))
            for version, config in enumerate(configs[1:], 2)
        ]
        with closing(SqliteStore.create(self.directory / "sweep.db")) as store:
            config = msgspec.json.encode(configs[0]).decode()
            store.write(Batch(meta={"name": self._view.name, "config": config}))
            events = logged([created(AT), *edits, *self._arrived])
            rows, samples = self._rows, self.measured
            store.write(Batch(events=events, trials=rows, sweep=self._view, device_samples=samples))
        return self.directory

    def _config(self, space: str) -> Any:
        path = self.directory.with_suffix(".yaml")
        path.write_text(f"{HEAD}parameters:\n{space}")
        return load_config(path).config


def _edited(version: int, document: Any) -> Acted:
    change = SpaceChange(version=version, document=document, sentence="edited")
    act = EditSpace(edits=(), change=change)
    return Acted(at=AT, request=str(version), who="ada@tty1", act=act)
