"""What the screens show: an immutable state, and how a push of the engine changes it.

Pure. A push costs a search a changed row, whatever the number of trials; widgets read the state
and know nothing of what lies behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from math import isfinite
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from engine.core.acts import Decision
from engine.core.model import STATES
from engine.core.views import SweepView, TrialView
from engine.protocol.messages import Delta, Push, Snapshot
from engine.protocol.noise import leader

from .view import order as ordering_of
from .view.devices import Tracks, noted
from .view.line import width_of
from .view.numbers import MAX_PARAM_WIDTH, ParamFormat, ValueFormat, param_format, value_format
from .view.order import FIXED_COLUMNS, Filter, Order, Ordering, Sort
from .view.places import Places, replaced

__all__ = [
    "ENDED",
    "FINAL",
    "Filter",
    "ParamStats",
    "Sort",
    "TrialView",
    "ViewState",
    "clear_marks",
    "filter_by",
    "reduce",
    "settled",
    "sort_by",
    "sort_columns",
    "toggle_mark",
    "trial_elapsed_s",
]

ENDED = ("finished", "stopped")
FINAL = ("complete", "pruned", "failed")
KEPT_DECISIONS = 1000
_SAMPLE = 128
_USUAL, _FEW = 64, 4


class ParamStats(Struct, frozen=True):
    """What values a parameter takes (a bounded sample of distinct ones), and how to write them."""

    seen: Mapping[str, Any] = {}
    format: ParamFormat = ParamFormat()
    width: int = 1

    @property
    def varies(self) -> bool:
        """Whether trials differ in this parameter."""
        return len(self.seen) > 1


class ViewState(Struct, frozen=True, kw_only=True):
    """All that is known of a sweep, in the order it is shown. Never changed in place.

    `at` is when `sweep` arrived, in seconds since the Unix epoch; `pending` collects the parts
    of a snapshot until it is whole.
    """

    seq: int = -1
    at: float = 0.0
    sweep: SweepView | None = None
    rows: Mapping[str, TrialView] = {}
    decisions: tuple[Decision, ...] = ()
    params: Mapping[str, ParamStats] = {}
    ordering: Ordering = Ordering()
    places: Places = Places()
    marks: frozenset[str] = frozenset()
    finals: frozenset[str] = frozenset()
    """Trials whose mean over several seeds is known."""
    snapshots: int = 0
    """How often the whole has been told anew: what differs then is no news."""
    tracks: Tracks = {}
    """How the devices were used since the viewer came."""
    pending: tuple[Snapshot, ...] = ()

    @property
    def order(self) -> Order:
        """The names of the rows shown, as they are shown."""
        return self.places.order

    @property
    def ended(self) -> bool:
        """Whether the sweep has come to its end."""
        return self.sweep is not None and self.sweep.state in ENDED

    @property
    def best_id(self) -> str | None:
        """The name of the best trial."""
        return self.sweep.best.trial if self.sweep is not None and self.sweep.best else None

    @property
    def counts(self) -> dict[str, int]:
        """How many trials are in each state, for the states that have any."""
        known = self.sweep.trials if self.sweep is not None else {}
        return {state: known[state] for state in STATES if known.get(state)}

    @property
    def value_format(self) -> ValueFormat:
        """How values of the objective are written, everywhere."""
        best = self.sweep.best if self.sweep is not None else None
        return value_format(best.value if best else None)

    @property
    def curve_range(self) -> tuple[float, float] | None:
        """The values at the ends of the ladder of sparklines: what a usual trial came to, and
        the best; a usual start while few have reported.

        One range for all rows, so that heights compare: the better half of the trials show their
        shapes, and the others lie at the bottom. It is taken of the first trials, so that it
        settles early.
        """
        best = self.sweep.best if self.sweep is not None else None
        reported = list(islice((row for row in self.rows.values() if row.spark), _USUAL))
        few = len(reported) < _FEW
        known = (row.spark[0] if few else row.best for row in reported)
        usual = sorted(value for value in known if value is not None and isfinite(value))
        if best is None or not usual:
            return None
        middle = usual[len(usual) // 2]
        return min(middle, best.value), max(middle, best.value)

    @property
    def leader(self) -> TrialView | None:
        """The finalist with the best mean over its seeds, if any has one."""
        goal = self.sweep.metric.goal if self.sweep is not None else "maximize"
        return leader(self.finalists, goal) if self.finals else None

    @property
    def finalists(self) -> list[TrialView]:
        """The trials whose mean over several seeds is known."""
        return [self.rows[name] for name in sorted(self.finals)]

    def varying(self) -> list[str]:
        """Name the parameters that vary, those with the most distinct values first."""
        named = [name for name, stats in self.params.items() if stats.varies]
        return sorted(named, key=lambda name: -len(self.params[name].seen))

    def position(self, trial: str | None) -> int | None:
        """Find a trial's place among the rows shown; None if it is not shown."""
        row = self.rows.get(trial) if trial is not None else None
        if row is None or not self.ordering.shows(row):
            return None
        return self.places.position(row, self.rows, self.ordering)

    def row_at(self, position: int) -> TrialView:
        """Give the row at a place among the rows shown."""
        return self.rows[self.order[position]]

    def elapsed_s(self, now: float) -> float:
        """Give the time engines have worked on the sweep, up to `now`."""
        if self.sweep is None:
            return 0.0
        ticking = self.sweep.engine.alive and not self.ended
        return self.sweep.elapsed_s + (max(0.0, now - self.at) if ticking else 0.0)


