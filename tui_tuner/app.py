"""The terminal app: holds the state of the sweep, the link to it, and the screens.

No domain logic: what a push means is in `view_state`, what an act means is the engine's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import PurePath
from typing import ClassVar

from textual import events, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerError

from engine.errors import ConnectionLostError
from engine.protocol.messages import Snapshot
from tui_tuner.actions import palette_actions
from tui_tuner.box import Box, OpenSweep, Restart
from tui_tuner.forgetting import forget_drawings, spare_what_lives_on
from tui_tuner.hangup import leave_when_told
from tui_tuner.key_order import KeysInOrder
from tui_tuner.link import Connect, Connection, Link
from tui_tuner.modals.help import HelpScreen
from tui_tuner.modals.palette import Palette
from tui_tuner.notifying import Notifying
from tui_tuner.options import DEFAULT_OPTIONS, THEMES, AppOptions
from tui_tuner.pace import Pace
from tui_tuner.redrawing import Redrawing
from tui_tuner.screens.dashboard import Dashboard
from tui_tuner.screens.page import Page
from tui_tuner.screens.sweeps import SweepsScreen
from tui_tuner.seconds import Seconds
from tui_tuner.steering import Steering
from tui_tuner.terminal.depth import depth
from tui_tuner.terminal.driver import ThinDriver
from tui_tuner.theme import after, themes
from tui_tuner.tidying import LITTLE, MUCH, Tidying
from tui_tuner.view.closing import closing_line
from tui_tuner.view.glyphs import ASCII, UNICODE, wants_ascii
from tui_tuner.view.order import Ordering, Sort
from tui_tuner.view.summary import Surroundings
from tui_tuner.view_state import ViewState, reduce, settled
from tui_tuner.widgets.lines import ROLE_CLASSES

LEAVE_AFTER_S = 2.0
"""How long a finished sweep stays on the screen with `exit_when_done`."""

BARE = 2
"""Screens that stand while none is opened over the first: Textual's own and that."""


