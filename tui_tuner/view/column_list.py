"""The list in which a person chooses the table's columns and their order."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from .columns import FROZEN, Choice, Column, layout_order
from .glyphs import Glyphs
from .line import Line, crop, fit, plain

_NAMES = {
    "id": "the trial",
    "state": "state",
    "epoch": "epochs done, of its budget",
    "last": "last value of the objective",
    "best": "best value of the objective",
    "mean": "mean and deviation over seeds",
    "curve": "curve of the objective",
    "device %": "use of its GPU, or of its share of the cores, in percent",
    "memory": "memory held now, on its device",
    "peak memory": "most memory held",
    "cpu %": "use of its share of the CPU's cores, beside a GPU",
    "device": "where it runs, or ran last",
    "GPU hours": "GPUs it had, times hours",
    "best per hour": "best / GPU-hours (hours on a CPU); a metric to minimize: its fall / hours",
    "elapsed": "time it has run",
    "time left": "time left, by its own pace",
    "note": "its note",
    "reason": "the last decision or advice on it",
}


class Item(Struct, frozen=True):
    """A column in the list, and whether it is shown."""

    column: Column
    shown: bool


class ColumnList(Struct, frozen=True):
    """What is chosen so far; every change gives another list. `at` is the cursor's place, `usual`
    names the columns that are shown where nothing is chosen, in their order."""

    items: tuple[Item, ...]
    at: int = 0
    usual: tuple[str, ...] = ()

    def to(self, place: int) -> ColumnList:
        """Put the cursor on an item."""
        return replace(self, at=min(max(0, place), len(self.items) - 1))

    def toggled(self) -> ColumnList:
        """Show the column under the cursor, or leave it out; some are always shown."""
        item = self.items[self.at]
        if item.column.key in FROZEN:
            return self
        changed = replace(item, shown=not item.shown)
        return replace(self, items=(*self.items[: self.at], changed, *self.items[self.at + 1 :]))

    def shifted(self, by: int) -> ColumnList:
        """Move the column under the cursor up or down, past its neighbour."""
        other = self.at + by
        first = len(FROZEN)
        if min(self.at, other) < first or other >= len(self.items):
            return self
        items = list(self.items)
        items[self.at], items[other] = items[other], items[self.at]
        return replace(self, items=tuple(items), at=other)

    def choice(self, before: Choice) -> Choice:
        """Give what is chosen; what `before` says of other sweeps' columns stays.

        Columns that are shown where nothing is chosen are not named for being shown in that
        order, nor are those hidden that had nothing to say: what fits goes on to decide.
        """
        here = {item.column.key for item in self.items}
        shown = [item.column.key for item in self.items if item.shown]
        known = {*self.usual, *before.hidden}
        left_out = [item.column.key for item in self.items if not item.shown]
        hidden = [key for key in left_out if key in known]
        elsewhere = [key for key in before.shown if key not in here]
        if not elsewhere and shown == [key for key in self.usual if key not in hidden]:
            shown = []
        return Choice(
            (*shown, *elsewhere), (*hidden, *(key for key in before.hidden if key not in here))
        )


def column_list(every: Sequence[Column], choice: Choice, empty: set[str]) -> ColumnList:
    """List the columns as they are shown now, those left out after them."""
    shown = layout_order(every, choice, empty)
    left_out = [column for column in every if column not in shown]
    items = (
        *(Item(column, True) for column in shown),
        *(Item(column, False) for column in left_out),
    )
    return ColumnList(items, usual=tuple(c.key for c in every if c.key not in empty))


def list_lines(chosen: ColumnList, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Write the items around the cursor."""
    top = top_of(chosen, height)
    shown = list(enumerate(chosen.items))[top : top + height]
    return [crop(_item(item, place == chosen.at, glyphs), width) for place, item in shown]


def top_of(chosen: ColumnList, height: int) -> int:
    """Say which item is the first in view."""
    middle = chosen.at - height // 2
    return max(0, min(middle, len(chosen.items) - height))


def _item(item: Item, here: bool, glyphs: Glyphs) -> Line:
    cursor = " cursor" if here else ""
    column = item.column
    fixed = column.key in FROZEN
    box = "    " if fixed else "[x] " if item.shown else "[ ] "
    role = "dim" if fixed or not item.shown else ""
    told = f"parameter {plain(column.param)}" if column.param else _NAMES[column.key]
    title = fit(column.title.replace("±", glyphs.spread), 12)
    return (
        (glyphs.cursor if here else " ", f"accent{cursor}"),
        (f" {box}", f"key{cursor}"),
        (f"{title} ", f"{role}{cursor}".strip()),
        (told, f"dim{cursor}"),
    )
