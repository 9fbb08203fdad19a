"""The sweeps of this box: lists them, opens one, makes one of a config in the current folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from engine.client import Connection
from engine.core.views import SweepView
from engine.errors import EngineRunningError, StoreError
from engine.lifecycle import (
    create_sweep,
    engine_pid,
    list_sweeps,
    open_sweep,
    spelling,
    start_engine,
)
from tui_tuner.box import Offer, OpenSweep

from .reach import who

if TYPE_CHECKING:
    from engine.config.schema import Config

CONFIG = "sweep.yaml"
DATABASE = "sweep.db"
SAMPLES = "sample_configs"

Stamp = tuple[object, ...]


class LocalBox:
    """Reads a sweep's database anew only when that has changed."""

    def __init__(self, *, read_only: bool = False) -> None:
        self._read_only = read_only
        self._who = who()
        self._seen: dict[Path, tuple[Stamp, SweepView]] = {}
        self._offered: Config | None = None

    def listing(self) -> Sequence[SweepView]:
        views = [self._look(sweep.directory) for sweep in list_sweeps()]
        return [view for view in views if view is not None]

    def open(self, directory: Path) -> OpenSweep:
        async def connect() -> Connection:
            return await open_sweep(directory, self._who, read_only=self._read_only)

        async def restart() -> None:
            with suppress(EngineRunningError):
                await asyncio.to_thread(start_engine, directory)

        start = None if self._read_only else restart
        return OpenSweep(title=spelling(directory), connect=connect, start_engine=start)

    def offer(self) -> Offer | None:
        path = Path(CONFIG)
        if self._read_only or not path.is_file():
            return None
        from .offering import offer_of

        offer, self._offered = offer_of(path)
        return offer

    async def counted(self, offer: Offer) -> Offer:
        if self._offered is None or offer.slots:
            return offer
        from .offering import counted

        return await counted(offer, self._offered)

    def begin(self, config: Path) -> Path:
        made = create_sweep(config)
        start_engine(made)
        return made

    def samples(self) -> str | None:
        folder = Path(__file__).parents[2] / SAMPLES
        if not folder.is_dir():
            return None
        here = os.path.relpath(folder)
        return str(folder) if here.startswith("..") else here

    def _look(self, directory: Path) -> SweepView | None:
        stamp = _stamp(directory)
        seen = self._seen.get(directory)
        if seen is not None and seen[0] == stamp:
            return seen[1]
        from engine.server.stored import StoredSource

        try:
            source = StoredSource(directory)
        except StoreError:
            return None
        try:
            view = source.status()
        finally:
            source.close()
        self._seen[directory] = stamp, view
        return view


def _stamp(directory: Path) -> Stamp:
    """What tells that a sweep's database, or whether its engine lives, has changed.

    Reading alone may leave an empty journal behind.
    """
    found: list[object] = [engine_pid(directory)]
    for name in (DATABASE, f"{DATABASE}-wal"):
        with suppress(OSError):
            stat = os.stat(directory / name)
            found += (name, stat.st_mtime_ns, stat.st_size) if stat.st_size else ()
    return tuple(found)
