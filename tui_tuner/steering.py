"""Carries acts out: asks what would happen, does it once, follows what was asked to go."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from engine.core.acts import Act
from engine.errors import ConnectionLostError
from engine.protocol.messages import ActResult, DoAct
from tui_tuner.departures import Departures
from tui_tuner.link import Link
from tui_tuner.view_state import ViewState

_LINK_WAIT_S = 30.0


class Steering:
    """Acts on one sweep; `view` gives the newest state of it that arrived."""

    def __init__(
        self, link: Link, clock: Callable[[], float], view: Callable[[], ViewState]
    ) -> None:
        self._link = link
        self._clock = clock
        self._view = view
        self._departures = Departures()

    async def preview(self, act: Act) -> ActResult:
        """Ask what an act would do now. Raises TunerError."""
        message = DoAct(id=0, request=uuid.uuid4().hex, act=act, dry_run=True)
        result: ActResult = await self._link.request(message)
        return result

    async def do(self, act: Act, why: str) -> ActResult:
        """Do it, once, even if the engine goes away meanwhile. Raises TunerError."""
        message = DoAct(id=0, request=uuid.uuid4().hex, act=act, why=why or None)
        since, rows = self._clock(), self._view().rows
        try:
            result: ActResult = await self._link.request(message)
        except ConnectionLostError:
            result = await self._link.request_when_linked(message, _LINK_WAIT_S)
        self._departures.expect(act, result, rows, since)
        return result

    def farewells(self, state: ViewState) -> list[str]:
        """Say what became of trials that were asked to go, each once, and what stayed behind."""
        return self._departures.settled(state.rows, self._clock())
