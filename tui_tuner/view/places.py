"""Where the rows stand: each by its newest report, but none that is at work moves all the time.

Sixty-four trials that report once a second would trade places with their neighbours faster than
anybody can read. So a row that only reported again keeps its place for a few seconds; then all
that have waited are given their new places at once. What changes its state moves immediately,
unless others have just done so: where a trial ends every second, it is seen to end where it stands,
until the next one starts. That takes its place, so that what runs stays where what ran was looked
at, and no other row moves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from engine.core.views import TrialView

from . import order as ordering_of
from .kept import Kept
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
    `kept` spares a look at each row where all are placed anew.
    """

    order: Order = ()
    placed: Rows = {}
    at: float = 0.0
    moves: int = 0
    kept: Kept = field(default_factory=Kept)

    def position(self, row: TrialView, rows: Rows, ordering: Ordering) -> int:
        """Find where a row that is shown stands; `rows` are all there are."""

        def entry(name: str) -> ordering_of.Entry:
            return ordering.entry(self._as_placed(name, rows))

        return ordering_of.position(self.order, self.placed.get(row.id, row), entry, ordering)

    def keep(self, rows: Rows, ordering: Ordering) -> None:
        """Look at each row now for what placing all anew will take, in another order."""
        if ordering.filter is None:
            ordering.keep(rows, self.kept)

    def reordered(self, rows: Rows, ordering: Ordering) -> Places:
        """Place all rows anew, in another order."""
        return replaced(rows, ordering, self.at, self.kept)

    def settled(self, rows: Rows, ordering: Ordering, at: float) -> Places:
        """Give rows their new places, where they have kept the old ones for long enough."""
        if not self.placed or at < self.at + CALM_S:
            return self
        return replaced(rows, ordering, at, self.kept)

    def after(
        self, before: Rows, rows: Rows, changed: Collection[str], ordering: Ordering, at: float
    ) -> Places:
        """Give the places once the rows named in `changed`, once as `before`, are as in `rows`."""
        self.kept.follow(before, rows, changed)
        handed = self._handed_over(before, rows, changed, ordering)
        stands = self._stand_ins(before, rows, handed)
        calm = [name for name in changed if _may_stay(before.get(name), rows[name], ordering)]
        calm = [name for name in calm if name not in stands]
        restless = [name for name in calm if before[name].state != rows[name].state]
        moves = self.moves + min(len(handed), max(0, AT_ONCE - self.moves))
        moving = {*restless[: max(0, AT_ONCE - moves)]}
        stay = {name for name in calm if name not in moving}
        move = {name: rows[name] for name in changed if name not in stay} | stands
        due = bool(stay or self.placed) and at >= self.at + CALM_S
        if due or len(move) > FEW:
            return replaced(rows, ordering, at, self.kept)
        placed = {name: before[name] for name in stay} | dict(self.placed)
        order = self._moved(before, rows, move, ordering) if move else self.order
        placed = {name: row for name, row in placed.items() if name not in move}
        placed |= {name: row for name, row in stands.items() if row is not rows[name]}
        return Places(order, placed, self.at, moves + len(moving), self.kept)

    def _handed_over(
        self, before: Rows, rows: Rows, changed: Collection[str], ordering: Ordering
    ) -> list[tuple[str, str]]:
        """Pair trials that have ended, but stand among what runs, with those that start now."""
        if ordering.sort.column != "state":
            return []
        started = [
            name
            for name in changed
            if rows[name].state == "running" and ordering.shows(rows[name])
            if name not in before or before[name].state == "waiting"
        ]
        ended = [
            name
            for name in dict.fromkeys((*self.placed, *changed) if started else ())
            if name in before and self._as_placed(name, before).state == "running"
            if rows[name].state != "running"
            if ordering.shows(before[name]) and ordering.shows(rows[name])
        ]
        return list(zip(ended, started, strict=False))

    def _stand_ins(
        self, before: Rows, rows: Rows, handed: Collection[tuple[str, str]]
    ) -> dict[str, TrialView]:
        """Give the rows by which trials that change places are placed.

        What starts stands where the other ended. That goes where it belongs, or, where others have
        just moved, to where the one that starts was waiting.
        """
        stands: dict[str, TrialView] = {}
        for nth, (ended, started) in enumerate(handed, self.moves):
            stands[started] = replace(self._as_placed(ended, before), id=started)
            if nth < AT_ONCE:
                stands[ended] = rows[ended]
            elif started in before:
                stands[ended] = replace(self._as_placed(started, before), id=ended)
            else:
                stands[ended] = replace(rows[ended], state="waiting", best=None)
        return stands

    def _moved(self, before: Rows, rows: Rows, to: Rows, ordering: Ordering) -> Order:
        gone = [self._as_placed(name, before) for name in to if name in before]
        return ordering_of.moved(
            self.order,
            lambda name: self._as_placed(name, before),
            [row for row in gone if ordering.shows(before[row.id])],
            [row for name, row in to.items() if ordering.shows(rows[name])],
            ordering,
        )

    def _as_placed(self, name: str, rows: Rows) -> TrialView:
        return self.placed[name] if name in self.placed else rows[name]


def replaced(rows: Rows, ordering: Ordering, at: float, kept: Kept | None = None) -> Places:
    """Place all rows anew; `rows` come by number."""
    kept = kept or Kept()
    return Places(ordering_of.build(rows, ordering, kept), {}, at, 0, kept)


def _may_stay(old: TrialView | None, new: TrialView, ordering: Ordering) -> bool:
    """Whether a row of a trial at work, or just now at work, can be shown where it stands."""
    if old is None or "running" not in (old.state, new.state):
        return False
    return ordering.shows(old) == ordering.shows(new)
