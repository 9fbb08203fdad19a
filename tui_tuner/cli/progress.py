"""What a headless run prints while it goes on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from engine.core.views import SweepView, TrialView
from engine.lifecycle import spelling
from engine.protocol.messages import Push, Snapshot
from tui_tuner.view.line import fit, plain
from tui_tuner.view.numbers import duration, value_format

from .columns import terminal_width
from .wording import best_line, counts, last_value, params_line, progress, time_of

FINAL = ("complete", "pruned", "failed")
EVERY_S = 5.0


class Progress:
    """A line for each end of a trial; how the sweep stands now and then, or in place on a
    terminal. `whole` says that a whole snapshot has been seen."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.view: SweepView | None = None
        self.whole = False
        self._quiet = quiet
        self._in_place = sys.stdout.isatty()
        self._told: dict[str, tuple[str, int]] = {}
        self._next_at = 0.0
        self._last = ""

    def take(self, push: Push) -> bool:
        """Take in what the engine pushed; say whether a trial has ended since."""
        self.view = push.sweep or self.view
        if isinstance(push, Snapshot):
            self.whole = not push.more
        ended = [r for r in push.trials if r.state in FINAL and self._told.get(r.id) != _end(r)]
        for row in ended:
            self._told[row.id] = _end(row)
            self._line(self._ended(row))
        self._stand()
        return bool(ended)

    def note(self, text: str) -> None:
        """Say something beside the progress."""
        self._wipe()
        print(f"tui-tuner: {plain(text)}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Make room for what is printed afterwards."""
        self._wipe()

    def _ended(self, row: TrialView) -> str:
        best = self.view.best if self.view is not None else None
        form = value_format(best.value if best else None)
        state = f"{row.state} ({row.failure})" if row.failure else row.state
        lead = " *" if best is not None and best.trial == row.id else ""
        reason = f"  {plain(row.reason)}" if row.reason else ""
        return (
            f"{row.id}  {state:<8}  {progress(row):>6}  {last_value(row, form):>8}  "
            f"{time_of(row):>6}  {params_line(row.params)}{reason}{lead}"
        )

    def _stand(self) -> None:
        now = time.monotonic()
        if self._quiet or self.view is None or (now < self._next_at and not self._in_place):
            return
        self._next_at = now + EVERY_S
        left = f", about {duration(self.view.eta_s)} left" if self.view.eta_s is not None else ""
        best = self.view.best
        lead = f"; best {best_line(best, self.view.metric.name)}" if best else ""
        text = f"-- {counts(self.view.trials)}{left}{lead}"
        if not self._in_place and text != self._last:
            print(text, flush=True)
        elif self._in_place:
            width = (terminal_width() or 80) - 1
            print("\r" + fit(text, width), end="", flush=True)
        self._last = text

    def _line(self, text: str) -> None:
        if not self._quiet:
            self._wipe()
            print(text, flush=True)

    def _wipe(self) -> None:
        if self._in_place and not self._quiet:
            print("\r" + " " * ((terminal_width() or 80) - 1) + "\r", end="", flush=True)


def _end(row: TrialView) -> tuple[str, int]:
    """What tells one end of a trial from another: promoted or retried, it ends again."""
    return row.state, row.attempts


def summary(view: SweepView) -> list[str]:
    """How the sweep went, and how to look at it again."""
    lines = [
        f"{plain(view.name)} {view.state} after {duration(view.elapsed_s)}: {counts(view.trials)}",
        f"  {plain(view.sentence)}",
        f"  best    {best_line(view.best, view.metric.name)}",
        f"  folder  {plain(view.dir)}",
        f"  again   tui-tuner attach {plain(spelling(Path(view.dir)))}",
        *(f"  warning {plain(warning)}" for warning in view.warnings),
    ]
    return [line for line in lines if line.strip()]
