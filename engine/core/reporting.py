"""What follows from a report: the curve grows, rules judge, warnings and targets come up."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

from .commands import Command, Emit
from .curve import add_point
from .events import LimitReached, ReportsArrived, VerdictReached, Warned
from .judging import Judge, Verdict
from .model import Report, Running, Trial
from .state import Scheduling, SweepState

MOST_METRICS = 1000


def take_reports(
    state: SweepState, event: ReportsArrived, judges: Iterable[Judge]
) -> list[Command]:
    """Put an attempt's reports on its trial; emit at most one verdict and one reached target."""
    trial = state.trials.get(event.trial)
    if trial is None or not trial.attempts or trial.attempts[-1].n != event.attempt:
        return []
    verdict: Verdict | None = None
    commands: list[Command] = []
    before = trial.best
    for report in event.reports:
        _take(state, trial, event.attempt, report)
        if verdict is None and _may_be_judged(trial):
            verdict = _judge(state, trial, report, [j for j in judges if not j.advisory])
            commands += _advise(state, event, trial, report, [j for j in judges if j.advisory])
        if state.plan.metric in report.metrics:
            trial.furthest = max(trial.furthest, report.step)
    trial.rejected += event.rejected
    state.note_best(trial, before)
    if event.rejected:
        commands += _complain(state, trial, event)
    if verdict is not None:
        commands.append(_emit_verdict(event, verdict))
    if _target_reached(state, trial):
        commands.append(_emit_target(state, trial, event.at))
    return commands


def _take(state: SweepState, trial: Trial, attempt: int, report: Report) -> None:
    trial.reports += 1
    trial.last_step = report.step
    state.slot_time.see(trial.number, report.at)
    current = trial.attempts[-1]
    if current.first_step is None:
        current.first_step = report.step
    if not state.anything_reported:
        state.anything_reported = True
    metrics = state.metrics
    for name in report.metrics:
        if name not in metrics and len(metrics) < MOST_METRICS:
            metrics[name] = None
    value = report.metrics.get(state.plan.metric)
    if value is not None:
        state.objective_seen = True
        state.objective_span.add(value)
        trial.losses = 0
        add_point(trial, attempt, report.step, value, state.plan.goal)
        state.peers.note(trial, report.step)


def _may_be_judged(trial: Trial) -> bool:
    return isinstance(trial.state, Running) and trial.state.ending is None


def _judge(
    state: SweepState, trial: Trial, report: Report, judges: Iterable[Judge]
) -> Verdict | None:
    for judge in judges:
        verdict = judge.judge(trial, report, state.peers)
        if verdict is not None:
            return verdict
    return None


def _advise(
    state: SweepState,
    event: ReportsArrived,
    trial: Trial,
    report: Report,
    judges: Iterable[Judge],
) -> list[Command]:
    """Let each advisory rule speak once of a trial."""
    commands: list[Command] = []
    for judge in judges:
        if judge.name in trial.advised_by:
            continue
        verdict = judge.judge(trial, report, state.peers)
        if verdict is not None:
            trial.advised_by = (*trial.advised_by, judge.name)
            commands.append(_emit_verdict(event, verdict, advisory=True))
    return commands


def _emit_verdict(event: ReportsArrived, verdict: Verdict, *, advisory: bool = False) -> Emit:
    return Emit(
        event=VerdictReached(
            at=event.at,
            trial=event.trial,
            attempt=event.attempt,
            rule=verdict.rule,
            sentence=verdict.sentence,
            failure=verdict.failure,
            converged=verdict.converged,
            advisory=advisory,
        )
    )


def _complain(state: SweepState, trial: Trial, event: ReportsArrived) -> list[Command]:
    code = "reports-rejected"
    if code in state.warnings and state.warnings[code].text.startswith(trial.name):
        return []
    text = f"{trial.name} wrote reports that cannot be read: {event.complaint or 'no reason'}"
    return [Emit(event=Warned(at=event.at, code=code, text=text))]


def _target_reached(state: SweepState, trial: Trial) -> bool:
    target = state.plan.limits.target
    if target is None or trial.best is None or _is_over(state):
        return False
    return not isnan(target) and not state.plan.goal.better(target, trial.best.value)


def _is_over(state: SweepState) -> bool:
    return state.scheduling not in (Scheduling.OPEN, Scheduling.PAUSED)


def _emit_target(state: SweepState, trial: Trial, at: float) -> Emit:
    assert trial.best is not None
    sentence = (
        f"{trial.name} reached the target: {state.plan.metric} {trial.best.value:g} "
        f"at step {trial.best.step}"
    )
    return Emit(event=LimitReached(at=at, limit="target", sentence=sentence))
