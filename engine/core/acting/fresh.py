"""Clone and add: trials that a person writes."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import Act, Add, Clone, Former, Preview
from engine.core.ending import wake
from engine.core.model import Params, Pruned, Trial, Value, trial_name
from engine.core.seeds import seed_for
from engine.core.state import SweepState

from .base import Applied, By, Facts, Prepared, about, plural, put_back, slot_hours, together
from .going_on import when_stopped


def prepare_clone(state: SweepState, act: Clone, facts: Facts) -> Prepared:
    """Say what the clone would be."""
    parent = state.trials.get(act.trial)
    if parent is None:
        return _refused(act, f"no trial {trial_name(act.trial)} in this sweep")
    return _prepare(state, act, parent.params, act.changes, facts, f"clone {parent.name}")


def prepare_add(state: SweepState, act: Add, facts: Facts) -> Prepared:
    """Say what the new trial would be."""
    best = state.trials[state.best].params if state.best is not None else {}
    return _prepare(state, act, best, act.values, facts, "add a trial")


def apply_clone(state: SweepState, act: Clone, by: By) -> Applied:
    """Queue the clone, with its parent's seed: what differs is what was changed."""
    parent = state.trials[act.trial]
    return _apply(state, act.params or {}, by, f"clone of {parent.name}", parent.seed, parent)


def apply_add(state: SweepState, act: Add, by: By) -> Applied:
    """Queue the new trial."""
    seed = seed_for(state.plan.seed, -state.next_number)
    return _apply(state, act.params or {}, by, "added", seed, None)


def _prepare(
    state: SweepState,
    act: Clone | Add,
    base: Params,
    given: dict[str, Value],
    facts: Facts,
    verb: str,
) -> Prepared:
    if facts.ranges is None or state.space is None:
        return _refused(act, "this sweep's space is not known: nothing can be added to it")
    try:
        params = facts.ranges.admit(state.space.document, base, given)
    except ValueError as error:
        return _refused(act, str(error))
    name = trial_name(state.next_number)
    changes = _changes(act, base, params)
    preview = Preview(
        done=(name,),
        sentence=together(
            f"{verb} as {name}: {changes}",
            "the same seed" if isinstance(act, Clone) else _rest(state, given),
            *_cost(state),
            _same(state, params),
            when_stopped(state),
        ),
        details={name: changes},
        epochs=state.stage.plan.budget,
        slot_hours=slot_hours(state, state.stage.plan.budget or 0),
    )
    done = f"cloned {trial_name(act.trial)}" if isinstance(act, Clone) else "added a trial"
    resolved = replace(act, params=params, number=state.next_number)
    return Prepared(act=resolved, preview=preview, past=f"{done} as {name}: {changes}")


def _changes(act: Clone | Add, base: Params, params: Params) -> str:
    """What a clone has otherwise than its parent, or what a new trial is given."""
    if isinstance(act, Add):
        return ", ".join(f"{key} {_shown(params[key])}" for key in act.values if key in params)
    changed = [
        f"{key} {_shown(base[key])} to {_shown(value)}" if key in base else f"{key} {_shown(value)}"
        for key, value in params.items()
        if key not in base or base[key] != value
    ]
    changed += [f"no {key}" for key in base if key not in params]
    return ", ".join(changed) or "unchanged"


def _rest(state: SweepState, given: dict[str, Value]) -> str:
    if state.best is None or given.keys() >= state.trials[state.best].params.keys():
        return ""
    return f"the rest as in {trial_name(state.best)}, the best"


def _cost(state: SweepState) -> tuple[str, str]:
    budget = state.stage.plan.budget
    if budget is None:
        return "runs from scratch", ""
    return f"{plural(budget, 'epoch')} from scratch", about(slot_hours(state, budget))


def _apply(
    state: SweepState, params: Params, by: By, origin: str, seed: int, parent: Trial | None
) -> Applied:
    stage = state.stage
    trial = Trial(
        number=state.next_number,
        params=params,
        origin=origin,
        seed=seed,
        stage=stage.plan.name,
        space_version=state.space_version,
        proposed_at=by.at,
        budget=stage.plan.budget,
        parent=parent.number if parent is not None else None,
        overrides=dict(stage.plan.overrides),
        counted=False,
        wanted=True,
        rank_class=stage.rank_class,
    )
    state.add(trial)
    wake(state, by.at)
    return Applied(inverse=put_back([_nothing(trial, by)]))


def _nothing(trial: Trial, by: By) -> Former:
    """A trial that was not there is taken back by pruning it while it waits."""
    return Former(
        trial=trial.number,
        made="waiting",
        state=Pruned(at=by.at, reason=by.reason("taken back")),
        next_attempt=trial.next_attempt,
        budget=trial.budget,
    )


def _same(state: SweepState, params: Params) -> str:
    for trial in state.trials.values():
        if trial.params == params:
            return f"the same configuration as {trial.name}"
    return ""


def _shown(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _refused(act: Act, why: str) -> Prepared:
    return Prepared(act=act, preview=Preview(refused=why))
