"""`tui-tuner range`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer

from engine.core.acts import EditSpace
from engine.core.edits import Edit, Fix, Free, SetRange, SetScale, TopRange
from engine.core.views import SuggestionView
from engine.errors import ActError, UsageError
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetStatus
from tui_tuner.view.line import plain

from .arguments import DryRun, Json, PruneOutside, Why
from .parameters import sweep_or_parameter
from .reach import ask
from .steering import Asked, steer
from .values import number_of, value_of

CONTEXT = {"ignore_unknown_options": True}
"""A negative number is a word here, not an option."""
KEEP = "-"
"""As LOW or HIGH: leave that end as it is."""

RangeWords = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SWEEP] PARAM [LOW HIGH]", help="- keeps that end."),
]
TopOption = Annotated[
    int | None,
    typer.Option(
        "--top",
        metavar="K",
        min=1,
        help="The box of the K best trials and a tenth a side; without PARAM, of every number.",
    ),
]
ScaleOption = Annotated[
    Literal["log", "linear"] | None, typer.Option("--scale", help="Draw evenly on this scale.")
]
WidenOption = Annotated[
    bool, typer.Option("--widen", help="Accept the wider range that `status` suggests.")
]
FixOption = Annotated[
    str | None, typer.Option("--fix", metavar="VALUE", help="Keep PARAM at one value.")
]
FreeOption = Annotated[
    bool, typer.Option("--free", help="Search PARAM again as the sweep began with it.")
]


def command(
    words: RangeWords = None,
    top: TopOption = None,
    scale: ScaleOption = None,
    widen: WidenOption = False,
    fix: FixOption = None,
    free: FreeOption = False,
    prune_outside: PruneOutside = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Narrow or widen where a number is searched.

    Trials that lie outside keep running; finished ones inside go on counting.

    Example: tui-tuner range digits lr 1e-4 1e-2
    """
    ends, names = split_words(words or [])
    wish = Wish(ends, top, scale, widen, fix, free)
    wish.check(len(names))
    sweep, parameter = _sweep_and_parameter(names, needed=wish.needs_parameter)
    edits = _widened(sweep, parameter) if widen else wish.edits(parameter)
    act = EditSpace(edits=tuple(edits), outside="prune" if prune_outside else "keep")
    steer(sweep, act, Asked(why, dry_run, json))


def split_words(words: list[str]) -> tuple[tuple[str, str] | None, list[str]]:
    """Tell LOW and HIGH, if they are there, from the names before them. Raises UsageError."""
    for word in words:
        if word.startswith("-") and word != KEEP and not _is_number(word):
            raise UsageError(f"no such option: {word}; `tui-tuner range --help` lists them")
    if len(words) > 4:
        raise UsageError("too many words: say [SWEEP] PARAM LOW HIGH")
    if len(words) < 3:
        return None, words
    return (words[-2], words[-1]), words[:-2]


class Wish(NamedTuple):
    """What a person wants of a range."""

    ends: tuple[str, str] | None
    top: int | None
    scale: Literal["log", "linear"] | None
    widen: bool
    fix: str | None
    free: bool

    @property
    def needs_parameter(self) -> bool:
        """Whether it must say which parameter."""
        return self.top is None and not self.widen

    def check(self, names: int) -> None:
        """Raise UsageError unless it says one thing; a range may come with its scale."""
        ways = [self.top is not None, self.widen, self.fix is not None, self.free]
        if self.ends is not None or self.scale is not None:
            ways.append(True)
        if sum(ways) == 0:
            raise UsageError("say LOW and HIGH, or --top K, --scale, --widen, --fix or --free")
        if sum(ways) > 1:
            raise UsageError("say one of LOW HIGH, --top, --widen, --fix and --free")
        if names == 0 and self.needs_parameter:
            raise UsageError("say which parameter: tui-tuner range lr 1e-4 1e-2")

    def edits(self, parameter: str | None) -> list[Edit]:
        """The edits that carry it out. Raises UsageError."""
        if self.top is not None:
            return [TopRange(count=self.top, parameter=parameter)]
        assert parameter is not None
        if self.fix is not None:
            return [Fix(parameter=parameter, value=value_of(self.fix))]
        if self.free:
            return [Free(parameter=parameter)]
        edits: list[Edit] = []
        if self.ends is not None:
            low, high = (
                None if text == KEEP else number_of(text, what)
                for text, what in zip(self.ends, ("LOW", "HIGH"), strict=True)
            )
            edits.append(SetRange(parameter=parameter, low=low, high=high))
        if self.scale is not None:
            edits.append(SetScale(parameter=parameter, scale=self.scale))
        return edits


def _sweep_and_parameter(names: list[str], *, needed: bool) -> tuple[Path, str | None]:
    match names:
        case []:
            return find_sweep(None), None
        case [word]:
            return (find_sweep(None), word) if needed else sweep_or_parameter(word)
        case [sweep, parameter]:
            return find_sweep(sweep), parameter
    raise UsageError("LOW and HIGH stand last: say [SWEEP] PARAM LOW HIGH")


def _widened(sweep: Path, parameter: str | None) -> list[Edit]:
    """The wider ranges that the border check suggests. Raises ActError where it has none."""
    (view,) = ask(sweep, GetStatus(id=0))
    wider: dict[str, list[SuggestionView]] = {}
    for suggestion in view.suggestions:
        if parameter in (None, suggestion.parameter):
            wider.setdefault(suggestion.parameter, []).append(suggestion)
    if not wider:
        where = f"of {plain(parameter)}" if parameter else "of any range"
        raise ActError(f"nothing to widen: the best trials do not crowd an edge {where}")
    return [
        SetRange(parameter=name, low=min(s.low for s in found), high=max(s.high for s in found))
        for name, found in wider.items()
    ]


def _is_number(word: str) -> bool:
    try:
        number_of(word, "")
    except UsageError:
        return False
    return True