class TunerApp(Notifying, Redrawing):
    """One sweep at a time in the terminal, or the sweeps of the `box`; returns a closing line.

    `connect` is called again whenever the connection is lost; `start_engine`, where given, starts
    an engine where there is none and returns once it answers. `who` is the person, as the history
    names them: what others decide is told.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "app.tcss",
        "screens/dashboard.tcss",
        "screens/trial.tcss",  # read now: a person waits for it to open, once
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {*ROLE_CLASSES}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+c", "detach", "detach", show=False, priority=False, id="detach"),
        Binding("ctrl+q", "detach", "detach", show=False),
        Binding("question_mark", "help", "help", show=False, id="help"),
        Binding("b", "quiet", "bell", show=False, id="quiet"),
        Binding("ctrl+l", "redraw", "redraw", show=False, id="redraw"),
        Binding("t", "theme", "theme", show=False, id="theme"),
    ]

    def __init__(
        self,
        connect: Connect | None,
        *,
        title: str = "",
        options: AppOptions = DEFAULT_OPTIONS,
        start_engine: Restart | None = None,
        who: str = "",
        box: Box | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        forget_drawings()
        no_colour = "NO_COLOR" in os.environ
        super().__init__(driver_class=ThinDriver, ansi_color=True if no_colour else None)
        self.box = box
        self.animation_level = "none"
        for theme in themes(depth(os.environ)):
            self.register_theme(theme)
        wanted = options.theme or self.preferences.theme
        self.theme = wanted if wanted in THEMES else THEMES[0]
        self.clock = clock
        self.options = options
        self.read_only = options.read_only
        self.glyphs = ASCII if options.ascii or wants_ascii(os.environ) else UNICODE
        self.who = who
        self.attached = connect is not None
        self._look_at(connect or _nowhere, title, start_engine)
        self._linking: Worker[None] | None = None
        self._keys = KeysInOrder(self)
        self._pace = Pace(self._show_news, options.fps, self.set_timer, time.monotonic)
        self._tidying = Tidying(self.set_timer, self._worth_a_look, heard=self._heard_at)
        self._seconds = Seconds(clock)
        self._leaving = False
        self._told = False
        self.set_class(no_colour, "-no-colour")
        self.set_class(depth(os.environ) == "standard", "-few-colours")
        self.set_class(self.glyphs.ascii, "-ascii")

    @property
    def can_restart(self) -> bool:
        """Whether this app can start a dead engine again."""
        return self._start_engine is not None

    @property
    def moment(self) -> float:
        """The time that the screens tell."""
        return self._seconds.now

    async def on_event(self, event: events.Event) -> None:
        """Look at a key only when the one before it has been carried out."""
        if isinstance(event, events.Key) and not event.is_forwarded and self._screen_stack:
            self.hush()
            self._pace.give_way()
            if not self.is_headless:
                self._tidying.key()
            await self._keys.come(event, super().on_event)
        else:
            await super().on_event(event)

    def on_mount(self) -> None:
        """Show the dashboard and go for the sweep, or show which sweeps there are."""
        if not self.is_headless:
            leave_when_told(self.action_detach)
        self._seconds.begin(self.set_interval(1.0, self._tick, pause=True))
        self.push_screen(Dashboard() if self.attached else SweepsScreen())
        self.call_after_refresh(self.settle)
        self.run_worker(self._keys.run(super().on_event), name="keys", group="keys")
        if self.options.theme and self.options.theme != self.preferences.theme:
            self.prefer(theme=self.options.theme)
        if self.attached:
            self._linking = self._stay_linked()

    def _look_at(self, connect: Connect, title: str, start_engine: Restart | None) -> None:
        """Know nothing yet of a sweep, and how to come to it."""
        self.title = title
        sort = Sort(self.preferences.sort, self.preferences.reverse)
        self.view = ViewState(ordering=Ordering(sort=sort))
        self.link = Link(connect, self.post_message, self.clock)
        self.steering = Steering(self.link, self.clock, lambda: self.view)
        self._start_engine = start_engine

    async def turn_to(self, sweep: OpenSweep) -> None:
        """Leave the sweep one looks at, if any, and look at another."""
        if self._linking is not None:
            self._linking.cancel()
            with suppress(WorkerError):
                await self._linking.wait()
        self.call_later(self._begin_anew, sweep)

    async def _begin_anew(self, sweep: OpenSweep) -> None:
        """Comes behind the last that the former link has posted."""
        self.attached = True
        self._look_at(sweep.connect, sweep.title, sweep.start_engine)
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.push_screen(Dashboard())
        self._linking = self._stay_linked()

    @work(name="link", group="link", exclusive=True)
    async def _stay_linked(self) -> None:
        await self.link.run()

    def around(self) -> Surroundings:
        """Give what the lines around the table depend on."""
        return Surroundings(
            title=self.title,
            link=self.link.state,
            glyphs=self.glyphs,
            now=self.moment,
            read_only=self.read_only,
            can_restart=self.can_restart,
        )

    def change_view(self, state: ViewState) -> None:
        """Take another state and show it wherever it shows."""
        self.view = state
        for page in self.in_view:
            page.show(state)
        self.tell(self.steering.farewells(state))
        self._set_pace()

    def refresh_surroundings(self) -> None:
        """Show the lines around the table anew."""
        for page in self.in_view:
            page.show_surroundings()
        self._set_pace()

    async def restart(self) -> None:
        """Start the sweep's engine again. Raises TunerError."""
        if self._start_engine is not None:
            await self._start_engine()
            self.link.look_now()

    def on_link_arrived(self, message: Link.Arrived) -> None:
        """Take in what the engine pushed."""
        before, state = self.view, reduce(self.view, message.push, self.clock())
        self.view = state
        if state.rows is before.rows and state.pending:
            return
        if not state.pending:
            self.hear(before, state, message.push)
        if isinstance(message.push, Snapshot) and not self.is_headless:
            spare_what_lives_on()
        self._told = True
        self._pace.ask()
        if state.ended and self.options.exit_when_done and not self._leaving:
            self._leaving = True
            self.set_timer(LEAVE_AFTER_S, self.action_detach)

    def _show_news(self) -> None:
        """Show what the engine told, and with it the time; or that a second has passed."""
        told, self._told = self._told, False
        state = settled(self.view, self.clock())
        if told or state is not self.view:
            self.change_view(state)
        else:
            for page in self.in_view:
                page.tick()
        if not self.is_headless:
            self._tidying.painted()

    def _worth_a_look(self) -> int:
        return LITTLE if len(self.screen_stack) <= BARE else MUCH

    def on_link_changed(self, message: Link.Changed) -> None:
        """Show how the link is; away from the dashboard's banner, say that it is gone."""
        self.refresh_surroundings()
        if message.state.phase == "lost" and not isinstance(self.screen, Dashboard):
            self.say("no answer from the engine; trying again; trials go on", "alarm")

    def action_detach(self) -> None:
        """Leave; the sweep goes on."""
        self.exit(closing_line(self.view, self.link.state, self.title))

    def action_theme(self) -> None:
        """Go on to the next theme, and remember it."""
        self.theme = after(self.theme)
        self.say(f"theme: {self.theme}")
        self.prefer(theme=self.theme)

    def action_help(self) -> None:
        """Show every key."""
        place = self.screen.place if isinstance(self.screen, Page) else ""
        self.push_screen(HelpScreen(place))

    def action_command_palette(self) -> None:
        """Find an action by name."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the actions of the screen one is on."""
        places = screen.places if isinstance(screen, Page) else ()
        for action in palette_actions(places):
            method = getattr(screen, f"action_{action.id}", None)
            method = method or getattr(self, f"action_{action.id}", None)
            if method is not None:
                shown = self.keymap.shown(action)
                yield SystemCommand(f"{action.label} ({shown})", action.help, method)

    def _set_pace(self) -> None:
        """Tick once a second while anything tells the time or is still to settle, else never."""
        counting = self.link.state.phase == "lost" and self.view.sweep is not None
        runs, settles = self.view.counts.get("running"), self.view.places.placed
        self._seconds.tell(counting or bool(runs or settles))

    def _tick(self) -> None:
        self._seconds.tick()
        self._pace.ask()


async def _nowhere() -> Connection:
    raise ConnectionLostError("no sweep is looked at yet")
