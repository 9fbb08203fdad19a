"""Every sweep has a first version of its space, however old its log is."""

from __future__ import annotations

from typing import Any

from engine.core.events import EngineStarted, SweepCreated
from engine.core.machine import SweepMachine
from engine.core.model import (
    Goal,
)
from engine.core.plan import Plan
from engine.first_space import with_first_space
from engine.store.base import Logged
from engine.store.codec import decode_event, encode_event

PLAN = Plan(name="digits", metric="acc", goal=Goal.MAXIMIZE, slots=1)
OF_CONFIG = {"parameters": [{"type": "float", "name": "lr"}], "version": 1}
OF_LOG = {"parameters": [], "version": 1}


def log_with(space: Any) -> list[Logged]:
    events = [
        SweepCreated(at=1.0, plan=PLAN, space=space),
        EngineStarted(at=2.0, pid=3, resumed=False),
    ]
    return [
        Logged(seq=n, event=decode_event(encode_event(e))) for n, e in enumerate(events, start=1)
    ]


def replayed(log: list[Logged]) -> SweepMachine:
    machine = SweepMachine()
    for logged in with_first_space(log, OF_CONFIG):
        machine.handle(logged.event)
    return machine


def test_a_log_from_before_spaces_were_kept_begins_with_the_configs() -> None:
    versions = replayed(log_with(None)).state.versions
    assert [(v.version, v.document, v.at) for v in versions] == [(1, OF_CONFIG, 1.0)]


def test_the_space_in_the_log_comes_before_that_of_the_config() -> None:
    log = log_with(OF_LOG)
    assert [logged.seq for logged in with_first_space(log, OF_CONFIG)] == [1, 2]
    assert replayed(log).state.versions[0].document == OF_LOG
