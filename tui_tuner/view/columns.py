"""The trial table's columns: what there is, what a person chose, and what of it fits a width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from engine.core.views import TrialView
from tui_tuner.view_state import ParamStats, ViewState

from .costs import rate_maximized
from .device_words import device_of
from .finals import decimals, spread_text
from .glyphs import UNICODE, Glyphs
from .line import plain
from .numbers import MAX_PARAM_WIDTH
from .order import FIXED_COLUMNS

SPARK_WIDTH = 8
BAR_WIDTH = 6
LEAST_REASON = 16
_WIDEST_REASON = 60
_NOTE_WIDTH = 20
_WIDEST_DEVICE = 12
_GPU_USE = "GPU%"
GUTTER = 2
_LOOKED_AT = 200
"""How many rows are looked at for what they have: the cost must not grow with the sweep."""

HEADINGS = {
    "state": "st",
    "elapsed": "time",
    "mean": "mean±std",
    "device %": "use%",
    "memory": "mem",
    "peak memory": "peak",
    "cpu %": "cpu%",
    "GPU hours": "GPUh",
    "best per hour": "best/h",
    "time left": "left",
    "reason": "why",
}
"""What columns are called on the screen that are not called by their key."""

FROZEN = ("id", "state")
"""Columns that stay where they are while the others are scrolled."""

SORTABLE = (*FIXED_COLUMNS, "mean")
"""Columns that rows can be sorted by, besides those of parameters."""

_ORDER = (
    *("id", "state", "epoch", "last", "best", "mean", "curve"),
    *("device %", "memory", "peak memory", "cpu %", "device", "elapsed", "time left"),
    *("GPU hours", "best per hour"),
)
"""What comes before the parameters; notes and reasons come after them."""

_ESSENTIAL, _GIVE_WAY = ("id", "state", "epoch", "best", "curve"), ("curve", "epoch")
"""What is shown first where it fits, and what of it is left out first where it does not."""

_MEASURED: dict[str, Callable[[TrialView], object]] = {
    "device %": attrgetter("util"),
    "memory": attrgetter("memory"),
    "peak memory": attrgetter("peak_memory"),
    "cpu %": attrgetter("cpu_util"),
    "best per hour": rate_maximized,
}
"""What is only shown where some row has it."""

_THEN = ("time left", "device %", "peak memory", "reason", "device", "memory", "cpu %")
"""What there is room for where the essential columns and a few parameters leave any."""


class Column(NamedTuple):
    """A column: its key, its heading, its width in cells, and which edge it hugs.

    `param` names the parameter it shows, if it shows one.
    """

    key: str
    title: str
    width: int
    to_right: bool = False
    param: str = ""

    @property
    def sortable(self) -> bool:
        """Whether rows can be sorted by it."""
        return self.key == self.param if self.param else self.key in SORTABLE


class Choice(NamedTuple):
    """Which columns a person wants, in which order, and which not; those in neither are shown.

    Without an order, what fits decides which of those that are not left out are shown.
    """

    shown: Sequence[str] = ()
    hidden: Sequence[str] = ()

    def __bool__(self) -> bool:
        """Whether anything was chosen at all."""
        return bool(self.shown or self.hidden)


class Layout(NamedTuple):
    """The columns in view, how many were scrolled past, and whether there are more."""

    columns: tuple[Column, ...]
    scrolled: int = 0
    later: bool = False


def layout(
    state: ViewState,
    width: int,
    glyphs: Glyphs = UNICODE,
    choice: Choice = Choice(),  # noqa: B008
    scrolled: int = 0,
) -> Layout:
    """Lay out the columns in `width` cells, the first `scrolled` of them left out.

    Where no order was chosen those that matter most are shown, and all in their order once a
    person scrolls; the first of them then counts as scrolled to where it was not shown before.
    """
    every, empty = every_column(state, glyphs), empty_columns(state)
    there = layout_order(every, choice, empty)
    if choice.shown or len(there) == len(FROZEN):
        return _fitting(there, width, scrolled)
    ranked = _fitting(_by_rank(there, width), width, 0)
    if scrolled <= 0:
        return ranked
    before = 0 if there[len(FROZEN)] in ranked.columns else 1
    shown = _fitting(there, width, scrolled - before)
    return shown._replace(scrolled=shown.scrolled + before)


def every_column(state: ViewState, glyphs: Glyphs = UNICODE) -> list[Column]:
    """Give every column there is for a sweep, in the order they are shown where none is chosen."""
    base = _base_columns(state, glyphs)
    params = [_param_column(name, state.params[name], base) for name in state.varying()]
    return [*(base[key] for key in _ORDER), *params, base["note"], base["reason"]]


def empty_columns(state: ViewState) -> set[str]:
    """Name the columns that no row is known to have anything for."""
    rows = _sample(state)
    empty = set()
    if not state.finals:
        empty.add("mean")
    empty |= {key for key, value in _MEASURED.items() if all(value(row) is None for row in rows)}
    if len({device_of(row) for row in rows} - {""}) < 2:
        empty.add("device")
    if not _uses_gpus(rows):
        empty.add("GPU hours")
    if state.ended:
        empty.add("time left")
    if not any(row.note for row in rows):
        empty.add("note")
    return empty


def layout_order(every: Sequence[Column], choice: Choice, empty: set[str]) -> list[Column]:
    """Give the columns that are wanted, in the order that is; new ones come last, parameters behind
    those that were chosen."""
    known = {column.key: column for column in every}
    settled = {*choice.shown, *choice.hidden, *FROZEN, *empty}
    listed = [known[key] for key in choice.shown if key in known and key not in FROZEN]
    new = [column for column in every if column.key not in settled]
    behind = max((place for place, c in enumerate(listed, 1) if c.param), default=len(listed))
    listed[behind:behind] = [column for column in new if column.param] if listed else []
    return [*(known[key] for key in FROZEN), *listed, *(c for c in new if c not in listed)]


def _by_rank(there: Sequence[Column], width: int) -> list[Column]:
    """Put those first that fit: the essential ones, two parameters, the rest; what does not fit
    comes after them."""
    known = {column.key: column for column in there}
    params = [column for column in there if column.param]
    chosen = [known[key] for key in _ESSENTIAL if key in known]
    for key in _GIVE_WAY:
        if key in known and _total(chosen) > width:
            chosen.remove(known[key])
    left = width - _total(chosen)
    use = known.get("device %")
    on_gpus = use if use is not None and use.title == _GPU_USE else None
    ranked = [known.get("mean"), *params[:1], on_gpus, known.get("last")]
    ranked += [*params[1:2], known.get("elapsed")]
    ranked += [*params[2:4], *(known.get(key) for key in _THEN), *params[4:], known.get("note")]
    for column in ranked:
        if column is not None and column not in chosen and column.width + 1 <= left:
            chosen.append(column)
            left -= column.width + 1
    fitting = {column.key for column in chosen}
    return [
        *(column for column in there if column.key in fitting),
        *(column for column in there if column.key not in fitting),
    ]


def _fitting(wanted: Sequence[Column], width: int, scrolled: int) -> Layout:
    first, rest = list(wanted[: len(FROZEN)]), wanted[len(FROZEN) :]
    room = width - _total(first)
    scrolled = max(0, min(scrolled, _farthest(rest, room)))
    shown: list[Column] = []
    for column in rest[scrolled:]:
        if shown and column.width + 1 > room:
            break
        shown.append(column)
        room -= column.width + 1
    if shown and shown[-1].key == "reason" and room > 0:
        shown[-1] = shown[-1]._replace(width=min(shown[-1].width + room, _WIDEST_REASON))
    return Layout((*first, *shown), scrolled, scrolled + len(shown) < len(rest))


def _farthest(rest: Sequence[Column], room: int) -> int:
    """Say how many columns must be scrolled past to see the last one; more would be in vain."""
    count = 0
    for column in reversed(rest):
        room -= column.width + 1
        if room < 0:
            break
        count += 1
    return len(rest) - max(1, count)


def _total(columns: Iterable[Column]) -> int:
    return GUTTER + sum(column.width + 1 for column in columns)


def _base_columns(state: ViewState, glyphs: Glyphs) -> dict[str, Column]:
    rows = _sample(state)
    digits = max((len(str(row.budget or row.step or 1)) for row in rows), default=1)
    ids = max(5, len(f"t{len(state.rows):04d}"))
    best = state.sweep.best.value if state.sweep is not None and state.sweep.best else 0.5
    value = min(10, max(6, len(state.value_format.text(best)) + (best >= 0)))
    finalists = state.finalists
    places = decimals(finalists)
    spread = max((len(spread_text(row, places, glyphs.spread)) for row in finalists), default=0)
    columns = (
        _column("id", ids),
        _column("state", 3),
        _column("epoch", max(5, 2 * digits + BAR_WIDTH + 2)),
        _column("last", value, to_right=True),
        _column("best", value, to_right=True),
        _column("mean", max(10, spread + 1)),
        _column("curve", SPARK_WIDTH),
        _column("device %", 4, to_right=True)._replace(title=_use_title(rows)),
        _column("memory", 5, to_right=True),
        _column("peak memory", 5, to_right=True),
        _column("cpu %", 4, to_right=True),
        _column("device", min(_WIDEST_DEVICE, max(6, *(len(device_of(r)) for r in rows), 0))),
        _column("elapsed", 5, to_right=True),
        _column("time left", 5, to_right=True),
        _column("GPU hours", 5, to_right=True),
        _column("best per hour", 6, to_right=True),
        _column("note", _NOTE_WIDTH),
        _column("reason", LEAST_REASON),
    )
    return {column.key: column for column in columns}


def _uses_gpus(rows: Sequence[TrialView]) -> bool:
    return any(row.gpus or row.gpu_s for row in rows)


def _use_title(rows: Sequence[TrialView]) -> str:
    """Call the use what it is of: nobody's has been measured before any trial ran."""
    return _GPU_USE if _uses_gpus(rows) else "CPU%"


def _column(key: str, width: int, to_right: bool = False) -> Column:
    return Column(key, HEADINGS.get(key, key), width, to_right)


def _sample(state: ViewState) -> list[TrialView]:
    return [state.row_at(n) for n in range(min(_LOOKED_AT, len(state.order)))]


def _param_column(name: str, stats: ParamStats, taken: dict[str, Column]) -> Column:
    title = plain(name).rpartition(".")[2] or "?"
    number = all(isinstance(value, int | float) for value in stats.seen.values())
    width = max(stats.width, min(len(title), 8, MAX_PARAM_WIDTH), 3)
    key = f"parameter {name}" if name in taken else name
    return Column(key, title, width, to_right=number, param=name)
