"""What is true of every sweep at every moment."""

from __future__ import annotations

from collections import Counter

from engine.core.devices import WHOLE
from engine.core.model import Complete, Pruned, Running, Waiting, is_final, state_name
from engine.core.projection import trial_view
from engine.core.staging import stage_is_open
from engine.core.state import Scheduling, SweepState

from .told_sweep import ToldSweep


def check(sweep: ToldSweep) -> None:
    """Fail where the sweep contradicts itself."""
    state = sweep.state
    slots_are_never_oversold(state)
    gpus_are_never_oversold(state)
    no_trial_is_lost(state)
    queues_agree_with_states(state)
    attempts_are_numbered(state)
    rungs_agree_with_trials(state)
    the_best_is_the_best(state)
    nothing_is_forgotten(state)
    viewers_see_what_is(sweep)


def slots_are_never_oversold(state: SweepState) -> None:
    owners = state.slots.owners()
    running = {
        t.state.slot: t.number for t in state.trials.values() if isinstance(t.state, Running)
    }
    assert owners == running
    assert len(running) == len(state.running)
    closed = owners.keys() | state.slots.blocked.keys()
    free = [slot for slot in range(1, state.slots.count + 1) if slot not in closed]
    assert state.slots.next_free(state.slots.count + 1) == free


def gpus_are_never_oversold(state: SweepState) -> None:
    """The ledger is what the attempts under way say, and nothing has more than it holds."""
    gpus = state.gpus
    taken: Counter[str] = Counter()
    for number in state.running:
        attempt = state.trials[number].attempts[-1]
        assert gpus.of(number) == attempt.gpus
        assert len(set(attempt.gpus)) == len(attempt.gpus)
        taken.update(dict.fromkeys(attempt.gpus, attempt.share))
    assert set(gpus.trials) <= set(state.running)
    assert set(gpus.leftovers) <= set(state.slots.blocked)
    for uuids, share in gpus.leftovers.values():
        taken.update(dict.fromkeys(uuids, share))
    for uuid in gpus.standings:
        assert gpus.taken(uuid) == taken[uuid] <= WHOLE
    for demand, trials in state.claims.waiting.items():
        assert all(state.demands.of(state.trials[n]) == demand for n in trials)
    assert sorted(n for trials in state.claims.waiting.values() for n in trials) == sorted(
        state.waiting
    )
    assert all(n <= state.claims.waiting[d] for d, n in state.claims.starving.items())


def fits(state: SweepState, number: int) -> bool:
    """Whether a waiting trial finds all it needs."""
    demand = state.demands.of(state.trials[number])
    if not demand.gpus:
        return state.slots.free > 0
    kept = state.claims.kept_from(demand, state.gpus)
    return state.gpus.choose(demand, kept) is not None and (
        state.slots.free > 0 or state.auto_slots
    )


def no_trial_is_lost(state: SweepState) -> None:
    assert list(state.trials) == list(range(1, len(state.trials) + 1))
    counts = Counter(state_name(t.state) for t in state.trials.values())
    assert +state.counts == counts
    assert state.counted == sum(t.counted for t in state.trials.values())
    assert state.counted == sum(stage.proposed for stage in state.stages)
    assert all(stage.proposed >= 0 for stage in state.stages)


def queues_agree_with_states(state: SweepState) -> None:
    trials = state.trials.values()
    waiting = {t.number for t in trials if isinstance(t.state, Waiting)}
    assert set(state.waiting) == waiting
    assert state.wanted == {n for n in waiting if state.trials[n].wanted}
    assert set(state.running) == {t.number for t in trials if isinstance(t.state, Running)}


def attempts_are_numbered(state: SweepState) -> None:
    for trial in state.trials.values():
        numbers = [a.n for a in trial.attempts]
        assert numbers == sorted(set(numbers))
        assert all(n < trial.next_attempt for n in numbers)
        open_ones = [a.n for a in trial.attempts if a.end is None]
        now = trial.state
        assert open_ones == ([now.attempt] if isinstance(now, Running) else [])
        assert trial.steps == sorted(set(trial.steps))
        assert len(trial.steps) == len(trial.values)


def the_best_is_the_best(state: SweepState) -> None:
    """Nobody stands above the best, it is not marked infeasible, and no trial after it counts."""
    first = state.best_trials(1)
    assert (state.best is None) is (not first)
    if first and state.best is not None:
        best = state.trials[state.best]
        assert best.best is not None
        assert first[0].best is not None
        assert (best.rank_class, best.best.value) == (first[0].rank_class, first[0].best.value)
        assert not (isinstance(best.state, Pruned) and best.state.infeasible)
    ended = {n for n, trial in state.trials.items() if is_final(trial.state) and trial.counted}
    assert state.since_best <= ended
    assert state.slot_time.held == len(state.running)


def rungs_agree_with_trials(state: SweepState) -> None:
    """Who can go on from a rung is complete there, and stands there and at all rungs below."""
    rungs = state.ladder.rungs
    offered: list[int] = []
    for index, rung in enumerate(rungs):
        assert rung.keys == sorted(rung.keys)
        assert rung.open == sorted(rung.open)
        assert set(rung.open) <= set(rung.keys)
        for _, number in rung.open:
            trial = state.trials[number]
            assert isinstance(trial.state, Complete)
            assert trial.budget is not None
            assert rung.budget <= trial.budget < rungs[index + 1].budget
            assert all(number in {n for _, n in below.keys} for below in rungs[:index])
        offered += [number for _, number in rung.open]
    assert len(set(offered)) == len(offered)


def nothing_is_forgotten(state: SweepState) -> None:
    """What can start has started, and a sweep with nothing left to do has ended."""
    match state.scheduling:
        case Scheduling.OPEN:
            assert not any(fits(state, number) for number in state.waiting)
            on_cpu = not state.demands.on_gpus
            assert not (on_cpu and state.slots.free and state.ladder.promotion())
            open_ones = state.running or state.waiting or state.counts["paused"]
            idle = not (open_ones or state.asked)
            assert not idle or stage_is_open(state) or state.plan.method == "manual"
        case Scheduling.LIMITED:
            assert not any(fits(state, number) for number in state.wanted)
            assert state.running or state.wanted
        case Scheduling.DRAINING:
            assert state.running
        case Scheduling.ENDED:
            assert not state.running
            assert state.end_state in ("finished", "stopped")


def viewers_see_what_is(sweep: ToldSweep) -> None:
    rows = {t.name: trial_view(t) for t in sweep.state.trials.values()}
    assert sweep.rows == rows
    shown = sweep.view()
    assert sum(shown.trials.values()) == len(rows)
    assert shown.trials == {
        name: sum(row.state == name for row in rows.values()) for name in shown.trials
    }
