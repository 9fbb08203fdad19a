"""All sweeps of this box: go to another one, or begin the first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widgets import Input

from engine.core.views import SweepView
from engine.errors import TunerError
from tui_tuner.actions import FILTER, SWEEPS, bindings, works_in
from tui_tuner.box import Offer
from tui_tuner.keymap import key_of
from tui_tuner.modals.begin import BeginScreen
from tui_tuner.screens.saying import Saying
from tui_tuner.view.first_run import first_run_lines
from tui_tuner.view.line import Line, crop, pack
from tui_tuner.view.sweeps import OFFER, in_order, lives, matching, offer_row, sweep_rows
from tui_tuner.view_state import ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

LOOK_EVERY_S = 2.0
_EVERYTHING = 1_000_000


class SweepsScreen(Saying):
    """Looks at the box every few seconds; where there is no sweep it says how to begin one."""

    CSS_PATH = "sweeps.tcss"
    places = (SWEEPS,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(SWEEPS)
    app: TunerApp

    def __init__(self) -> None:
        super().__init__()
        self._views: Sequence[SweepView] | None = None
        self._offer: Offer | None = None
        self._samples: str | None = None
        self._busy = False
        self._looking: Timer | None = None

    def compose(self) -> ComposeResult:
        """A heading, the sweeps, a line to filter them, what happened, the keys."""
        yield Drawn(self._heading, id="sweeps-heading")
        yield Rows(self._rows, empty=self._empty, glyphs=self.app.glyphs, id="sweep-list")
        entry = Input(placeholder="words of a name, a folder or a state", id="sweeps-filter")
        entry.cursor_blink = False
        entry.display = False
        yield entry
        yield MessageLine(id="message")
        yield Footer(SWEEPS)

    def on_mount(self) -> None:
        """Look at once, and again from time to time."""
        self._list.focus()
        self._looking = self.set_interval(LOOK_EVERY_S, self._look)
        self._look()
        self._show()

    def on_screen_suspend(self) -> None:
        """Stop looking while something else is shown."""
        if self._looking is not None:
            self._looking.pause()

    def on_screen_resume(self) -> None:
        """Look again."""
        if self._looking is not None:
            self._looking.resume()
            self._look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave to the filter the keys that write it."""
        return works_in(action, self._place)

    def show(self, state: ViewState) -> None:
        """Nothing here follows the sweep that is looked at: the box is looked at instead."""

    def action_down(self) -> None:
        """Go to the next sweep."""
        self._list.move(1)

    def action_up(self) -> None:
        """Go to the one before."""
        self._list.move(-1)

    def action_first(self) -> None:
        """Go to the first."""
        self._list.move(-_EVERYTHING)

    def action_last(self) -> None:
        """Go to the last."""
        self._list.move(_EVERYTHING)

    def action_page_down(self) -> None:
        """Move a screenful."""
        self._list.page(1)

    def action_page_up(self) -> None:
        """Move a screenful back."""
        self._list.page(-1)

    @on(Rows.Chosen)
    async def action_sweep_open(self) -> None:
        """Look at the sweep that the cursor is on, or ask whether to begin one."""
        chosen = self._list.cursor
        if chosen == OFFER:
            self._ask_to_begin()
        elif chosen and chosen == self._here:
            self.dismiss(None)
        elif chosen and self.app.box is not None:
            await self.app.turn_to(self.app.box.open(Path(chosen)))

    def action_sweep_filter(self) -> None:
        """Write words that the sweeps shown must have."""
        self._entry.display = True
        self._entry.focus()
        self._show()

    def action_back(self) -> None:
        """Clear the filter, else go back to the sweep that is looked at."""
        if self._entry.display:
            self._entry.value = ""
            self._entry.display = False
            self._list.focus()
            self._show()
        elif self.app.attached:
            self.dismiss(None)

    @on(Input.Changed, "#sweeps-filter")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    @on(Input.Submitted, "#sweeps-filter")
    def _keep_filter(self, event: Input.Submitted) -> None:
        event.stop()
        self._entry.display = bool(self._entry.value.strip())
        self._list.focus()
        self._show()

    @on(Rows.Moved)
    def _another(self) -> None:
        self._show_keys()

    @work(group="box", name="look")
    async def _look(self) -> None:
        """Look at the box, unless a look is still under way."""
        box = self.app.box
        if box is None or self._busy:
            return
        self._busy = True
        try:
            views = in_order(await asyncio.to_thread(box.listing))
            if self._samples is None:
                self._samples = await asyncio.to_thread(box.samples) or ""
                self._offer = await asyncio.to_thread(box.offer)
                self._count()
        except (TunerError, OSError) as error:
            self.say(str(error), "error")
            return
        finally:
            self._busy = False
        if views != self._views:
            self._views = views
            self._show()

    @work(group="count", name="count")
    async def _count(self) -> None:
        """Have the GPUs counted where what is offered runs on them; the sweeps need not wait."""
        box, offer = self.app.box, self._offer
        if box is None or offer is None or offer.slots or offer.faults:
            return
        self._offer = await box.counted(offer)
        self._show()

    def _ask_to_begin(self) -> None:
        offer = self._offer
        if offer is None:
            return
        if offer.faults:
            self.say("; ".join(offer.faults[:3]), "error")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.say(f"making a sweep of {offer.config}, and starting its engine")
                self._begin(offer)

        self.app.push_screen(BeginScreen(offer), answered)

    @work(exclusive=True, group="begin", name="begin")
    async def _begin(self, offer: Offer) -> None:
        box = self.app.box
        if box is None:
            return
        try:
            made = await asyncio.to_thread(box.begin, offer.config)
        except (TunerError, OSError) as error:
            self.say(str(error), "error")
            return
        await self.app.turn_to(box.open(made))

    @property
    def _place(self) -> str:
        return FILTER if isinstance(self.focused, Input) else SWEEPS

    @property
    def _here(self) -> str:
        """The directory of the sweep that is looked at."""
        sweep = self.app.view.sweep
        return sweep.dir if sweep is not None else ""

    @property
    def _list(self) -> Rows:
        return self.query_one(Rows)

    @property
    def _entry(self) -> Input:
        return self.query_one("#sweeps-filter", Input)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        self._list.repaint()
        self.query_one("#sweeps-heading", Drawn).repaint()
        self._show_keys()

    def _show_keys(self) -> None:
        chosen = self._list.cursor
        labels = {"sweep_open": "run it" if chosen == OFFER else "look at it" if chosen else ""}
        if not self._views:
            labels["sweep_filter"] = ""
        if not self.app.attached:
            labels |= {"detach": "leave"} | ({} if self._entry.display else {"back": ""})
        self.query_one(Footer).show(self._place, labels)

    def _shown(self) -> list[SweepView]:
        return matching(self._views or (), self._entry.value)

    def _rows(self, width: int) -> tuple[Line, list[Row]]:
        app = self.app
        if self._views is None or app.box is None:
            return (), []
        offered = [offer_row(self._offer, width, app.glyphs)] if self._offer else []
        if not self._views:
            told = first_run_lines(width, self._samples or None)
            return (), [*offered, *(("", line) for line in told)]
        heading, rows = sweep_rows(self._shown(), self._here, width, app.clock(), app.glyphs)
        if self._may_be_the_first:
            return heading, [*offered, *rows]
        return heading, [*rows, *(offered if rows or not self._entry.value else [])]

    @property
    def _may_be_the_first(self) -> bool:
        """Whether a person likely came to begin a sweep: none runs, and none is of this folder."""
        here = Path.cwd()
        views = self._views or ()
        idle = not any(lives(view) or here in Path(view.dir).parents for view in views)
        return idle and not self.app.attached and not self._entry.value

    def _empty(self) -> list[str]:
        if self.app.box is None:
            return ["this app was started for one sweep alone"]
        if self._views is None:
            return ["looking for sweeps"]
        return [
            f"none of {len(self._views)} sweeps has these words",
            f"{key_of('back')} clears the filter",
        ]

    def _heading(self, width: int, height: int) -> list[Line]:
        parts: list[tuple[int, Line]] = [(3, (("tui-tuner", "bold"), ("  sweeps of this box", "")))]
        if self._views:
            live = sum(view.engine.alive for view in self._views)
            parts.append((2, ((f"{len(self._views)} known, {live} with an engine", "dim"),)))
        if any(view.state == "dead" for view in self._views or ()):
            look, start = key_of("sweep_open"), key_of("schedule")
            parts.append((1, ((f"a dead one: {look}, then {start}, starts it again", "dim"),)))
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]
