"""A line to write in, of a size that stays."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class Entry(Input):
    """An input of which a character more or less lays no screen out anew."""

    virtual_size = Reactive(Size(0, 0))
