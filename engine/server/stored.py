"""A store at rest as a source for sessions: finished, copied, or left by a dead engine."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.core.acts import Act, Decision
from engine.core.edits import SpaceVersion
from engine.core.history import DECIDING, History
from engine.core.model import STATES, trial_name
from engine.core.views import EngineView, MetricView, SweepView, TrialView
from engine.errors import ActError, NotFoundError, StoreError
from engine.ownership import engine_pid
from engine.protocol.messages import ActResult, Space, VersionView
from engine.store.base import StoreReader
from engine.store.reader import open_reader

from .first_rows import Standing
from .last_seen import last_seen
from .reading import ReadingSource
from .source import Changes

UNDER_WAY = ("running", "paused", "stopping")
DATABASE = "sweep.db"


class StoredSource(ReadingSource):
    """Reads the sweep's database as it is now; nothing changes afterwards, and nothing is done.

    Raises StoreError (also for a database of a newer version).
    """

    live = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._reader = open_reader(self.directory / DATABASE)
        self._pid = engine_pid(self.directory)

    def close(self) -> None:
        """Let go of the database."""
        self._reader.close()

    @property
    def seq(self) -> int:
        return 0

    def status(self) -> SweepView:
        return self._status

    @cached_property
    def _status(self) -> SweepView:
        view = self._reader.sweep() or _unbegun(self._reader.meta())
        alive = self._pid is not None
        view = replace(
            view,
            dir=str(self.directory),
            engine=EngineView(pid=self._pid or None, alive=alive),
            devices=last_seen(self._reader),
        )
        if alive:
            silent = f"the engine, process {self._pid}, does not answer: this is what it stored"
            return replace(view, warnings=[silent, *view.warnings])
        if view.state not in UNDER_WAY:
            return view
        return replace(view, state="dead", eta_s=None, sentence=_died(view))

    def trials(self) -> list[TrialView]:
        return self._trials

    @cached_property
    def _trials(self) -> list[TrialView]:
        return self._reader.trials()

    def rows(self) -> tuple[Sequence[Any], Sequence[Standing]]:
        bodies = self._reader.trial_bodies()
        return [msgspec.Raw(body) for body in bodies], [_standing(body) for body in bodies]

    def trial(self, number: int) -> TrialView:
        row = self._reader.trial(number)
        if row is None:
            raise NotFoundError(f"no trial {trial_name(number)} in this sweep")
        return row

    def decisions(self) -> list[Decision]:
        return self._decisions

    @cached_property
    def _decisions(self) -> list[Decision]:
        history = History()
        for logged in self._reader.events(DECIDING):
            history.handle(logged.event)
        return history.decisions

    def space(self, version: int | None = None) -> Space:
        from .spaces import described

        return described(self._versions, version)

    def versions(self) -> list[VersionView]:
        from .spaces import version_views

        return version_views(self._versions)

    @cached_property
    def _versions(self) -> list[SpaceVersion]:
        """Gathered of the log; a sweep that has not begun has its config's space alone."""
        from .spaces import MAKING, versions_of

        first = self._configured_space()
        events = (logged.event for logged in self._reader.events(MAKING))
        unbegun = SpaceVersion(version=1, at=0.0, document=first)
        return versions_of(events, first) or [unbegun]

    def _configured_space(self) -> Any:
        from engine.config.schema import Config

        config = self._reader.meta().get("config")
        if config is None:
            raise StoreError(f"{self.directory / DATABASE} holds no config")
        return msgspec.to_builtins(msgspec.json.decode(config, type=Config).space)

    def _open_reader(self) -> StoreReader:
        return open_reader(self.directory / DATABASE)

    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, dry_run: bool
    ) -> ActResult:
        if self._pid is not None:
            raise ActError("the engine of this sweep does not answer; try again in a moment")
        again = f"`tui-tuner resume {shlex.quote(self.directory.name)}`"
        if self.status().state == "finished":
            raise ActError(
                f"the sweep has finished and its engine has left; {again} brings it back for "
                "promote, revive, retry, add, clone, stage and notes"
            )
        raise ActError(f"the engine of this sweep is not running; {again} starts it again")

    def watch(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        return lambda: None

    def leave(self) -> bool:
        return False


class _Standing(msgspec.Struct, frozen=True):
    """As much of a trial as says how it stands."""

    state: str
    best: float | None = None


_standing: Callable[[bytes], _Standing] = msgspec.json.Decoder(_Standing).decode


def _died(view: SweepView) -> str:
    running = view.trials.get("running", 0)
    left = f"{running} trials may run on; " if running else ""
    return f"the engine is gone; {left}`tui-tuner resume` starts it again"


def _unbegun(meta: dict[str, str]) -> SweepView:
    """A sweep whose engine never got as far as its first commit."""
    config = msgspec.json.decode(meta.get("config", "{}"))
    metric = config.get("metric", {})
    return SweepView(
        name=config.get("name", ""),
        dir="",
        state="stopped",
        engine=EngineView(pid=None, alive=False),
        metric=MetricView(name=metric.get("name", ""), goal=metric.get("goal", "")),
        stage=None,
        space_version=1,
        slots=0,
        trials=dict.fromkeys(STATES, 0),
        method=config.get("method", ""),
        trials_limit=config.get("limits", {}).get("trials"),
        sentence="its engine has not begun; `tui-tuner resume` starts it",
    )
