"""Sweeps whose log begins without a space, from before the log kept it, get the config's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from engine.core.events import SweepCreated
from engine.store.base import Logged


def with_first_space(log: Iterable[Logged], document: Any) -> Iterator[Logged]:
    """Give the log with `document`, a space as plain data, as version 1 where it names none."""
    for logged in log:
        event = logged.event
        if isinstance(event, SweepCreated) and event.space is None:
            yield replace(logged, event=replace(event, space=document))
        else:
            yield logged
