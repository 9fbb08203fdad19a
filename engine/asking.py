"""Asks the search method, off the loop and one proposal after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from engine.core.edits import SpaceVersion
from engine.core.events import SearchExhausted, TrialProposed
from engine.core.model import Source
from engine.core.observing import Observation, observe
from engine.core.seeds import seed_for
from engine.core.state import SweepState
from engine.publisher import Publisher
from engine.search.base import Exhausted, Made, Proposal

from .attempts import Spawn


class Proposals(Protocol):
    """Where configurations come from. Called from one worker thread."""

    def propose(
        self, index: int, versions: Sequence[SpaceVersion], news: Sequence[Observation]
    ) -> Made:
        """Proposal for `index` from the last of the space's versions, and the index to ask next.

        `news` are the observations of the trials that changed since the last call; at first of all.
        """
        ...


def take_news(state: SweepState) -> list[Observation]:
    """What a method that was told all so far does not know of the trials."""
    news = [observe(state.trials[number]) for number in sorted(state.unlearned)]
    state.unlearned.clear()
    return news


def trial_proposed(state: SweepState, made: Proposal, index: int, at: float) -> TrialProposed:
    """The event that makes a proposal a trial."""
    return TrialProposed(
        at=at,
        trial=state.next_number,
        index=index,
        params=made.params,
        origin=made.origin,
        seed=seed_for(state.plan.seed, index),
        stage=state.stage.plan.name,
        space_version=state.space_version,
        budget=state.stage.plan.budget,
        source=made.source or Source(method=state.plan.method),
    )


class Asking:
    """Keeps proposals in the order of their indices: so a sweep is the same at any speed.

    One that was made for a version of the space that has been replaced meanwhile is thrown away;
    one that the stage wants no more is kept for the next that does.
    """

    def __init__(
        self,
        publisher: Publisher,
        proposals: Proposals,
        *,
        clock: Callable[[], float],
        spawn: Spawn,
    ) -> None:
        self._record = publisher.record
        self._state = publisher.journal.machine.state
        self._proposals = proposals
        self._clock = clock
        self._spawn = spawn
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._is_asking = False
        self._is_closed = False
        self._made: Made | None = None
        self._made_for = 0

    def ask(self) -> None:
        """Ask for as many proposals as the sweep's state wants, until it wants no more."""
        if not self._is_asking and not self._is_closed:
            self._is_asking = True
            self._spawn(self._propose())

    def look(self) -> None:
        """After every commit: nothing is due beyond what was asked for."""

    async def close(self) -> None:
        """Ask nothing more; a proposal being made is dropped."""
        self._is_closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _propose(self) -> None:
        try:
            await self._propose_all()
        finally:
            self._is_asking = False

    async def _propose_all(self) -> None:
        while self._state.asked > 0 and not self._is_closed:
            version = len(self._state.versions)
            if self._made is None or self._made_for != version:
                self._made_for = version
                self._made = await self._make()
            else:
                made, self._made = self._made, None
                self._record_made(*made)

    async def _make(self) -> Made:
        loop = asyncio.get_running_loop()
        index, versions = self._state.next_index, tuple(self._state.versions)
        propose = self._proposals.propose
        news = take_news(self._state)
        return await loop.run_in_executor(self._thread, propose, index, versions, news)

    def _record_made(self, made: Proposal | Exhausted, following: int) -> None:
        if isinstance(made, Exhausted):
            self._record(SearchExhausted(at=self._clock(), reason=made.reason))
        else:
            self._record(trial_proposed(self._state, made, following - 1, self._clock()))
