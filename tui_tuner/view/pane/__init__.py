"""What stands beside the table about the trial under the cursor: a file a tab."""

from .base import TABS, PaneOptions, Scene, Series
from .curves import curves_lines, metric_names
from .history import history_lines
from .parameters import parameters_lines
from .space import space_lines
from .survey import Survey, survey
from .tabs import tab_at, tabs_line

__all__ = [
    "TABS",
    "PaneOptions",
    "Scene",
    "Series",
    "Survey",
    "curves_lines",
    "history_lines",
    "metric_names",
    "parameters_lines",
    "space_lines",
    "survey",
    "tab_at",
    "tabs_line",
]
