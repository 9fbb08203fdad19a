"""A comparison of trials, as data: which, and how they are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tui_tuner.view_state import ViewState

AT_ONCE = 6
"""So many curves can be told apart on one plot."""

WEIGHTS = (0.0, 0.6, 0.9)

XAxis = Literal["epoch", "wall time"]
X_AXES: tuple[XAxis, ...] = ("epoch", "wall time")

Curves = Mapping[str, Mapping[str, Sequence[tuple[int, float | None, float]]]]
"""(step, value, when) by trial and metric."""


class Comparison(Struct, frozen=True, kw_only=True):
    """Trials beside each other, the best first, `AT_ONCE` on a page.

    `metric` and `first` count round and round. `chosen` is the one that keys act on, None: all
    of those shown. `cursor` is the x whose values are read off.
    """

    trials: tuple[str, ...] = ()
    chosen: str | None = None
    page: int = 0
    metric: int = 0
    log: bool = False
    x_axis: XAxis = "epoch"
    weight: float = 0.0
    cursor: float | None = None

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-len(self.trials) // AT_ONCE))

    @property
    def shown(self) -> tuple[str, ...]:
        """The trials on the page."""
        first = self.page * AT_ONCE
        return self.trials[first : first + AT_ONCE]

    def metric_of(self, names: Sequence[str]) -> str:
        """Name the metric that is drawn."""
        return names[self.metric % len(names)] if names else ""

    def with_chosen(self, steps: int) -> Comparison:
        """Choose the trial so many places on, on whatever page it is."""
        if not self.trials:
            return self
        if self.chosen is None:
            return replace(self, chosen=self.shown[0 if steps > 0 else -1])
        at = (self.trials.index(self.chosen) + steps) % len(self.trials)
        return replace(self, chosen=self.trials[at], page=at // AT_ONCE)

    def without(self, trial: str) -> Comparison:
        """Take a trial out; the one after it is chosen next."""
        at = self.trials.index(trial)
        left = tuple(name for name in self.trials if name != trial)
        chosen = left[min(at, len(left) - 1)] if left else None
        page = left.index(chosen) // AT_ONCE if chosen else 0
        return replace(self, trials=left, chosen=chosen, page=page)

    def on_next_page(self) -> Comparison:
        """Show the next trials, after the last the first again; none of them is chosen."""
        return replace(self, page=(self.page + 1) % self.pages, chosen=None)

    def along_next_axis(self) -> Comparison:
        """Draw over the next x axis; what was read off is on the axis before."""
        at = X_AXES.index(self.x_axis) + 1
        return replace(self, x_axis=X_AXES[at % len(X_AXES)], cursor=None)

    def smoothed_more(self) -> Comparison:
        """Smooth by the next weight, after the last not at all."""
        at = WEIGHTS.index(self.weight) + 1 if self.weight in WEIGHTS else 0
        return replace(self, weight=WEIGHTS[at % len(WEIGHTS)])


def to_compare(state: ViewState, current: str | None) -> Comparison:
    """Compare the marked trials; a single one, or the current one, with the best.

    The best itself is compared with the second best.
    """
    marked = [name for name in state.marks if name in state.rows]
    one = marked[0] if marked else current
    return _compare(state, marked if len(marked) >= 2 else _with_the_best(state, one))


def compare_with(state: ViewState, one: str) -> Comparison:
    """Compare a trial with the marked ones, or with the best as `to_compare` does."""
    marked = [name for name in state.marks if name in state.rows and name != one]
    known = one in state.rows
    return _compare(state, [one, *marked] if marked and known else _with_the_best(state, one))


def _with_the_best(state: ViewState, one: str | None) -> list[str]:
    if one is None or one not in state.rows:
        return []
    rival = state.best_id if state.best_id not in (None, one) else _second_best(state, one)
    return [one] if rival is None or rival not in state.rows else [one, rival]


def _compare(state: ViewState, names: Sequence[str]) -> Comparison:
    return Comparison(trials=tuple(sorted(names, key=lambda name: _merit(state, name))))


def metric_names(state: ViewState, trials: Sequence[str], curves: Curves) -> list[str]:
    """Name the metrics that any of the trials reported, the objective first."""
    objective = [state.sweep.metric.name] if state.sweep is not None else []
    others = (name for trial in trials for name in curves.get(trial, {}))
    return list(dict.fromkeys([*objective, *others]))


def _second_best(state: ViewState, best: str) -> str | None:
    others = (name for name, row in state.rows.items() if name != best and row.best is not None)
    return min(others, key=lambda name: _merit(state, name), default=None)


def _merit(state: ViewState, name: str) -> tuple[bool, float, str]:
    """Sort the best first; those without a value last."""
    value = state.rows[name].best
    if value is None or value != value:
        return True, 0.0, name
    return False, -value if state.ordering.maximize else value, name
