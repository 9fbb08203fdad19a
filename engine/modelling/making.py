"""Keeps candidates ready: as many as there are slots, made anew as more becomes known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import msgspec

from engine.attempts import Spawn
from engine.core.events import Warned
from engine.core.model import is_final
from engine.core.observing import observe
from engine.core.state import Scheduling
from engine.publisher import Publisher
from engine.search.base import Exhausted, Made, Proposal
from engine.space.space import Space

from .base import Model, ModelError
from .candidates import Candidate, Candidates

WARNING = "search"
_AT_ONCE = 500
"""Observations told in one turn of the loop: some 3 ms."""
_REST = 3.0
"""How long the model rests after it made a candidate anew, in times of what that took: trials need
the cores more."""
_LONGEST_WAIT_S = 60.0


class Making:
    """Has a model make candidates while the sweep wants proposals, and starts it again when it
    died. `stand_in` is the method that people are told draws meanwhile.

    Each candidate is made with all that was known when it was begun, the open trials and the other
    candidates among it. Where none is missing, the one that knows least is made anew.
    """

    def __init__(
        self,
        publisher: Publisher,
        model: Model,
        *,
        stand_in: str,
        startup_trials: int,
        next_index: Callable[[], int],
        clock: Callable[[], float],
        spawn: Spawn,
        wait_s: float = 1.0,
    ) -> None:
        self._record = publisher.record
        self._state = publisher.journal.machine.state
        self._model = model
        self._stand_in = stand_in
        self._startup_trials = startup_trials
        self._next_index = next_index
        self._clock = clock
        self._spawn = spawn
        self._wait_s = wait_s
        self._candidates = Candidates()
        self._version = 0
        self._space: Space
        self._noted = 0
        self._untold: set[int] = set()
        self._told_versions = 0
        self._happened = 0
        self._failures = 0
        self._rest_until = 0.0
        self._is_making = False
        self._is_closed = False
        self._is_missing = asyncio.Event()

    def look(self) -> None:
        """Take note of what happened; have made what is missing, or what knows too little."""
        if self._is_closed:
            return
        self._note()
        if self._is_making:
            if self._is_short():
                self._is_missing.set()
        elif self._is_due():
            self._is_making = True
            self._spawn(self._make_all())
        elif self._state.ended_at is not None and self._model.alive:
            self._spawn(self._model.close())

    def take(self) -> Candidate | None:
        """Give the newest candidate, if there is one."""
        self._note()
        return self._candidates.take()

    async def close(self) -> None:
        """End the model, and make nothing more."""
        self._is_closed = True
        self._is_missing.set()
        await self._model.close()

    # What happened ---------------------------------------------------------------------------

    def _note(self) -> None:
        state = self._state
        if state.space_version != self._version and state.space is not None:
            self._version = state.space_version
            self._space = msgspec.convert(state.space.document, Space)
            self._candidates.clear()
        if state.unlearned:
            self._happened += any(map(self._is_telling, state.unlearned))
            self._untold |= state.unlearned
            state.unlearned.clear()
        if len(self._candidates):
            for key in self._keys_since(self._noted):
                self._candidates.drop(key)
        self._noted = len(state.trials)

    def _is_telling(self, number: int) -> bool:
        """Whether a trial's change is worth another candidate: that it begins to run is not."""
        trial = self._state.trials[number]
        return number > self._noted or bool(trial.steps) or is_final(trial.state)

    def _keys_since(self, noted: int) -> set[str]:
        """The configurations of the trials after so many."""
        trials = self._state.trials
        return {
            self._space.key(trials[number].params) for number in range(noted + 1, len(trials) + 1)
        }

    # What is due -----------------------------------------------------------------------------

    def _is_due(self) -> bool:
        return not self._is_closed and (self._is_short() or self._stale() is not None)

    def _is_short(self) -> bool:
        return len(self._candidates) < self._wanted()

    def _stale(self) -> Candidate | None:
        oldest = self._candidates.oldest
        if oldest is None or oldest.knows == self._happened or not self._wanted():
            return None
        return oldest

    def _wanted(self) -> int:
        """How many candidates to have: none before the start-up trials have been proposed."""
        state = self._state
        if state.scheduling is not Scheduling.OPEN or state.exhausted is not None:
            return 0
        if len(state.trials) < self._startup_trials or not state.versions:
            return 0
        wanted = [state.slots.count]
        if state.plan.max_in_flight is not None:
            wanted.append(state.plan.max_in_flight)
        if state.trials_limit is not None:
            wanted.append(state.trials_limit - state.counted - state.asked)
        if state.stage.left is not None:
            wanted.append(state.stage.left - state.asked)
        return max(0, min(wanted))

    # Making ----------------------------------------------------------------------------------

    async def _make_all(self) -> None:
        try:
            while self._is_due():
                await self._rest()
                if self._is_due():
                    await self._make_one()
        finally:
            self._is_making = False
        self.look()

    async def _rest(self) -> None:
        """Wait after a failure, and between candidates made anew until one is missing."""
        loop = asyncio.get_running_loop()
        self._is_missing.clear()
        if self._failures:
            await asyncio.sleep(self._rest_until - loop.time())
        elif not self._is_short():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._rest_until):
                    await self._is_missing.wait()

    async def _make_one(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        stale = None if self._is_short() else self._stale()
        index = stale.index if stale is not None else self._next_index()
        knows, noted, version = self._happened, self._noted, self._version
        try:
            made, _ = await self._ask(index, stale)
        except ModelError as error:
            if not self._is_closed:
                self._failed(str(error))
            return
        self._rest_until = loop.time() + _REST * (loop.time() - began)
        self._works()
        self._note()
        if version == self._version and (stale is None or stale in self._candidates):
            self._keep(Candidate(index=index, made=made, knows=knows, key=self._key(made)), noted)
            if stale is not None:
                self._candidates.remove(stale)

    def _keep(self, candidate: Candidate, noted: int) -> None:
        """Keep a candidate, unless it became a trial since it was begun."""
        if candidate.key is None or candidate.key not in self._keys_since(noted):
            self._candidates.add(candidate)

    def _key(self, made: Proposal | Exhausted) -> str | None:
        return None if isinstance(made, Exhausted) else self._space.key(made.params)

    async def _ask(self, index: int, but: Candidate | None) -> Made:
        if not self._model.alive:
            await self._model.start()
            self._untold = set(self._state.trials)
            self._told_versions = 0
        await self._tell()
        rank_class = self._state.stage.rank_class
        in_flight = self._candidates.in_flight(self._version, rank_class, but)
        return await self._model.make(index, in_flight)

    async def _tell(self) -> None:
        """Tell what the model does not know, a little in each turn of the loop."""
        trials, versions = self._state.trials, tuple(self._state.versions)
        numbers, self._untold = sorted(self._untold), set()
        if versions[self._told_versions :]:
            await self._model.tell(versions[self._told_versions :], ())
            self._told_versions = len(versions)
        for first in range(0, len(numbers), _AT_ONCE):
            news = [observe(trials[number]) for number in numbers[first : first + _AT_ONCE]]
            await self._model.tell((), news)
            await asyncio.sleep(0)

    # Failures --------------------------------------------------------------------------------

    def _failed(self, why: str) -> None:
        """Tell people, and try again later."""
        wait_s = min(_LONGEST_WAIT_S, self._wait_s * 2**self._failures)
        self._failures += 1
        self._rest_until = asyncio.get_running_loop().time() + wait_s
        method = self._state.plan.method
        self._warn(f"{method} cannot propose ({why}); {self._stand_in} stands in until it can")

    def _works(self) -> None:
        self._failures = 0
        self._warn("")

    def _warn(self, text: str) -> None:
        shown = self._state.warnings.get(WARNING)
        if text != (shown.text if shown is not None else ""):
            self._record(Warned(at=self._clock(), code=WARNING, text=text))
