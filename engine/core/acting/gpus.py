"""GPUs: take them from the sweep, give them to it, close what is broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from engine.core.acts import Preview, UseGpus
from engine.core.commands import Command, TellAttempt
from engine.core.ending import leave, would_leave
from engine.core.gpu_names import find_gpu, known_gpus
from engine.core.history import named
from engine.core.model import Ending, Running, Trial
from engine.core.state import SweepState

from .base import Applied, By, Facts, Prepared, plural, together
from .going_on import where_it_starts

_PAST = {"exclude": "excluded", "quarantine": "quarantined", "include": "included"}
_LOST = ("quarantined", "gone")


def prepare(state: SweepState, act: UseGpus, facts: Facts) -> Prepared:
    """Say which trials would leave, when, and what room for trials is left."""
    if not state.demands.on_gpus:
        return _refused(act, "trials of this sweep run on the CPU: it uses no GPUs")
    if not state.gpus.standings:
        return _refused(act, "no GPU has been looked at yet")
    uuids = list(dict.fromkeys(find_gpu(state.gpus, name) or name for name in act.gpus))
    unknown = [uuid for uuid in uuids if uuid not in state.gpus.standings]
    if unknown or not uuids:
        told = f"no GPU {', '.join(map(repr, unknown))} here" if unknown else "say which GPU"
        return _refused(act, f"{told}; there are {known_gpus(state.gpus)}")
    why = {uuid: _why_not(state, uuid, act) for uuid in uuids}
    chosen = tuple(uuid for uuid in uuids if why[uuid] is None)
    if not chosen:
        told = "; ".join(f"{_label(state, uuid)} {why[uuid]}" for uuid in uuids)
        return _refused(act, told)
    return _prepared(state, replace(act, gpus=chosen), facts)


def apply(state: SweepState, act: UseGpus, by: By) -> Applied:
    """Take the GPUs, and ask their trials to leave; or give them back."""
    uuids = [uuid for uuid in act.gpus if uuid in state.gpus.standings]
    if act.use == "include":
        return _include(state, uuids)
    new = [uuid for uuid in uuids if not _is_out(state, uuid, act)]
    commands: list[Command] = []
    for uuid in uuids:
        if act.use == "exclude":
            state.gpus.excluded.setdefault(uuid, by.reason("excluded"))
        elif uuid in new:
            state.gpus.stand(uuid, "quarantined", by.reason("quarantined"))
        reason = by.reason(f"{_label(state, uuid)} was {_PAST[act.use]}")
        for trial in _leaving(state, [uuid], act):
            commands += leave(state, trial, reason, gently=_gently(act, trial))
    inverse = UseGpus(gpus=tuple(new), use="include") if new else None
    return Applied(commands=commands, inverse=inverse)


def _include(state: SweepState, uuids: Sequence[str]) -> Applied:
    gpus = state.gpus
    broken = [uuid for uuid in uuids if gpus.standings[uuid].state == "quarantined"]
    excluded = [uuid for uuid in uuids if gpus.excluded.pop(uuid, None) is not None]
    for uuid in broken:
        gpus.stand(uuid, "closed", "to be looked at again")
    gpus.included.update(set(uuids).difference(broken, excluded))
    commands: list[Command] = []
    for trial in _staying(state, uuids):
        assert isinstance(trial.state, Running)
        n, slot = trial.state.attempt, trial.state.slot
        state.set_state(trial, Running(attempt=n, slot=slot))
        commands.append(TellAttempt(trial=trial.number, attempt=n))
    only_broken = broken == list(uuids) and not excluded
    back = UseGpus(gpus=tuple(uuids), use="quarantine" if only_broken else "exclude")
    return Applied(commands=commands, inverse=back if uuids else None)


def _why_not(state: SweepState, uuid: str, act: UseGpus) -> str | None:
    standing = state.gpus.standings[uuid]
    if act.use != "include":
        if act.use == "quarantine" and standing.state == "gone":
            return "is not there any more"
        is_done = _is_out(state, uuid, act) and not _leaving(state, [uuid], act)
        return f"is {_PAST[act.use]} already" if is_done else None
    if standing.state == "gone":
        return "is not there any more"
    if uuid in state.gpus.excluded or standing.state == "quarantined":
        return None
    if standing.state == "open":
        return "is used already"
    return f"is the sweep's already: {standing.reason}" if uuid in state.gpus.included else None


def _is_out(state: SweepState, uuid: str, act: UseGpus) -> bool:
    if act.use == "exclude":
        return uuid in state.gpus.excluded
    return state.gpus.standings[uuid].state == "quarantined"


def _leaving(state: SweepState, uuids: Iterable[str], act: UseGpus) -> list[Trial]:
    """The trials that would be asked to leave these GPUs, or to do so sooner."""
    if act.use == "exclude" and act.how == "end":
        return []
    on_them = (state.trials[number] for number in _trials_on(state, uuids))
    return [trial for trial in on_them if would_leave(trial, gently=_gently(act, trial))]


def _staying(state: SweepState, uuids: Iterable[str]) -> list[Trial]:
    """The trials that were to leave these GPUs, and need not any more."""
    trials = (state.trials[number] for number in _trials_on(state, uuids))
    return [trial for trial in trials if _was_asked_out(trial) and _may_stay(state, trial, uuids)]


def _was_asked_out(trial: Trial) -> bool:
    running = trial.state
    return isinstance(running, Running) and running.gently and running.ending is Ending.REQUEUED


def _may_stay(state: SweepState, trial: Trial, given: Iterable[str]) -> bool:
    gpus, back = state.gpus, set(given)
    return all(
        uuid in back or not (uuid in gpus.excluded or gpus.standings[uuid].state in _LOST)
        for uuid in gpus.of(trial.number)
    )


def _trials_on(state: SweepState, uuids: Iterable[str]) -> list[int]:
    return sorted({number for uuid in uuids for number in state.gpus.trials_on(uuid)})


def _gently(act: UseGpus, trial: Trial) -> bool:
    asked = act.use == "exclude" and act.how == "checkpoint"
    return asked and trial.number not in act.at_once


def _prepared(state: SweepState, act: UseGpus, facts: Facts) -> Prepared:
    if act.use == "include":
        touched = _staying(state, act.gpus)
        details = {t.name: "stays, its leaving called off" for t in touched}
    else:
        running = _trials_on(state, act.gpus) if act.how == "checkpoint" else []
        deaf = tuple(number for number in running if number not in facts.listening)
        act = replace(act, at_once=deaf if act.use == "exclude" else ())
        touched = _leaving(state, act.gpus, act)
        details = {t.name: _detail(t, act, facts) for t in touched}
    labels = [_label(state, uuid) for uuid in act.gpus]
    sentence = together(
        f"{act.use} {', '.join(labels)}",
        _who(state, act, touched),
        _room(state, act),
    )
    past = together(f"{_PAST[act.use]} {', '.join(labels)}", _who(state, act, touched))
    names = tuple(trial.name for trial in touched)
    preview = Preview(done=names, sentence=sentence, details=details)
    return Prepared(act=act, preview=preview, past=past)


def _who(state: SweepState, act: UseGpus, touched: Sequence[Trial]) -> str:
    """Which trials leave, and when."""
    numbers = tuple(trial.number for trial in touched)
    if act.use == "include":
        return f"{named(numbers)} {_verb(numbers, 'stay')}" if numbers else ""
    there = tuple(_trials_on(state, act.gpus))
    if act.how == "end" and act.use == "exclude" and there:
        return f"{named(there)} may finish there"
    gently = tuple(t.number for t in touched if _gently(act, t))
    at_once = tuple(number for number in numbers if number not in gently)
    parts = (
        f"{named(gently)} {_verb(gently, 'leave')} at the next epoch" if gently else "",
        f"{named(at_once)} {_verb(at_once, 'leave')} at once" if at_once else "",
        "to go on elsewhere" if numbers else "",
    )
    return ", ".join(part for part in parts if part)


def _verb(numbers: Sequence[int], verb: str) -> str:
    return f"{verb}s" if len(numbers) == 1 else verb


def _room(state: SweepState, act: UseGpus) -> str:
    """For how many trials there is room then, and was before."""
    demand = state.demands.of_stage(state.stage.plan.name)
    if not demand.gpus:
        return ""
    if act.use == "include":
        after = state.gpus.imagined(excluded=set(state.gpus.excluded) - set(act.gpus))
        if not all(after.usable(uuid) for uuid in act.gpus):
            return "used as soon as a look finds it free"
    else:
        after = state.gpus.imagined(excluded={*state.gpus.excluded, *act.gpus})
    now, then = state.gpus.capacity(demand), after.capacity(demand)
    if now == then:
        return ""
    if not then:
        return "no trial has room then"
    return f"room for {plural(then, 'trial')} at once instead of {now}"


def _detail(trial: Trial, act: UseGpus, facts: Facts) -> str:
    when = "at its next epoch" if _gently(act, trial) else "at once"
    return f"leaves {trial.attempts[-1].device} {when}; {where_it_starts(trial, facts)[0]}"


def _label(state: SweepState, uuid: str) -> str:
    return state.gpus.names([uuid])


def _refused(act: UseGpus, why: str) -> Prepared:
    return Prepared(act=act, preview=Preview(refused=why))
