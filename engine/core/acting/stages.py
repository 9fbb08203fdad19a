"""Advance, extend and repeat a stage: a person's word before the plan's."""

from __future__ import annotations

from engine.core import staging
from engine.core.acts import (
    Act,
    AdvanceStage,
    ExtendStage,
    Preview,
    RepeatStage,
    StageEntry,
)
from engine.core.ending import wake
from engine.core.model import (
    trial_name,
)
from engine.core.plan import StagePlan
from engine.core.stage_words import new_trials
from engine.core.state import SweepState

from .base import Applied, By, Facts, Prepared, about, plural, slot_hours, together
from .going_on import when_stopped, where_it_starts

MOST = 1_000_000
"""Trials by which a stage is extended at once."""
_BY_ITSELF = "an evolution goes on by itself: prune or continue the trials that hold its round up"


def prepare_advance(state: SweepState, act: AdvanceStage, facts: Facts) -> Prepared:
    """Say what the current stage leaves undone, and how the next one begins."""
    if state.plan.evolution is not None:
        return _refused(act, _BY_ITSELF)
    current, following = state.stage, staging.next_stage(state)
    if following is None:
        last = len(state.plan.all_stages) > 1
        why = f"{current.plan.name} is the {'last' if last else 'only'} stage"
        return _refused(act, why)
    entry = staging.entry_of_next(state, facts.ranges)
    left = plural(current.left or 0, f"further {current.plan.name} trial")
    running = sum(state.trials[n].stage == current.plan.name for n in state.running)
    preview = _preview(
        state,
        entry,
        facts,
        f"go on to {following.name} now",
        f"{left} not proposed" if current.left else "",
        f"{plural(len(entry.dropped), 'waiting proposal')} given up" if entry.dropped else "",
        f"{plural(running, 'running trial')} may finish" if running else "",
    )
    return Prepared(
        act=AdvanceStage(entry=entry), preview=preview, past=f"went on: {entry.sentence}"
    )


def apply_advance(state: SweepState, act: AdvanceStage, by: By) -> Applied:
    """Begin the next stage."""
    return _enter(state, act.entry, by)


def prepare_repeat(state: SweepState, act: RepeatStage, facts: Facts) -> Prepared:
    """Say what another round of the current stage would run."""
    if state.plan.evolution is not None:
        return _refused(act, _BY_ITSELF)
    plan = state.stage.plan
    entry = staging.entry_of_round(state)
    if plan.trials is None:
        return _refused(act, f"{plan.name} proposes trials without end; there is no round of it")
    why = _why_no_more(state) if plan.trials else None
    if why and not entry.promoted:
        return _refused(act, why)
    if not plan.trials and not entry.promoted:
        return _refused(act, f"no further complete trial is left to take over into {plan.name}")
    preview = _preview(state, entry, facts, f"run another round of {plan.name}")
    return Prepared(act=RepeatStage(entry=entry), preview=preview, past=entry.sentence)


def apply_repeat(state: SweepState, act: RepeatStage, by: By) -> Applied:
    """Begin the round."""
    return _enter(state, act.entry, by)


def prepare_extend(state: SweepState, act: ExtendStage, facts: Facts) -> Prepared:
    """Say what the stage's number of trials becomes."""
    plan, left = state.stage.plan, _left(state)
    if left is None:
        return _refused(act, f"{plan.name} proposes trials without end: there is nothing to extend")
    why = _why_not_by(state, act.trials, left)
    if why is not None:
        return _refused(act, why)
    count = _made(state) + left
    change = f"from {count} to {plural(count + act.trials, 'new trial')}"
    epochs = act.trials * (plan.budget or 0) * plan.repeats
    sentence = together(
        f"{'extend' if act.trials > 0 else 'shorten'} {plan.name} {change}",
        f"{'+' if epochs > 0 else '-'}{plural(abs(epochs), 'epoch')}" if epochs else "",
        about(slot_hours(state, epochs)),
        when_stopped(state),
    )
    preview = Preview(sentence=sentence, epochs=epochs, slot_hours=slot_hours(state, epochs))
    past = f"{'extended' if act.trials > 0 else 'shortened'} {plan.name} {change}"
    return Prepared(act=act, preview=preview, past=past)


