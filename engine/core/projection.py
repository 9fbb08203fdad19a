"""From the machine's state to what people see: `TrialView` and `SweepView`."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from .devices import WHOLE
from .eta import done, eta
from .gpu_words import why_none_starts
from .leftover import shown
from .model import (
    Attempt,
    Failed,
    Paused,
    Pruned,
    Running,
    Trial,
    Waiting,
    state_name,
    trial_name,
)
from .stage_views import stage_views, winner
from .state import SweepState
from .views import (
    AttemptView,
    BestView,
    EngineView,
    MetricView,
    ProposerView,
    SuggestionView,
    SweepView,
    TrialView,
)

SPARK_POINTS = 32


def trial_view(trial: Trial) -> TrialView:
    """Show one trial."""
    state, spread = trial.state, trial.spread
    value = trial.values[-1] if trial.values else None
    return TrialView(
        id=trial.name,
        state=state_name(state),
        params={**trial.params, **trial.overrides} if trial.overrides else trial.params,
        stage=trial.stage,
        budget=trial.budget,
        origin=trial.origin,
        parent=trial_name(trial.parent) if trial.parent is not None else None,
        space_version=trial.space_version,
        seed=trial.seed,
        failure=_failure(trial),
        step=trial.last_step,
        value=value if value is not None and isfinite(value) else None,
        last_text=str(value) if value is not None and not isfinite(value) else None,
        best=trial.best.value if trial.best else None,
        best_step=trial.best.step if trial.best else None,
        reason=_reason(trial),
        ending=state.ending.value if isinstance(state, Running) and state.ending else None,
        note=trial.note,
        advice=trial.advice,
        infeasible=isinstance(state, Pruned) and state.infeasible,
        converged=isinstance(state, Pruned) and state.converged,
        held=isinstance(state, Running) and state.held,
        overrides=trial.overrides,
        repeat_of=trial_name(trial.repeat_of) if trial.repeat_of is not None else None,
        generation=trial.generation,
        from_step=_from_step(trial),
        mean=spread.mean if spread is not None and spread.std is not None else None,
        std=spread.std if spread is not None else None,
        repeats=spread.n if spread is not None else 0,
        reports=trial.reports,
        rejected=trial.rejected,
        spark=thin(trial.values, SPARK_POINTS),
        **_of_attempts(trial),
    )


def _of_attempts(trial: Trial) -> dict[str, Any]:
    """Show what follows from its attempts alone: where it is, since when, what it has cost."""
    if not trial.attempts:
        return {}
    current, running = trial.attempts[-1], isinstance(trial.state, Running)
    ended = [(a, a.end.at - a.started_at) for a in trial.attempts if a.end]
    return {
        "attempts": len(trial.attempts),
        "attempt_list": [_attempt_view(a) for a in trial.attempts],
        "device": current.device if running else None,
        "slot": current.slot if running else None,
        "started_at": trial.attempts[0].started_at,
        "attempt_started_at": current.started_at if running else None,
        "ended_at": current.end.at if current.end else None,
        "elapsed_s": sum(took_s for _, took_s in ended),
        "util": current.end.mean_util if current.end else None,
        "peak_memory": _peak_memory(trial),
        "gpus": gpus_of(current),
        "gpu_s": sum(took_s * gpus_of(a) for a, took_s in ended),
    }


def _from_step(trial: Trial) -> int:
    """Where it began, by its first report: earlier than planned where a checkpoint was missing."""
    first = trial.attempts[0].first_step if trial.attempts else None
    return trial.from_step if first is None else min(trial.from_step, max(0, first - 1))


def _peak_memory(trial: Trial) -> int | None:
    """The most that any of its ended attempts held."""
    return max((a.end.peak_memory or 0 for a in trial.attempts if a.end), default=0) or None


def gpus_of(attempt: Attempt) -> float:
    """How many GPUs an attempt has, parts of one counting as such."""
    return len(attempt.gpus) * attempt.share / WHOLE


def _failure(trial: Trial) -> str | None:
    if isinstance(trial.state, Failed):
        return trial.state.kind.value
    if trial.losses and not isinstance(trial.state, Pruned | Paused):
        return "lost"
    return None


def _reason(trial: Trial) -> str | None:
    match trial.state:
        case Failed(reason=reason) | Pruned(reason=reason) | Paused(reason=reason):
            return reason
        case Running(reason=reason):
            return reason
        case Waiting() if trial.alone:
            return "ran out of GPU memory beside others: goes on alone"
    return None


def _attempt_view(attempt: Attempt) -> AttemptView:
    process, end = attempt.process, attempt.end
    return AttemptView(
        n=attempt.n,
        device=attempt.device,
        slot=attempt.slot,
        pid=process.pid if process else None,
        started_at=attempt.started_at,
        ended_at=end.at if end else None,
        exit=str(end.exit) if end else None,
        outcome=end.outcome if end else None,
        start=process.start if process else None,
        note=process.note if process else None,
        peak_memory=end.peak_memory if end else None,
        mean_util=end.mean_util if end else None,
        tail=getattr(end.exit, "tail", "") if end else "",
        leftover=[shown(process) for process in end.leftover] if end else [],
    )


def thin(values: list[float], points: int) -> list[float | None]:
    """Thin a curve to at most `points` values, ends kept; what is no number becomes None."""
    if len(values) > points:
        last = len(values) - 1
        values = [values[i * last // (points - 1)] for i in range(points)]
    return [v if isfinite(v) else None for v in values]


def sweep_view(
    state: SweepState,
    *,
    directory: str,
    pid: int | None,
    now: float | None = None,
    rules: Sequence[str] = (),
) -> SweepView:
    """Show the sweep at `now`, or as of its last event; `rules` say how the rules stand."""
    plan = state.plan
    return SweepView(
        name=plan.name,
        dir=directory,
        state=state.status,
        engine=EngineView(pid=pid, alive=pid is not None),
        metric=MetricView(name=plan.metric, goal=plan.goal.value),
        stage=state.stage.plan.name if state.stages else None,
        space_version=state.space_version,
        slots=state.slots.count,
        auto_slots=state.auto_slots,
        trials={name: state.counts[name] for name in _COUNTED},
        best=_best(state),
        started_at=state.created_at,
        ended_at=state.ended_at,
        elapsed_s=state.watch.elapsed(state.last_at if now is None else now),
        eta_s=eta(state),
        warnings=[
            *(warned.text for warned in state.warnings.values()),
            *_closed_slots(state),
            *why_none_starts(state),
        ],
        method=plan.method,
        trials_limit=state.trials_limit,
        trials_done=done(state),
        sentence=state.sentence,
        metrics=[
            *([plan.metric] if state.objective_seen else []),
            *(name for name in state.metrics if name != plan.metric),
        ],
        suggestions=_suggestions(state),
        stages=stage_views(state) if state.stages else [],
        proposer=_evolving(state) or _proposer(state),
        rules=list(rules),
        undo=state.undoable[-1].sentence if state.undoable else None,
        winner=winner(state),
    )


def _evolving(state: SweepState) -> ProposerView | None:
    rounds, number = state.plan.evolution, len(state.stages)
    if rounds is None or not number:
        return None
    members = state.stage.members
    return ProposerView(
        method=state.plan.method,
        observations=members,
        startup=number == 1,
        fallback=False,
        sentence=f"{state.plan.method}, round {number} of {rounds.rounds}, {members} members",
    )


def _proposer(state: SweepState) -> ProposerView | None:
    source = state.source
    if source is None:
        return None
    on = f" on {source.observations} observations" if source.observations else ""
    lent = f" for {state.plan.method}" if on and source.method != state.plan.method else ""
    sentence = f"{source.method}{lent}{on}"
    if source.startup:
        sentence = f"{source.method} draws its start-up trials, {source.observations} known so far"
    elif source.fallback:
        sentence = f"{source.method}, standing in for {state.plan.method}"
    return ProposerView(
        method=source.method,
        observations=source.observations,
        startup=source.startup,
        fallback=source.fallback,
        sentence=sentence,
        made=dict(state.sources),
    )


def _closed_slots(state: SweepState) -> list[str]:
    return [
        f"slot {slot} stays closed until these are gone: {', '.join(map(shown, by))}"
        for slot, by in sorted(state.slots.blocked.items())
    ]


def _suggestions(state: SweepState) -> list[SuggestionView]:
    return [
        SuggestionView(
            code=warned.code,
            text=warned.text,
            parameter=wider.parameter,
            edge=wider.edge,
            low=wider.low,
            high=wider.high,
        )
        for warned in state.warnings.values()
        if (wider := warned.suggestion) is not None
    ]


_COUNTED = ("waiting", "running", "paused", "complete", "pruned", "failed")


def _best(state: SweepState) -> BestView | None:
    if state.best is None:
        return None
    trial = state.trials[state.best]
    if trial.best is None:
        return None
    finalist = trial if trial.repeat_of is None else state.trials[trial.repeat_of]
    spread = finalist.spread
    return BestView(
        trial=trial.name,
        value=trial.best.value,
        step=trial.best.step,
        params={**trial.params, **trial.overrides} if trial.overrides else trial.params,
        mean=spread.mean if spread is not None and spread.std is not None else None,
        std=spread.std if spread is not None else None,
        repeats=spread.n if spread is not None else 0,
    )
