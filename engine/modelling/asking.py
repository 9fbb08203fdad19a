"""Gives slots the candidates that a model made ahead; where there is none, draws one at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from engine.asking import Proposals, trial_proposed
from engine.attempts import Spawn
from engine.core.events import SearchExhausted
from engine.core.model import Source
from engine.core.observing import Observation, observe
from engine.publisher import Publisher
from engine.search.base import Exhausted, Proposal

from .base import Model
from .making import Making


class Learning(Struct, frozen=True, kw_only=True):
    """How a sweep's method learns: its model, from how many results on, and what stands in."""

    model: Model
    startup_trials: int
    stand_in: str
    wait_s: float = 1.0
    """Before a model that failed is asked again; doubled each time."""


class Drawn(Struct, frozen=True):
    """A drawn proposal that is nobody's trial yet."""

    made: Proposal | Exhausted
    index: int
    version: int


class AskingAhead:
    """Lets no slot wait for a model: the start-up trials, and what the model has not made in time,
    are drawn from a method that does not learn. Each says which of these it was.
    """

    def __init__(
        self,
        publisher: Publisher,
        draws: Proposals,
        learning: Learning,
        *,
        clock: Callable[[], float],
        spawn: Spawn,
    ) -> None:
        self._record = publisher.record
        self._state = publisher.journal.machine.state
        self._draws = draws
        self._learning = learning
        self._clock = clock
        self._spawn = spawn
        self._making = Making(
            publisher,
            learning.model,
            stand_in=learning.stand_in,
            startup_trials=learning.startup_trials,
            next_index=self._next_index,
            clock=clock,
            spawn=spawn,
            wait_s=learning.wait_s,
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._index = 0
        self._known_to_draws = 0
        self._is_drawing = False
        self._is_closed = False
        self._drawn: Drawn | None = None

    def ask(self) -> None:
        """Propose as many as the sweep's state wants: what is ready now, and drawn ones soon."""
        self._use_candidates()
        if self._state.asked > 0 and not self._is_drawing and not self._is_closed:
            self._is_drawing = True
            self._spawn(self._draw_all())
        self._making.look()

    def look(self) -> None:
        """After every commit: candidates may be due."""
        self._making.look()

    async def close(self) -> None:
        """Ask nothing more; what is being made is dropped."""
        self._is_closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)
        await self._making.close()

    def _use_candidates(self) -> None:
        while self._state.asked > 0 and (candidate := self._making.take()) is not None:
            self._propose(candidate.made, candidate.index)

    def _propose(self, made: Proposal | Exhausted, index: int) -> None:
        if isinstance(made, Exhausted):
            self._record(SearchExhausted(at=self._clock(), reason=made.reason))
        else:
            self._record(trial_proposed(self._state, made, index, self._clock()))

    def _next_index(self) -> int:
        """No two proposals share an index, and with it their seeds."""
        index = max(self._index, self._state.next_index)
        self._index = index + 1
        return index

    # Drawing ---------------------------------------------------------------------------------

    async def _draw_all(self) -> None:
        try:
            while self._state.asked > 0 and not self._is_closed:
                await self._draw_one()
                self._use_candidates()
        finally:
            self._is_drawing = False

    async def _draw_one(self) -> None:
        """Draw, and propose it; what is wanted no more by then is kept while its space is."""
        version = len(self._state.versions)
        if self._drawn is None or self._drawn.version != version:
            self._drawn = await self._draw(version)
        elif self._state.asked > 0:
            drawn, self._drawn = self._drawn, None
            self._propose(self._labelled(drawn.made), drawn.index)

    async def _draw(self, version: int) -> Drawn:
        index, versions = self._next_index(), tuple(self._state.versions)
        loop = asyncio.get_running_loop()
        propose = self._draws.propose
        made, following = await loop.run_in_executor(
            self._thread, propose, index, versions, self._tried()
        )
        self._index = max(self._index, following)
        return Drawn(made=made, index=index, version=version)

    def _tried(self) -> list[Observation]:
        """What the drawing method must not propose again; it does not care what became of it."""
        trials, known = self._state.trials, self._known_to_draws
        self._known_to_draws = len(trials)
        return [
            Observation(
                number=number,
                params=trials[number].params,
                space_version=trials[number].space_version,
                status="open",
            )
            for number in range(known + 1, len(trials) + 1)
        ]

    def _labelled(self, made: Proposal | Exhausted) -> Proposal | Exhausted:
        """Say why it was drawn: to begin with, or since the model had nothing ready."""
        if isinstance(made, Exhausted):
            return made
        method, enough = self._state.plan.method, self._learning.startup_trials
        results = self._results(enough)
        if results < enough:
            source = Source(method=method, observations=results, startup=True)
            return replace(made, origin=f"{made.origin}, start-up of {method}", source=source)
        source = Source(method=self._learning.stand_in, fallback=True)
        return replace(made, origin=f"{made.origin}, while {method} thinks", source=source)

    def _results(self, enough: int) -> int:
        """How many trials say something of their configurations, counted up to `enough`."""
        telling = (
            trial
            for trial in self._state.trials.values()
            if trial.best is not None or observe(trial).status == "infeasible"
        )
        return sum(1 for _ in islice(telling, enough))
