"""Asks the search method, off the loop and one proposal after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from engine.core.events import SearchExhausted, TrialProposed
from engine.core.seeds import seed_for
from engine.publisher import Publisher
from engine.search.base import Exhausted, Proposal

from .attempts import Spawn


class Proposals(Protocol):
    """Where configurations come from. Called from one worker thread."""

    def propose(self, index: int) -> tuple[Proposal | Exhausted, int]:
        """Proposal for `index`, and the index to ask for next."""
        ...


class Asking:
    """Keeps proposals in the order of their indices: so a sweep is the same at any speed."""

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
        self._wanted = 0

    def ask(self, count: int) -> None:
        """Ask for so many more proposals."""
        self._wanted += count
        if self._wanted == count:
            self._spawn(self._propose())

    def close(self) -> None:
        """Ask nothing more; a proposal being made is dropped."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _propose(self) -> None:
        loop = asyncio.get_running_loop()
        while self._wanted > 0:
            index = self._state.next_index
            made, following = await loop.run_in_executor(
                self._thread, self._proposals.propose, index
            )
            if isinstance(made, Exhausted):
                self._wanted = 0
                self._record(SearchExhausted(at=self._clock(), reason=made.reason))
                return
            self._wanted -= 1
            self._trial_proposed(made, following - 1)

    def _trial_proposed(self, made: Proposal, index: int) -> None:
        plan = self._state.plan
        self._record(
            TrialProposed(
                at=self._clock(),
                trial=len(self._state.trials) + 1,
                index=index,
                params=made.params,
                origin=made.origin,
                seed=seed_for(plan.seed, index),
                stage=plan.stage,
                budget=plan.budget,
            )
        )
