"""Asks the search method, off the loop and one proposal after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from engine.core.edits import SpaceVersion
from engine.core.events import SearchExhausted, TrialProposed
from engine.core.observing import Observation, observe
from engine.core.seeds import seed_for
from engine.publisher import Publisher
from engine.search.base import Exhausted, Proposal

from .attempts import Spawn

Made = tuple[Proposal | Exhausted, int]
"""A proposal, and the index to ask for next."""


class Proposals(Protocol):
    """Where configurations come from. Called from one worker thread."""

    def propose(
        self, index: int, versions: Sequence[SpaceVersion], news: Sequence[Observation]
    ) -> tuple[Proposal | Exhausted, int]:
        """Proposal for `index` from the last of the space's versions, and the index to ask next.

        `news` are the observations of all trials at the first call for a version of the space, and
        later of those that changed since the last call.
        """
        ...


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
        self._made: Made | None = None
        self._made_for = 0
        self._version = 0

    def ask(self) -> None:
        """Ask for as many proposals as the sweep's state wants, until it wants no more."""
        if not self._is_asking:
            self._is_asking = True
            self._spawn(self._propose())

    def close(self) -> None:
        """Ask nothing more; a proposal being made is dropped."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _propose(self) -> None:
        try:
            await self._propose_all()
        finally:
            self._is_asking = False

    async def _propose_all(self) -> None:
        while self._state.asked > 0:
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
        return await loop.run_in_executor(self._thread, propose, index, versions, self._news())

    def _record_made(self, made: Proposal | Exhausted, following: int) -> None:
        if isinstance(made, Exhausted):
            self._record(SearchExhausted(at=self._clock(), reason=made.reason))
        else:
            self._trial_proposed(made, following - 1)

    def _news(self) -> list[Observation]:
        """What the method does not know of the trials."""
        state = self._state
        numbers = state.trials.keys() if state.space_version != self._version else state.unlearned
        news = [observe(state.trials[n]) for n in sorted(numbers)]
        self._version = state.space_version
        state.unlearned.clear()
        return news

    def _trial_proposed(self, made: Proposal, index: int) -> None:
        plan, stage = self._state.plan, self._state.stage.plan
        self._record(
            TrialProposed(
                at=self._clock(),
                trial=self._state.next_number,
                index=index,
                params=made.params,
                origin=made.origin,
                seed=seed_for(plan.seed, index),
                stage=stage.name,
                space_version=self._state.space_version,
                budget=stage.budget,
                source=made.source,
            )
        )
