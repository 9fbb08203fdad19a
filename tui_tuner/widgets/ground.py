"""What lies behind widgets that cover all of it."""

from __future__ import annotations

from textual.containers import Container, Horizontal
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Ground(Widget):
    """Draws one line for all that it has: they are alike, with no border above or below."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the line as often as it is asked for."""
        return super().render_lines(Region(crop.x, crop.y, crop.width, 1)) * crop.height


class Body(Container, Ground):
    """Holds most of a screen."""


class Beside(Horizontal, Ground):
    """Holds what stands side by side."""
