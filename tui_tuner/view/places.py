"""Where the rows stand: each by its newest report, but none that is at work moves all the time.

Sixty-four trials that report once a second would trade places with their neighbours faster than
anybody can read. So a row that only reported again keeps its place for a few seconds; then all
that have waited are given their new places at once. What changes its state moves immediately,
unless others have just done so: where a trial ends every second, it is seen to end where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from engine.core.views import TrialView

from . import order as ordering_of
from .order import Order, Ordering

CALM_S = 5.0
"""How long a row that is at work keeps its place at the least, whatever it reports."""
AT_ONCE = 2
"""Rows that may move at once before others settle, because their state has changed."""
FEW = 64
"""Rows that are moved one by one; where more are due, sorting all is no dearer."""

Rows = Mapping[str, TrialView]


class Places(Struct, frozen=True):
    """The order of the rows shown. Never changed in place.

    `placed` holds rows as they were when they were given their place, of those that have changed
    since; `at` is when all were last given their places, and `moves` how many have moved since.
    """

    order: Order = ()
    placed: Rows = {}
    at: float = 0.0
    moves: int = 0

    def position(self, row: TrialView, rows: Rows, ordering: Ordering) -> int:
        """Find where a row that is shown stands; `rows` are all there are."""

        def entry(name: str) -> ordering_of.Entry:
            return ordering.entry(self._as_placed(name, rows))

        return ordering_of.position(self.order, self.placed.get(row.id, row), entry, ordering)

    def settled(self, rows: Rows, ordering: Ordering, at: float) -> Places:
        """Give rows their new places, where they have kept the old ones for long enough."""
        if not self.placed or at < self.at + CALM_S:
            return self
        return replaced(rows, ordering, at)

    def after(
        self, before: Rows, rows: Rows, changed: Collection[str], ordering: Ordering, at: float
    ) -> Places:
        """Give the places once the rows named in `changed`, once as `before`, are as in `rows`."""
        calm = [name for name in changed if _may_stay(before.get(name), rows[name], ordering)]
        restless = [name for name in calm if before[name].state != rows[name].state]
        moving = {*restless[: max(0, AT_ONCE - self.moves)]}
        stay = {name for name in calm if name not in moving}
        move = [name for name in changed if name not in stay]
        due = bool(stay or self.placed) and at >= self.at + CALM_S
        if due or len(move) > FEW:
            return replaced(rows, ordering, at)
        placed = {name: before[name] for name in stay} | dict(self.placed)
        order = self._moved(before, rows, move, ordering) if move else self.order
        placed = {name: row for name, row in placed.items() if name not in move}
        return Places(order, placed, self.at, self.moves + len(moving))

    def _moved(self, before: Rows, rows: Rows, names: list[str], ordering: Ordering) -> Order:
        gone = [self._as_placed(name, before) for name in names if name in before]
        come = [rows[name] for name in names]
        return ordering_of.moved(
            self.order,
            lambda name: self._as_placed(name, before),
            [row for row in gone if ordering.shows(before[row.id])],
            [row for row in come if ordering.shows(row)],
            ordering,
        )

    def _as_placed(self, name: str, rows: Rows) -> TrialView:
        return self.placed[name] if name in self.placed else rows[name]


def replaced(rows: Rows, ordering: Ordering, at: float) -> Places:
    """Place all rows anew; `rows` come by number."""
    return Places(ordering_of.build(rows.values(), ordering), {}, at)


def _may_stay(old: TrialView | None, new: TrialView, ordering: Ordering) -> bool:
    """Whether a row of a trial at work, or just now at work, can be shown where it stands."""
    if old is None or "running" not in (old.state, new.state):
        return False
    return ordering.shows(old) == ordering.shows(new)
