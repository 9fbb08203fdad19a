"""How one looks at a trial's curves: which first, over what, how smooth, what is read off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.protocol.messages import TrialDetail
from tui_tuner.plot import stepped
from tui_tuner.screens.saying import Saying
from tui_tuner.view.pane import Scene
from tui_tuner.view.trial_axis import Reports
from tui_tuner.view.trial_plots import TrialLook, drawings
from tui_tuner.widgets.lines import Drawn

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_FAR = 10


class TrialLooking(Saying):
    """The half of a trial's screen that looks at curves."""

    app: TunerApp
    detail: TrialDetail | None = None

    def __init__(self) -> None:
        super().__init__()
        self.look = TrialLook()
        self.reports: Reports = {}

    @property
    def scene(self) -> Scene | None:
        """The trial as it is now, with the sweep around it."""
        raise NotImplementedError

    def look_so(self, look: TrialLook) -> None:
        """Look at the curves in another way."""
        self.look = look
        self.repaint_curves()

    def repaint_curves(self) -> None:
        """Draw the curves anew, and what the heading says of them."""
        self._drawn("trial-plots").repaint()
        self._drawn("trial-head").repaint()

    def action_metric(self) -> None:
        """Put the next family of metrics first."""
        self.look_so(replace(self.look, first=self.look.first + 1))

    def action_log_axis(self) -> None:
        """Draw the first family on a log axis, or not."""
        self.look_so(replace(self.look, log=not self.look.log))

    def action_x_axis(self) -> None:
        """Draw the curves over something else."""
        look = replace(self.look, axis=self.look.axis + 1, cursor=None)
        self.look_so(look)
        self.say(f"x is {look.over(self.reports).title}")

    def action_smooth(self) -> None:
        """Smooth the curves a little, a lot, or not."""
        look = replace(self.look, smooth=self.look.smooth + 1)
        self.look_so(look)
        by = f"smoothed by {look.weight}; what was reported lies behind"
        self.say(by if look.weight else "as reported")

    def action_cursor_left(self) -> None:
        """Read off at the point before."""
        self._move_cursor(-1)

    def action_cursor_right(self) -> None:
        """Read off at the next point."""
        self._move_cursor(1)

    def action_cursor_left_far(self) -> None:
        """Read off ten points before."""
        self._move_cursor(-_FAR)

    def action_cursor_right_far(self) -> None:
        """Read off ten points on."""
        self._move_cursor(_FAR)

    def _move_cursor(self, steps: int) -> None:
        scene = self.scene
        every = drawings(scene, self.reports, self.look) if scene is not None else []
        if every:
            cursor = stepped(every[0].plot, self.look.cursor, steps)
            self.look_so(replace(self.look, cursor=cursor))

    def _drawn(self, name: str) -> Drawn:
        return self.query_one(f"#{name}", Drawn)
