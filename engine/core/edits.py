"""Edits of the search space, as plain data; `engine.space` carries them out."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from .model import Value


class SetRange(Struct, frozen=True, kw_only=True, tag="range"):
    """Search a numeric parameter from `low` to `high`, in its own scale. None keeps that end."""

    parameter: str
    low: float | None = None
    high: float | None = None


class TopRange(Struct, frozen=True, kw_only=True, tag="top"):
    """Search where the `count` best trials lie: their box, in the parameter's own scale, with a
    margin of a tenth of its width a side. `parameter` None: every numeric one."""

    count: int
    parameter: str | None = None


class SetChoices(Struct, frozen=True, kw_only=True, tag="choices"):
    """Search these values of a categorical parameter; new ones may be among them."""

    parameter: str
    values: tuple[Value, ...]


class Fix(Struct, frozen=True, kw_only=True, tag="fix"):
    """Keep a parameter at one value."""

    parameter: str
    value: Value


class Free(Struct, frozen=True, kw_only=True, tag="free"):
    """Search a parameter again as the sweep began with it."""

    parameter: str


class SetScale(Struct, frozen=True, kw_only=True, tag="scale"):
    """Draw a numeric parameter evenly on this scale."""

    parameter: str
    scale: Literal["linear", "log"]


class UseVersion(Struct, frozen=True, kw_only=True, tag="version"):
    """Make an older version of the space current again; stands alone."""

    version: int


Edit = SetRange | TopRange | SetChoices | Fix | Free | SetScale | UseVersion


class ParameterChange(Struct, frozen=True, kw_only=True):
    """One parameter before and after, as a person reads it: '1e-06..10 (log)'.

    `verb` is narrow, widen, fix, free or change.
    """

    parameter: str
    old: str
    new: str
    verb: str = "change"
    low: float | None = None
    high: float | None = None
    scale: str | None = None
    values: list[Value] | None = None


class SpaceChange(Struct, frozen=True, kw_only=True):
    """A new version of the space with all that follows from it, worked out before it is logged.

    `document` is the space as plain data (`engine.space.space.Space`). `dropped` are waiting
    proposals that lie outside, `pruned` the running trials outside that are to go.
    """

    version: int
    document: Any
    changes: tuple[ParameterChange, ...] = ()
    dropped: tuple[int, ...] = ()
    pruned: tuple[int, ...] = ()
    sentence: str = ""


class SpacePreview(Struct, frozen=True, kw_only=True):
    """What an edit would mean, in numbers. `informative` of the `finished` trials lie inside."""

    version: int
    changes: list[ParameterChange]
    finished: int
    informative: int
    dropped: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    """Running trials outside the new space."""


class SpaceVersion(Struct, frozen=True, kw_only=True):
    """A version of the space. `first_index` is the first proposal made from it; `before` the
    document of the version it replaced (None for the first)."""

    version: int
    at: float
    document: Any
    first_index: int = 0
    before: Any = None
    who: str = "config"
    sentence: str = "as the config has it"


class Suggestion(Struct, frozen=True, kw_only=True):
    """The border check's advice: the best trials crowd an edge of a range; a wider one.

    `edge` is 'lower' or 'upper'; `sentence` explains it with the numbers.
    """

    parameter: str
    edge: str
    low: float
    high: float
    sentence: str

    @property
    def edit(self) -> SetRange:
        """The edit that accepts it."""
        return SetRange(parameter=self.parameter, low=self.low, high=self.high)


class Edited(Struct, frozen=True, kw_only=True):
    """What edits make of a space: the new document, and each parameter that changed."""

    document: Any
    changes: tuple[ParameterChange, ...]
