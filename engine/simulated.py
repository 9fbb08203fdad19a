"""What a simulated attempt does: its lines one after the other, then its exit."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from engine.core.model import Exit, Exited


class Line(Struct, frozen=True):
    """One step of a script: after so many seconds more, report these metrics at this step."""

    seconds: float
    step: int
    metrics: dict[str, float]


class Run(Struct, frozen=True):
    """What an attempt does: its lines, one after the other, then its exit.

    It ends before a line beyond its budget, so that lines may go on without end.
    """

    lines: Iterable[Line]
    exit: Exit = Exited(code=0)
    seconds_to_exit: float = 0.0


class SimulatedProcess:
    """One attempt's process: where it is in its run, and what its control file says.

    It heeds `budget` and `is_leaving` between two lines, as the SDK does between two epochs. While
    it is held its clock stands still. A `turn` is the next thing it does; a later one replaces it.
    """

    def __init__(self, run: Run) -> None:
        self.budget: int | None = None
        self.is_leaving = False
        self.is_held = False
        self.turn = 0
        self.line: Line | None = None
        """The line under way; None once the process is about to exit."""
        self.exit: Exit = run.exit
        self._run = run
        self._lines = iter(run.lines)
        self._began = False
        self._due_at = 0.0
        self._left_s = 0.0

    def proceed(self) -> None:
        """Begin the next line, or the way out."""
        asked_to_leave = self.is_leaving and self._began
        self._began = True
        self.line = None if asked_to_leave else next(self._lines, None)
        if self.line is not None and self.budget is not None and self.line.step > self.budget:
            self.line = None
        if asked_to_leave:
            self.exit = Exited(code=0)

    def seconds_to_next(self) -> float:
        """How long the line under way, or the way out, takes."""
        return self._run.seconds_to_exit if self.line is None else self.line.seconds

    def plan(self, due_at: float) -> int:
        """Be through at `due_at`; gives the turn's number."""
        self.turn += 1
        self._due_at = due_at
        return self.turn

    def hold(self, now: float) -> None:
        """Stand still."""
        if not self.is_held:
            self.is_held = True
            self.turn += 1
            self._left_s = max(0.0, self._due_at - now)

    def hold_for(self, seconds: float) -> None:
        """Stand still with so much left of what is under way."""
        self._left_s = seconds

    def release(self) -> float:
        """Go on; gives the seconds left of what was under way."""
        self.is_held = False
        return self._left_s
