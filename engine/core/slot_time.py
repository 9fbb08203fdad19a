"""How long slots were held, whatever engine was there to see it."""

from __future__ import annotations


class SlotTime:
    """Adds up the seconds that attempts held slots: those that ended, and those that run.

    What ran while no engine did counts too. An attempt that reported nothing since an engine came
    back is counted until its last report, or until the engine left: the machine may have been down.
    """

    def __init__(self) -> None:
        self._ended_s = 0.0
        self._since: dict[int, float] = {}
        self._seen_at: dict[int, float] = {}
        self._left_at = 0.0
        self._back_at = 0.0

    @property
    def held(self) -> int:
        """How many slots are held now."""
        return len(self._since)

    def begin(self, trial: int, at: float) -> None:
        """A trial takes a slot."""
        self._since[trial] = at

    def see(self, trial: int, at: float) -> None:
        """A trial made a report."""
        self._seen_at[trial] = at

    def end(self, trial: int, at: float) -> None:
        """A trial lets go of its slot."""
        since, seen_at = self._since.pop(trial, at), self._seen_at.pop(trial, 0.0)
        if since <= self._left_at and seen_at < self._back_at:
            at = min(at, max(self._left_at, seen_at))
        self._ended_s += max(0.0, at - since)

    def take_back(self, trial: int) -> None:
        """A trial never began."""
        self._since.pop(trial, None)

    def engine_was_away(self, left_at: float, back_at: float) -> None:
        """No engine ran between these times."""
        self._left_at, self._back_at = left_at, back_at

    def elapsed(self, at: float) -> float:
        """Seconds of slots by `at`."""
        return self._ended_s + sum(max(0.0, at - since) for since in self._since.values())
