"""What the keys ask that act on the sweep as a whole."""

from __future__ import annotations

from engine.core.acts import (
    Act,
    AdvanceStage,
    ContinueScheduling,
    EditSpace,
    ExtendStage,
    PauseScheduling,
    RepeatStage,
    Resume,
    SetSlots,
    Stop,
    Undo,
)
from engine.core.edits import SetRange
from engine.core.views import StageView, SuggestionView
from tui_tuner.questions import Field, Question, Way, way, whole
from tui_tuner.view.device_words import uses_gpus
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import short
from tui_tuner.view_state import ViewState

_AUTO, _OR_AUTO = "auto", ", or auto"
_AS_MANY = "Run as many at once as the GPUs have room for"
_MORE = 10
"""How many further trials a stage is offered."""

_STOP = way("let what runs finish", "Stop scheduling", Stop())
_STOP_NOW = way("stop what runs now; it goes on at resume", "Stop everything", Stop(now=True))
_HALT = way("only start nothing for now", "Pause scheduling", PauseScheduling())
_GO_ON = way("start trials again", "Continue scheduling", ContinueScheduling())
_RESUME = way("go on with the sweep", "Resume scheduling", Resume())


def to_schedule(state: ViewState) -> Question:
    """Ask how to stop the starting of trials, or to go on with it."""
    match state.sweep.state if state.sweep is not None else "":
        case "paused":
            return Question("Scheduling", (_GO_ON, _STOP, _STOP_NOW))
        case "stopping":
            return Question("Scheduling", (_RESUME, _STOP_NOW))
        case "stopped" | "dead":
            return Question("Resume", (_RESUME,))
    return Question("Scheduling", (_STOP, _STOP_NOW, _HALT))


def to_set_slots(state: ViewState) -> Question:
    """Ask how many trials run at once; on GPUs, whether as many as they have room for."""
    now = state.sweep.slots if state.sweep is not None else 1
    is_auto = state.sweep is not None and state.sweep.auto_slots
    on_gpus = state.sweep is not None and uses_gpus(state.sweep.devices)

    def title(count: int, text: str) -> str:
        said = text.strip()
        if is_auto and said == str(now):
            return f"Keep {now} at once"
        return _AS_MANY if said == _AUTO else f"Run {said} at once instead of {now}"

    def make(text: str) -> Act:
        if on_gpus and text.strip() == _AUTO:
            return SetSlots(count=None)
        return SetSlots(count=whole(text, f"how many trials run at once{_OR_AUTO * on_gpus}"))

    hint = " by auto" if is_auto else _OR_AUTO * on_gpus
    field = Field("slots", str(now), f"now {now}{hint}", number=True)
    number = Way("so many trials" * on_gpus, title, make, field)
    if not on_gpus:
        return Question("Slots", (number,))
    auto = way("auto: as many as the GPUs have room for", _AS_MANY, SetSlots(count=None))
    return Question("Slots", (number, auto))


def to_undo() -> Question:
    """Ask whether to take back the newest act that can be: the engine says which that is, for what
    the screen knows of may be older."""
    return Question("Undo", (way("", "Undo the newest act", Undo()),))


def to_widen(state: ViewState) -> Question:
    """Ask whether to take the border check's advice; the editor is there for anything else."""
    suggestions = state.sweep.suggestions if state.sweep is not None else []
    return Question("Widen", tuple(_widening(wider) for wider in suggestions))


def to_change_stage(state: ViewState) -> Question:
    """Ask whether to go on to the next stage, or to do more in the current one."""
    stages = state.sweep.stages if state.sweep is not None else []
    at, following = _current(stages)
    name = plain(at.name, 30) if at is not None else "the sweep"
    ways: list[Way] = []
    if following is not None:
        then = plain(following.name, 30)
        ways.append(way(f"go on to {then} now", f"Go on to {then}", AdvanceStage()))
    ways.append(_extension(name))
    ways.append(
        way(f"another round of {name}: as many new trials", f"Repeat {name}", RepeatStage())
    )
    return Question("Stage", tuple(ways))


def _extension(name: str) -> Way:
    def title(count: int, text: str) -> str:
        return f"Extend {name} by {text.strip()} trials"

    def make(text: str) -> Act:
        return ExtendStage(trials=whole(text, "how many more trials"))

    field = Field("more", str(_MORE), "trials", number=True)
    return Way(f"propose more trials in {name}", title, make, field)


def _widening(wider: SuggestionView) -> Way:
    span = f"{short(wider.low)} to {short(wider.high)}"
    label = f"{plain(wider.parameter, 30)}: {span}"
    edit = SetRange(parameter=wider.parameter, low=wider.low, high=wider.high)
    return way(label, f"Widen {plain(wider.parameter, 30)} to {span}", EditSpace(edits=(edit,)))


def _current(stages: list[StageView]) -> tuple[StageView | None, StageView | None]:
    """The stage that runs (or the last that ran), and the one after it."""
    begun = [n for n, stage in enumerate(stages) if stage.state != "waiting"]
    if not begun:
        return None, None
    at = begun[-1]
    return stages[at], stages[at + 1] if at + 1 < len(stages) else None
