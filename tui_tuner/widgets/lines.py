"""The base of every widget here: lines of text in, only the cells that changed are painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui_tuner.view.line import Line, Run, line_width, width_of

ROLES = (
    "dim",
    "faint",
    "bold",
    "accent",
    "best",
    "error",
    "warning",
    "alarm",
    "notice",
    "done",
    "head",
    "sorted",
    "mark",
    "bar",
    "spark",
    "plot",
    "plot1",
    "plot2",
    "plot3",
    "plot4",
    "plot5",
    "plot6",
    "key",
    "fresh",
    "chosen",
    "found",
    "cursor",
)


_GROUNDS = frozenset({"alarm", "found", "notice", "done", "cursor", "fresh"})
"""The roles that colour the background."""


ROLE_CLASSES = frozenset(f"role--{role}" for role in ROLES)
"""The component classes of an app that gives the roles their looks, once for all its lines."""

_IN_ASCII = str.maketrans("…←→↑↓", "~<>^v")
"""What stands for the few characters of prose that ASCII lacks, cell for cell."""


class Lines(Widget):
    """Shows what `lines` gives for its size; `repaint` looks again and paints the difference."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Line, ...] = ()
        self._shown_at: Size | None = None
        self._painted_at: Size | None = None
        self._style_cache: dict[str, Style] = {}
        self._painted: dict[Line, Strip] = {}
        self._painted_for: tuple[object, ...] = ()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Give the lines to show, each exactly `width` cells wide."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint the cells that differ from what is shown."""
        before, known = self._shown, self._painted_at == self._shown_at == self.size
        if not self._lay_out():
            return
        dirty = [
            Region(x, y, size, 1)
            for y, (old, new) in enumerate(zip(before, self._shown, strict=False))
            for x, size in [changed_span(old, new)]
            if size
        ]
        if not known or len(before) != len(self._shown):
            self.refresh()
        elif dirty:
            self.refresh(*dirty)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give what it shows; a line that came to another place is the strip that it was."""
        if self._shown_at != self.size:
            self._lay_out()
        if not self.app._batch_count:  # else Textual drops what it has painted
            self._painted_at = self._shown_at
        if crop.column_span != (0, self.outer_size.width):
            return super().render_lines(crop)
        top, known = self.gutter.top, self._painted_before()
        lines = [self._line_at(y - top) for y in crop.line_range]
        strips = [known.get(line) if line else None for line in lines]
        for start, end in gaps(strips):
            missing = Region(0, crop.y + start, crop.width, end - start)
            strips[start:end] = super().render_lines(missing)
        drawn = [strip for strip in strips if strip is not None]
        self._painted = {line: strip for line, strip in zip(lines, drawn, strict=True) if line}
        return drawn

    def _line_at(self, y: int) -> Line | None:
        return self._shown[y] if 0 <= y < min(len(self._shown), self.size.height) else None

    def _painted_before(self) -> dict[Line, Strip]:
        """Give what was drawn last, where it would be drawn alike."""
        widths = (self.size.width, self.outer_size.width)
        drawn_for = (*widths, *self.background_colors, *self.get_line_filters())
        if drawn_for != self._painted_for:
            self._painted, self._painted_for = {}, drawn_for
        return self._painted

    def render_line(self, y: int) -> Strip:
        """Give one line, styled by the roles of its runs."""
        width = self.size.width
        if y >= len(self._shown):
            return Strip.blank(width, self._style(""))
        line = self._shown[y]
        if self.app.has_class("-ascii"):
            line = tuple((text.translate(_IN_ASCII), role) for text, role in line)
        segments = [Segment(text, self._style(role)) for text, role in merged(line)]
        return Strip(segments).adjust_cell_length(width, self._style(""))

    def on_resize(self) -> None:
        """Lay the lines out for the new size, unless they were painted for it already."""
        if self._shown_at != self.size:
            self.repaint()

    def _lay_out(self) -> bool:
        """Write the lines for the size there is; where there is none yet, they are when painted."""
        width, height = self.size
        fits = width > 0 and height > 0
        self._shown_at = self.size if fits else None
        if fits:
            self._shown = tuple(self.lines(width, height))
        return fits

    def notify_style_update(self) -> None:
        """Forget styles of the old theme."""
        super().notify_style_update()
        self._style_cache.clear()
        self._painted = {}

    def _style(self, role: str) -> Style:
        if role not in self._style_cache:
            style = self.rich_style
            for name in role.split():
                if (component := f"role--{name}") in self.app._component_styles:
                    style += self.app.get_component_styles(component).partial_rich_style
            self._style_cache[role] = style
        return self._style_cache[role]


class Drawn(Lines):
    """Lines that a function draws."""

    def __init__(
        self, draw: Callable[[int, int], Sequence[Line]], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._draw = draw

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Ask the function."""
        return self._draw(width, height)


def gaps(found: Sequence[object | None]) -> list[tuple[int, int]]:
    """Find where nothing was found: from, and up to."""
    bounds, at = [], 0
    for is_missing, those in groupby(found, lambda one: one is None):
        begun, at = at, at + len(list(those))
        if is_missing:
            bounds.append((begun, at))
    return bounds


def merged(line: Line) -> list[tuple[str, str]]:
    """Join runs that look alike, blanks with what stands before them: fewer bytes on the wire."""
    out: list[tuple[str, str]] = []
    for text, role in line:
        if not text:
            continue
        last = out[-1][1] if out else None
        blank = text.isspace() and last is not None and _ground(last) == _ground(role)
        if last is not None and (last == role or blank):
            out[-1] = (out[-1][0] + text, last)
        else:
            out.append((text, role))
    return out


@lru_cache(maxsize=1024)
def _ground(role: str) -> frozenset[str]:
    return _GROUNDS.intersection(role.split())


def changed_span(old: Line, new: Line) -> tuple[int, int]:
    """Find the first cell and the number of cells that differ; (0, 0) where none does.

    Within a run of other than ASCII, and in one of another role, all count as different.
    """
    if old == new:
        return 0, 0
    width = line_width(new)
    if line_width(old) != width:
        return 0, max(line_width(old), width)
    before, after = _alike(old, new), _alike(_backwards(old), _backwards(new))
    return (before, width - before - after) if before + after < width else (0, 0)


def _alike(these: Iterable[Run], those: Iterable[Run]) -> int:
    """Count the cells that lines begin with in common."""
    count = 0
    for (text, role), (other, role_of_other) in zip(these, those, strict=False):
        if role == role_of_other and text == other:
            count += width_of(text)
            continue
        if role == role_of_other and text.isascii() and other.isascii():
            pairs = enumerate(zip(text, other, strict=False))
            shorter = min(len(text), len(other))
            count += next((at for at, (char, beside) in pairs if char != beside), shorter)
        break
    return count


def _backwards(line: Line) -> Iterable[Run]:
    return ((text[::-1], role) for text, role in reversed(line))
