"""`tui-tuner status`."""

from __future__ import annotations

from engine.core.views import SuggestionView, SweepView
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetStatus
from tui_tuner.view.device_words import gpus_text
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import duration, short
from tui_tuner.view.searching import proposing

from .arguments import Json, Sweep
from .columns import coloured
from .documents import print_json
from .funnel import funnel
from .reach import ask
from .wording import best_line, counts


def command(sweep: Sweep = None, json: Json = False) -> None:
    """Say how a sweep stands.

    Example: tui-tuner status digits --json
    """
    (view,) = ask(find_sweep(sweep), GetStatus(id=0))
    if json:
        print_json(view)
        return
    for line in status_lines(view):
        print(line)


def status_lines(view: SweepView) -> list[str]:
    """Describe a sweep in a few aligned lines."""
    engine = f"process {view.engine.pid}" if view.engine.alive else "not running"
    rows = [
        ("trials", f"{counts(view.trials)}{_of_limit(view)}"),
        ("best", best_line(view.best, view.metric.name)),
        ("metric", f"{plain(view.metric.name)}, {view.metric.goal}"),
        ("winner", plain(view.winner or "")),
        *(("stages", line) for line in _stages(view)),
        ("method", f"{proposing(view)}, {_slots(view)}, space v{view.space_version}"),
        *(("rule", plain(rule)) for rule in view.rules),
        ("time", _time(view)),
        ("gpus", _gpus(view)),
        ("engine", engine),
        ("folder", plain(view.dir)),
        *(("warning", plain(warning)) for warning in view.warnings),
        *(("widen", _how_to_widen(s)) for s in view.suggestions),
        ("undo", f"`tui-tuner undo` takes back: {plain(view.undo)}" if view.undo else ""),
    ]
    why = f"  {plain(view.sentence)}" if view.sentence else ""
    head = f"{plain(view.name)}  {coloured(view.state)}{why}"
    return [head, *(f"  {name:<8} {text}" for name, text in rows if text)]


def _slots(view: SweepView) -> str:
    return f"{view.slots} slots{' (auto)' * view.auto_slots}"


def _gpus(view: SweepView) -> str:
    if not view.engine.alive:
        return ""
    unseen = "none seen yet: trials wait until the driver answers" if view.auto_slots else ""
    return gpus_text(view.devices) or unseen


def _stages(view: SweepView) -> list[str]:
    return [funnel(view)] if len(view.stages) > 1 else []


def _how_to_widen(suggestion: SuggestionView) -> str:
    low, high = short(suggestion.low, 4), short(suggestion.high, 4)
    return f"`tui-tuner range {plain(suggestion.parameter)} --widen` searches {low} to {high}"


def _of_limit(view: SweepView) -> str:
    return f"; {view.trials_limit} at most" if view.trials_limit else ""


def _time(view: SweepView) -> str:
    left = f", about {duration(view.eta_s)} left" if view.eta_s is not None else ""
    return f"{duration(view.elapsed_s)}{left}"
