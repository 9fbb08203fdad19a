"""`tui-tuner show`."""

from __future__ import annotations

from engine.core.views import AttemptView, TrialView
from engine.protocol.messages import GetStatus, ShowTrial, TrialDetail
from tui_tuner.view.device_line import memory
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import ValueFormat, duration, short, value_format
from tui_tuner.view.schedule import ancestors, schedules
from tui_tuner.view.searching import origin_of

from .arguments import Json, Words, sweep_and_trial
from .columns import Column, coloured, print_table
from .documents import detail_document, print_json
from .no_numbers import NoNumbers, is_odd, no_numbers
from .progress import FINAL
from .reach import ask
from .wording import clock_time, last_value, mean_of, number, params_line, progress, time_of

STEPS = 12
"""Steps of the curve that are shown to a person."""


def command(words: Words = None, json: Json = False) -> None:
    """Show everything about one trial.

    Example: tui-tuner show digits t0042
    """
    sweep, trial = sweep_and_trial(words)
    view, detail = ask(sweep, GetStatus(id=0), ShowTrial(id=0, trial=trial))
    if json:
        print_json(detail_document(detail))
        return
    form = value_format(view.best.value if view.best else None)
    for line in _about(detail.trial, form, view.metric.name):
        print(line)
    for line in _lineage(detail):
        print(line)
    odd = is_odd(detail.series)
    names = no_numbers(sweep, [detail.trial])[detail.trial.id] if odd else {}
    _print_curves(detail, names)
    _print_attempts(detail.trial.attempt_list)
    for checkpoint in detail.checkpoints:
        print(f"  checkpoint {plain(checkpoint.path)}")
    for decision in detail.decisions:
        why = f" ({plain(decision.why)})" if decision.why else ""
        print(
            f"  {clock_time(decision.at)}  {plain(decision.who)}: {plain(decision.sentence)}{why}"
        )


def _unreported(row: TrialView) -> str:
    return "never reported" if row.state in FINAL else "not reported yet"


def _about(row: TrialView, form: ValueFormat, metric: str) -> list[str]:
    reason = f"  {plain(row.reason)}" if row.reason else ""
    best = f", best {form.text(row.best)} at epoch {row.best_step}" if row.best is not None else ""
    rows = [
        ("epoch", progress(row) or "none yet"),
        (plain(metric), f"{last_value(row, form) or _unreported(row)}{best}"),
        ("time", time_of(row) or "not started"),
        ("mean", mean_of(row, form)),
        ("origin", f"{origin_of(row)}, seed {row.seed}"),
        ("advice", plain(row.advice or "")),
        ("repeats", row.repeat_of or ""),
        ("stage", _stage(row)),
        ("note", plain(row.note or "")),
        *((plain(name), short(value, 6)) for name, value in row.params.items()),
    ]
    width = max(len(name) for name, _ in rows)
    held = ", held in memory with its slot" if row.held else ""
    failure = f": {row.failure}" if row.failure else ""
    head = f"{row.id}  {coloured(row.state)}{failure}{held}{reason}"
    return [head, *(f"  {name:<{width}}  {text}" for name, text in rows if text)]


def _lineage(detail: TrialDetail) -> list[str]:
    """The schedule that an evolution came to, by its changes from parent to child."""
    if not detail.lineage:
        return []
    lines = [f"{name}: {text}" for name, text in schedules(detail.lineage)]
    return ["", f"  lineage {ancestors(detail.lineage)}", *(f"    {line}" for line in lines)]


def _stage(row: TrialView) -> str:
    """Its stage, and what that sets otherwise than the space."""
    budget = f", {row.budget} epochs" if row.budget is not None else ""
    changed = f"; sets {params_line(row.overrides)}" if row.overrides else ""
    return f"{plain(row.stage)}{budget}{changed}"


def _print_curves(detail: TrialDetail, no_numbers: NoNumbers) -> None:
    if not detail.series:
        return
    steps = sorted({step for curve in detail.series.values() for step, _, _ in curve})[-STEPS:]
    columns = [Column("epoch", [str(step) for step in steps], "right")]
    for name, curve in detail.series.items():
        texts = {step: "nan" if value is None else number(value) for step, value, _ in curve}
        texts |= dict(no_numbers.get(name, ()))
        cells = [texts.get(step, "") for step in steps]
        columns.append(Column(plain(name), cells, "right", optional=True))
    print()
    print_table(columns)
    print()


def _print_attempts(attempts: list[AttemptView]) -> None:
    for attempt in attempts:
        until = attempt.ended_at
        took = f" after {duration(until - attempt.started_at)}" if until is not None else ""
        ended = f"{attempt.outcome}, {attempt.exit}{took}" if attempt.outcome else "running"
        note = f" ({plain(attempt.note)})" if attempt.note else ""
        start = f", {attempt.start}{note}" if attempt.start else ""
        place = f"slot {attempt.slot}{_on(attempt)}, pid {attempt.pid}"
        print(f"  attempt {attempt.n}: {ended}; {place}{start}")
        if attempt.leftover:
            print(f"    would not die: {', '.join(map(plain, attempt.leftover))}")
        for line in attempt.tail.splitlines()[-5:]:
            print(f"    | {plain(line)}")


def _on(attempt: AttemptView) -> str:
    """Its GPUs, how busy it kept its share of them, and the most memory it took."""
    if attempt.device in ("", "cpu"):
        return ""
    busy = f" {attempt.mean_util:.0f}% busy" if attempt.mean_util is not None else ""
    peak = f" {memory(attempt.peak_memory)} at most" if attempt.peak_memory else ""
    return f" on {plain(attempt.device)}{busy}{peak}"