def trial_elapsed_s(row: TrialView, now: float) -> float:
    """Give the time a trial has run, up to `now`; what is held in memory runs on by this clock."""
    started = row.attempt_started_at
    return row.elapsed_s + (max(0.0, now - started) if started is not None else 0.0)


def reduce(state: ViewState, push: Push, at: float = 0.0) -> ViewState:
    """Give the state after a push that arrived `at`.

    Of a snapshot in parts only the very first part is shown before the whole is there. Rows at work
    keep their places for a while, so that they can be read: see `settled`.
    """
    if isinstance(push, Delta):
        return _after_delta(state, push, at)
    parts = (push,) if push.first else (*state.pending, push)
    if not push.more:
        return _after_snapshot(state, parts, at)
    shown = _after_snapshot(state, parts, at) if push.first and not state.rows else state
    return replace(shown, pending=parts)


def settled(state: ViewState, at: float) -> ViewState:
    """Give rows the places that their newest reports earn them, where that is due."""
    places = state.places.settled(state.rows, state.ordering, at)
    return state if places is state.places else replace(state, places=places)


def sort_by(state: ViewState, sort: Sort) -> ViewState:
    """Show the rows in another order."""
    return _reordered(state, replace(state.ordering, sort=sort))


def filter_by(state: ViewState, chosen: Filter | None) -> ViewState:
    """Show other rows."""
    return _reordered(state, replace(state.ordering, filter=chosen))


def sort_columns(state: ViewState) -> list[str]:
    """Name what rows can be sorted by."""
    mean = ["mean"] if state.finals else []
    return [*FIXED_COLUMNS, *mean, *state.varying()]


def toggle_mark(state: ViewState, trial: str) -> ViewState:
    """Mark a trial, or take its mark away."""
    return replace(state, marks=state.marks ^ {trial})


def clear_marks(state: ViewState) -> ViewState:
    """Take all marks away."""
    return replace(state, marks=frozenset())


def _after_snapshot(state: ViewState, parts: tuple[Snapshot, ...], at: float) -> ViewState:
    rows = ordering_of.by_number({row.id: row for part in parts for row in part.trials})
    decisions = tuple(decision for part in parts for decision in part.decisions)
    sweep = parts[-1].sweep
    params = _with_params({}, rows.values())
    sort = ordering_of.known(state.ordering.sort, rows.values(), params)
    ordering = replace(state.ordering, maximize=sweep.metric.goal != "minimize", sort=sort)
    return replace(
        state,
        seq=parts[-1].seq,
        at=at,
        sweep=sweep,
        rows=rows,
        decisions=decisions[-KEPT_DECISIONS:],
        params=params,
        ordering=ordering,
        places=replaced(rows, ordering, at),
        marks=state.marks & rows.keys(),
        finals=frozenset(row.id for row in rows.values() if row.mean is not None),
        snapshots=state.snapshots + 1,
        tracks=noted(state.tracks, sweep.devices, at),
        pending=(),
    )


def _after_delta(state: ViewState, delta: Delta, at: float) -> ViewState:
    changed = {row.id: row for row in delta.trials}
    rows: Mapping[str, TrialView] = {**state.rows, **changed}
    fresh = [row for name, row in changed.items() if name not in state.rows]
    if fresh:
        rows = ordering_of.by_number(rows)
    return replace(
        state,
        seq=delta.seq,
        at=at if delta.sweep is not None else state.at,
        sweep=delta.sweep or state.sweep,
        rows=rows,
        decisions=(*state.decisions, *delta.decisions)[-KEPT_DECISIONS:],
        params=_with_params(state.params, fresh) if fresh else state.params,
        places=state.places.after(state.rows, rows, changed, state.ordering, at),
        finals=_with_finals(state.finals, changed.values()),
        tracks=noted(state.tracks, delta.sweep.devices, at) if delta.sweep else state.tracks,
    )


def _with_finals(known: frozenset[str], changed: Iterable[TrialView]) -> frozenset[str]:
    finals = {row.id for row in changed if row.mean is not None}
    others = {row.id for row in changed if row.mean is None}
    return (known - others) | finals if finals or not known.isdisjoint(others) else known


def _reordered(state: ViewState, ordering: Ordering) -> ViewState:
    places = state.places.reordered(state.rows, ordering)
    return replace(state, ordering=ordering, places=places)


def _with_params(
    known: Mapping[str, ParamStats], rows: Iterable[TrialView]
) -> Mapping[str, ParamStats]:
    seen = {name: dict(stats.seen) for name, stats in known.items()}
    grown = set()
    for row in rows:
        for name, value in row.params.items():
            values = seen.setdefault(name, {})
            if len(values) < _SAMPLE and (key := repr(value)) not in values:
                values[key] = value
                grown.add(name)
    return {**known, **{name: _stats(seen[name]) for name in seen if name in grown}}


def _stats(seen: Mapping[str, Any]) -> ParamStats:
    chosen = param_format(seen.values())
    widest = max(width_of(chosen.text(value)) for value in seen.values())
    return ParamStats(seen=seen, format=chosen, width=min(widest, MAX_PARAM_WIDTH))
