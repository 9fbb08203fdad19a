"""What an act must leave behind once it is taken back."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import Preview
from engine.core.model import Ending, Paused, Running, TrialState, Waiting
from engine.core.state import Scheduling, SweepState
from engine.space.keeper import space_of
from engine.space.space import Space

from .told_sweep import ToldSweep


class Before:
    """A sweep as it was before an act that is taken back at once."""

    def __init__(self, sweep: ToldSweep) -> None:
        state = sweep.state
        self.trials = {n: (t.state, t.budget, t.note) for n, t in state.trials.items()}
        self.counted = {n: t.counted for n, t in state.trials.items()}
        self.decided = len(sweep.machine.history.decisions)
        self.slots = _slots(state)
        self.scheduling = state.scheduling
        self.space = _space(sweep)
        self.stages = len(state.stages)
        self.stage = state.stage.extra

    def compare(self, undone: Preview | None, sweep: ToldSweep) -> None:
        """Fail unless the undo that gave this preview has brought back what it says."""
        if undone is None or not self._is_what_was_undone(sweep):
            return
        if len(sweep.state.stages) != self.stages:
            return  # The act was the last that its stage waited for: a new one gave out budgets.
        assert undone.sentence.startswith("undo ")
        state = sweep.state
        skipped = {s.id for s in undone.skipped}
        for number, (was, budget, note) in self.trials.items():
            trial = state.trials[number]
            if trial.name in skipped:
                continue
            assert (trial.budget, trial.note) == (budget, note)
            if trial.name in undone.done:
                assert is_back(was, trial.state), (was, trial.state)
                assert trial.counted == self.counted[number]
        for number in state.trials.keys() - self.trials.keys():
            assert state.trials[number].name in undone.done
            assert not isinstance(state.trials[number].state, Waiting | Running)
        assert _slots(state) == self.slots
        assert _space(sweep) == self.space
        assert state.stage.extra == self.stage
        self._compare_scheduling(state.scheduling)

    def _compare_scheduling(self, now: Scheduling) -> None:
        """A second stop is taken back together with the first, and a sweep may end meanwhile."""
        if Scheduling.ENDED not in (self.scheduling, now):
            assert now is self.scheduling or self.scheduling is Scheduling.DRAINING

    def _is_what_was_undone(self, sweep: ToldSweep) -> bool:
        """Whether it was the act: some cannot be taken back, and then an earlier one was."""
        decisions = sweep.machine.history.decisions
        undone = next(d.undoes for d in reversed(decisions) if d.undoes is not None)
        return undone is not None and undone > self.decided


def is_back(was: TrialState, now: TrialState) -> bool:
    """Whether a trial is what it was, as far as that can be so soon after."""
    if not isinstance(was, Running):
        return now == was or (isinstance(was, Waiting) and isinstance(now, Running))
    if was.held or was.ending is Ending.PAUSED:
        if isinstance(now, Running):
            return now.held or now.ending is Ending.PAUSED
        return isinstance(now, Paused)
    if isinstance(now, Running):
        return not now.held and now.ending in (None, was.ending, Ending.REQUEUED)
    return isinstance(now, Waiting)


def _slots(state: SweepState) -> int | None:
    """How many a person wants; None: as many as the GPUs have room for, which a look may tell."""
    return None if state.auto_slots else state.slots.count


def _space(sweep: ToldSweep) -> Space:
    assert sweep.state.space is not None
    return replace(space_of(sweep.state.space.document), version=1)
