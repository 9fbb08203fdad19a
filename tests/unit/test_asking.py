"""Proposals are asked for off the loop; an edit of the space meanwhile makes them anew."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from engine.asking import Asking
from engine.config.schema import Config, Metric
from engine.core.acting import Facts
from engine.core.acts import Act, Add, EditSpace
from engine.core.commands import Command, Propose
from engine.core.edits import SetRange, SpaceVersion
from engine.core.events import Acted, EngineStarted, SweepCreated
from engine.core.machine import SweepMachine
from engine.core.model import (
    Goal,
)
from engine.core.observing import Observation
from engine.core.plan import Limits, Plan
from engine.core.projection import sweep_view
from engine.journal import Journal
from engine.proposing import ConfiguredProposals
from engine.publisher import Publisher
from engine.search.base import Exhausted, Proposal
from engine.space.build import build_space
from engine.space.keeper import Keeper, document_of
from engine.store.base import Batch

SPACE, _ = build_space({"x": {"min": 0.0, "max": 1.0}, "n": {"values": [1, 2, 3, 4]}})
COUNTABLE, _ = build_space({"n": {"min": 1, "max": 9}})


class AtOnce:
    """A writer that stores nothing and is done in the next turn of the loop."""

    def submit(self, batch: Batch, on_done: Callable[[BaseException | None], None]) -> None:
        asyncio.get_running_loop().call_soon(on_done, None)


class Gated:
    """The sweep's own source of proposals, which waits to be let through where asked to."""

    def __init__(self, source: ConfiguredProposals) -> None:
        self._source = source
        self.open = threading.Event()
        self.open.set()
        self.reached = threading.Event()

    def propose(
        self, index: int, versions: Sequence[SpaceVersion], news: Sequence[Observation]
    ) -> tuple[Proposal | Exhausted, int]:
        made = self._source.propose(index, versions, news)
        self.reached.set()
        self.open.wait()
        return made


class Asked:
    """A sweep of waiting trials only: it has no slot for them, and wants 20."""

    def __init__(self, space: Any = SPACE, method: str = "random", trials: int = 20) -> None:
        config = Config(
            name="s", path="", folder="", metric=Metric(name="a"), space=space, method=method
        )
        machine = self.machine = SweepMachine(ranges=Keeper())
        journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
        self.publisher = Publisher(journal, AtOnce())
        self.source = Gated(ConfiguredProposals(config, 0))
        self._tasks: list[asyncio.Task[None]] = []
        self.asking = Asking(
            self.publisher,
            self.source,
            clock=lambda: 1.0,
            spawn=self._spawn,
        )
        self.publisher.carry_out = self._carry_out
        self.committed = asyncio.Event()
        self.publisher.after_commit = self.committed.set
        plan = Plan(
            name="s",
            metric="a",
            goal=Goal.MAXIMIZE,
            slots=0,
            prefetch=trials,
            limits=Limits(trials=trials),
        )
        self.publisher.record(SweepCreated(at=0.0, plan=plan, space=document_of(space)))
        self.publisher.record(EngineStarted(at=0.0, pid=1, resumed=False))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self._tasks.append(asyncio.get_running_loop().create_task(work))
        return self._tasks[-1]

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, Propose):
            self.asking.ask()

    def act(self, act: Act) -> None:
        prepared = self.machine.prepare(act, Facts(at=1.0))
        assert prepared.preview.refused is None
        request = f"r{self.publisher.journal.seq}"
        acted = Acted(at=1.0, request=request, who="ann", act=prepared.act)  # type: ignore[arg-type]
        self.publisher.record(acted)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a commit after which something holds."""
        while not holds():
            self.committed.clear()
            await self.committed.wait()

    async def quiet(self) -> None:
        """Wait until nothing is asked for any more."""
        await self.until(
            lambda: (
                not self.machine.state.asked and self.publisher.seq == self.publisher.journal.seq
            )
        )

    async def idle(self) -> None:
        """Wait until nothing is being asked for."""
        await asyncio.gather(*self._tasks)

    async def held(self) -> None:
        """Wait until a proposal has been made that is not let through."""
        await asyncio.to_thread(self.source.reached.wait)

    @property
    def proposed(self) -> list[dict[str, Any]]:
        return [t.params for t in self.machine.state.trials.values() if t.counted]


async def test_a_proposal_made_while_the_space_was_edited_is_made_anew() -> None:
    sweep = Asked()
    sweep.source.open.clear()
    await sweep.held()
    sweep.act(EditSpace(edits=(SetRange(parameter="x", low=0.9),)))
    sweep.source.open.set()
    await sweep.quiet()
    state = sweep.machine.state
    assert len(sweep.proposed) == 20
    assert all(params["x"] >= 0.9 for params in sweep.proposed)
    assert {t.space_version for t in state.trials.values()} == {2}
    assert (state.asked, state.next_index) == (0, 20)
    await sweep.asking.close()


async def test_a_search_that_was_exhausted_before_the_edit_goes_on_after_it() -> None:
    sweep = Asked(COUNTABLE, "grid")
    await sweep.until(lambda: len(sweep.proposed) == 9)
    sweep.source.open.clear()
    sweep.act(EditSpace(edits=(SetRange(parameter="n", high=15),)))
    sweep.source.open.set()
    await sweep.quiet()
    assert sorted(params["n"] for params in sweep.proposed) == list(range(1, 16))
    assert sweep.machine.state.exhausted is not None
    await sweep.asking.close()


async def test_more_is_asked_for_what_an_edit_dropped() -> None:
    sweep = Asked()
    await sweep.quiet()
    sweep.act(EditSpace(edits=(SetRange(parameter="x", high=0.5),)))
    dropped = 20 - sweep.machine.state.counted
    assert dropped > 0
    await sweep.quiet()
    assert len(sweep.proposed) == 20
    assert all(params["x"] <= 0.5 for params in sweep.proposed)
    assert len(sweep.machine.state.trials) == 20 + dropped
    await sweep.asking.close()


async def test_what_a_person_adds_is_not_proposed_as_well() -> None:
    sweep = Asked(COUNTABLE, "grid")
    sweep.source.open.clear()
    await sweep.held()
    for n in (4, 7):
        sweep.act(Add(values={"n": n}))
    sweep.source.open.set()
    await sweep.quiet()
    assert sorted(params["n"] for params in sweep.proposed) == [1, 2, 3, 5, 6, 8, 9]
    await sweep.asking.close()


async def test_a_proposal_that_the_stage_wants_no_more_is_kept_for_the_next() -> None:
    sweep = Asked(COUNTABLE, "grid", trials=3)
    sweep.source.open.clear()
    await sweep.held()
    state = sweep.machine.state
    state.asked = 0
    sweep.source.open.set()
    await sweep.idle()
    assert sweep.proposed == []
    sweep.publisher.record(EngineStarted(at=0.0, pid=2, resumed=True))
    await sweep.until(lambda: len(sweep.proposed) == 3)
    assert [params["n"] for params in sweep.proposed] == [1, 2, 3]
    await sweep.asking.close()


async def test_what_was_kept_is_not_proposed_in_another_space() -> None:
    sweep = Asked()
    sweep.source.open.clear()
    await sweep.held()
    sweep.machine.state.asked = 0
    sweep.source.open.set()
    await sweep.idle()
    sweep.act(EditSpace(edits=(SetRange(parameter="x", low=0.9),)))
    await sweep.until(lambda: len(sweep.proposed) == 20)
    assert all(params["x"] >= 0.9 for params in sweep.proposed)
    await sweep.asking.close()
