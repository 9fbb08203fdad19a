"""Carries acts out: asks the engine what would happen, asks the person, says what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from engine.core.acts import Act, Prune, Resume, Stop
from engine.core.model import trial_number
from engine.errors import ConnectionLostError
from engine.protocol.messages import ActResult, DoAct
from tui_tuner.link import Link
from tui_tuner.modals.confirm import Choice
from tui_tuner.view.numbers import duration
from tui_tuner.view_state import FINAL, TrialView, ViewState

_LINK_WAIT_S = 30.0


class Leaving(NamedTuple):
    """A trial that was asked to go: when, and the slot it held."""

    since: float
    slot: int | None


class Steering:
    """Acts on one sweep. Holds the trials it asked to go until they are gone."""

    def __init__(self, link: Link, clock: Callable[[], float]) -> None:
        self._link = link
        self._clock = clock
        self._leaving: dict[str, Leaving] = {}

    async def prune_choices(self, trials: Sequence[str]) -> list[Choice]:
        """Preview the end of some trials. Raises TunerError."""
        act = Prune(trials=tuple(trial_number(name) for name in trials))
        result = await self._preview(act)
        return [Choice(label="", act=act, result=result)]

    async def stop_choices(self) -> list[Choice]:
        """Preview both ways to stop. Raises TunerError."""
        gently, now = Stop(), Stop(now=True)
        return [
            Choice("let what runs finish", gently, await self._preview(gently)),
            Choice("stop what runs now; it goes on at resume", now, await self._preview(now)),
        ]

    async def resume_choices(self) -> list[Choice]:
        """Preview going on. Raises TunerError."""
        return [Choice("", Resume(), await self._preview(Resume()))]

    async def do(self, act: Act, why: str, rows: Mapping[str, TrialView]) -> ActResult:
        """Do it, once, even if the engine goes away meanwhile. Raises TunerError."""
        message = DoAct(id=0, request=uuid.uuid4().hex, act=act, why=why or None)
        before = self._clock()
        try:
            result: ActResult = await self._link.request(message)
        except ConnectionLostError:
            result = await self._link.request_when_linked(message, _LINK_WAIT_S)
        if isinstance(act, Prune):
            for name in result.done:
                row = rows.get(name)
                self._leaving[name] = Leaving(before, row.slot if row else None)
        return result

    def departures(self, state: ViewState) -> list[str]:
        """Say which of the trials asked to go are gone now, each once."""
        now = self._clock()
        gone = [
            name
            for name in self._leaving
            if (row := state.rows.get(name)) is not None and row.state in FINAL
        ]
        return [_farewell(name, self._leaving.pop(name), now) for name in gone]

    async def _preview(self, act: Act) -> ActResult:
        message = DoAct(id=0, request=uuid.uuid4().hex, act=act, dry_run=True)
        result: ActResult = await self._link.request(message)
        return result


def _farewell(name: str, leaving: Leaving, now: float) -> str:
    waited = now - leaving.since
    took = f"{waited:.1f} s" if waited < 60 else duration(waited)
    if leaving.slot is None:
        return f"{name} gone"
    return f"{name} gone, slot {leaving.slot} free after {took}"