def apply_extend(state: SweepState, act: ExtendStage, by: By) -> Applied:
    """Let the stage propose more, or fewer; the limit of trials moves with it."""
    left = _left(state)
    if left is None or _why_not_by(state, act.trials, left) is not None:
        return Applied()
    if state.stage.left is not None:
        state.stage.extra += act.trials
    if state.trials_limit is not None:
        state.extra_trials += act.trials
    state.asked = min(state.asked, left + act.trials)
    if act.trials > 0:
        wake(state, by.at)
    return Applied(inverse=ExtendStage(trials=-act.trials))


def _left(state: SweepState) -> int | None:
    """How many more the stage proposes, by its own number or else by the limit of trials."""
    limit = state.trials_limit
    if state.stage.left is not None or limit is None:
        return state.stage.left
    return max(0, limit - state.counted)


def _made(state: SweepState) -> int:
    return state.stage.proposed if state.stage.left is not None else state.counted


def _why_not_by(state: SweepState, trials: int, left: int) -> str | None:
    name = state.stage.plan.name
    if trials == 0:
        return "say by how many trials: 10 for more, -10 for fewer"
    if trials > MOST:
        return f"at most {MOST} trials more at once"
    if trials < 0 and left + trials < 0:
        made = _made(state)
        return f"{name} has proposed {made} of its {made + left} trials: at most {left} fewer"
    ended = state.exhausted or (state.sentence if state.limit is not None else None)
    return f"nothing more can be proposed: {ended}" if trials > 0 and ended else None


def _why_no_more(state: SweepState) -> str | None:
    """Why more trials would never be proposed."""
    why = staging.why_no_proposals(state)
    if why is None and state.limit is not None:
        why = state.sentence
    return f"nothing more can be proposed: {why}" if why is not None else None


def _enter(state: SweepState, entry: StageEntry | None, by: By) -> Applied:
    if entry is None or entry.index not in (len(state.stages) - 1, len(state.stages)):
        return Applied()
    commands = staging.enter(state, entry, by.at, by.who)
    wake(state, by.at)
    return Applied(commands=commands)


def _preview(state: SweepState, entry: StageEntry, facts: Facts, *parts: str) -> Preview:
    plan = state.plan.all_stages[entry.index]
    details, epochs = _promotions(state, entry, plan, facts)
    seeds = len(entry.promoted) * (plan.repeats - 1)
    new = new_trials(state, plan, len(entry.dropped)) or 0
    if entry.change is None and state.exhausted is not None:
        new = 0
    epochs += (seeds + new * plan.repeats) * (plan.budget or 0)
    hours = slot_hours(state, epochs)
    return Preview(
        done=tuple(trial_name(n) for n in entry.promoted),
        sentence=together(
            *parts,
            entry.sentence,
            f"+{plural(epochs, 'epoch')}" + (f", {about(hours)}" if about(hours) else ""),
            when_stopped(state),
        ),
        details=details,
        epochs=epochs,
        slot_hours=hours,
    )


def _promotions(
    state: SweepState, entry: StageEntry, plan: StagePlan, facts: Facts
) -> tuple[dict[str, str], int]:
    """What becomes of each trial that is taken over, and how many epochs that takes together."""
    details, epochs = {}, 0
    for number in entry.promoted:
        trial = state.trials[number]
        if plan.budget is None or (trial.budget or 0) >= plan.budget:
            details[trial.name] = f"has had {trial.budget} epochs already: joins without running"
            continue
        text, step = where_it_starts(trial, facts)
        more = max(0, plan.budget - step)
        details[trial.name] = f"{text}, +{plural(more, 'epoch')}"
        epochs += more
    return details, epochs


def _refused(act: Act, why: str) -> Prepared:
    return Prepared(act=act, preview=Preview(refused=why))
