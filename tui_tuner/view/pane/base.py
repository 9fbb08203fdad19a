"""What the panes about one trial are drawn from, and how they are looked at."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view_state import TrialView, ViewState
from tui_tuner.widgets.curve_plot import Points

TABS = ("curves", "space", "log", "parameters", "history")
"""What can be seen of the trial under the cursor, by the keys 1 to 5."""

Series = Mapping[str, Points]
"""The curves of a trial, by metric."""


class PaneOptions(Struct, frozen=True):
    """How the pane is looked at: which metric comes first, and whether its axis is logarithmic.

    `metric` counts round and round, whatever the number of metrics.
    """

    metric: int = 0
    log: bool = False


class Scene(Struct, frozen=True):
    """A trial, the sweep around it, and when and with which characters it is drawn."""

    state: ViewState
    row: TrialView
    glyphs: Glyphs
    now: float
