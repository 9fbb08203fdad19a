"""The versions of the space, newest first; Enter makes one current again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from engine.protocol.messages import VersionView
from tui_tuner.keymap import key_of
from tui_tuner.modals.keys import shared
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, crop, plain
from tui_tuner.view.numbers import duration
from tui_tuner.widgets.lines import Drawn

_MOST = 14


class VersionsScreen(ModalScreen[int | None]):
    """Gives the version chosen; None where none was, or the current one."""

    CSS_PATH = "versions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        shared("back", "leave"),
        shared("range_versions", "leave"),
        shared("up", "move(-1)"),
        shared("down", "move(1)"),
        Binding("enter", "choose", "make current", show=False, priority=True),
    ]

    def __init__(self, versions: Sequence[VersionView], now: float, glyphs: Glyphs) -> None:
        super().__init__()
        self._versions = list(reversed(versions))
        self._now = now
        self._glyphs = glyphs
        self._at = 0

    def compose(self) -> ComposeResult:
        """The list and its keys."""
        with Vertical(id="versions") as box:
            box.border_title = Content("Versions of the space")
            listed = Drawn(self._lines, id="versions-list")
            listed.styles.height = min(_MOST, max(1, len(self._versions)))
            yield listed
            keys = f"Enter make it current again   {key_of('back')} leave"
            yield Static(Content(keys), id="keys", markup=False)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._at = min(max(0, self._at + by), max(0, len(self._versions) - 1))
        self.query_one(Drawn).repaint()

    def action_choose(self) -> None:
        """Choose the version under the cursor."""
        chosen = self._versions[self._at].version if self._versions else None
        self.dismiss(chosen if self._at else None)

    def _lines(self, width: int, height: int) -> list[Line]:
        top = max(0, self._at - height + 1)
        shown = list(enumerate(self._versions))[top : top + height]
        return [crop(self._row(place, version), width) for place, version in shown]

    def _row(self, place: int, version: VersionView) -> Line:
        here = place == self._at
        current = "now " if place == 0 else "    "
        ago = f"{duration(self._now - version.at):>6} ago"
        role = " cursor" if here else ""
        return (
            (self._glyphs.cursor if here else " ", f"accent{role}"),
            (f"v{version.version:<3} ", f"bold{role}"),
            (current, f"best{role}"),
            (f"{ago}  {plain(version.who, 24)}  ", f"dim{role}"),
            (plain(version.sentence, 400), role.strip()),
        )
