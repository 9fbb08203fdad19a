"""What a person is about to change in a space: pure, one key at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.core.acts import EditSpace
from engine.core.edits import Edit, ParameterChange
from engine.core.model import Value
from tui_tuner.keymap import key_of

from .range_axis import Axis, axis_over, step
from .range_reading import middle, read_number, read_value, spelt
from .ranges import Parameter, Shape, edits_to, same, spelled, value_key

Side = Literal["low", "high"]


class Editing(Struct, frozen=True, kw_only=True):
    """The space as it is, the shapes wanted instead, and where the cursor stands.

    `side` is the bracket that moves, `choice` the place among the choices offered. Methods give
    the editing after a key; ValueError says in a sentence why it cannot be.
    """

    parameters: tuple[Parameter, ...] = ()
    drafts: Mapping[str, Shape] = {}
    added: Mapping[str, tuple[Value, ...]] = {}
    """Choices that a person wrote, whether taken or not."""
    axes: Mapping[str, Axis] = {}
    selected: int = 0
    side: Side = "low"
    choice: int = 0
    outside: Literal["keep", "prune"] = "keep"

    @property
    def parameter(self) -> Parameter | None:
        """The parameter under the cursor."""
        return self.parameters[self.selected] if self.parameters else None

    def shape(self, parameter: Parameter) -> Shape:
        """Give what a parameter is to become."""
        return self.drafts.get(parameter.name, parameter.now)

    def is_edited(self, parameter: Parameter) -> bool:
        """Whether a parameter is to become something else."""
        return not self.shape(parameter).is_drawn_like(parameter.now)

    def edits(self) -> tuple[Edit, ...]:
        """Give all edits, in the order of the parameters."""
        return tuple(e for p in self.parameters for e in edits_to(p, self.shape(p)))

    def act(self) -> EditSpace | None:
        """Give the act that makes it so; None where nothing is edited."""
        edits = self.edits()
        return EditSpace(edits=edits, outside=self.outside) if edits else None

    def choices(self, parameter: Parameter) -> tuple[Value, ...]:
        """Give every value on offer: those searched first, those of old, those written."""
        offered = [
            *(parameter.first.values or ()),
            *(parameter.now.values or ()),
            *self.added.get(parameter.name, ()),
        ]
        if parameter.kind == "fixed":
            offered = [parameter.first.value, parameter.now.value, *offered]
        return tuple({value_key(value): value for value in offered}.values())

    def axis(self, parameter: Parameter) -> Axis:
        """Give the axis its chart is drawn over."""
        shape = self.shape(parameter)
        known = self.axes.get(parameter.name)
        return axis_over((parameter.now, shape), shape.log, known)

    def loaded(self, parameters: Sequence[Parameter]) -> Editing:
        """Take another version of the space; what is edited stays where it still is an edit."""
        here = self.parameter
        before = {p.name: p.now for p in self.parameters}
        kept = {
            p.name: self.drafts[p.name]
            for p in parameters
            if p.name in self.drafts and before[p.name].is_drawn_like(p.now)
        }
        names = [p.name for p in parameters]
        at = names.index(here.name) if here is not None and here.name in names else 0
        changed = replace(self, parameters=tuple(parameters), drafts=kept, axes={}, selected=at)
        return changed._settled()

    def moved(self, rows: int) -> Editing:
        """Choose another parameter."""
        at = min(max(0, self.selected + rows), max(0, len(self.parameters) - 1))
        if at == self.selected:
            return self
        return replace(self, selected=at, side="low", choice=0)

    def other_side(self) -> Editing:
        """Take the other bracket, or the next choice."""
        parameter = self.parameter
        if parameter is not None and not parameter.numeric:
            return self.chosen(1)
        return replace(self, side="high" if self.side == "low" else "low")

    def chosen(self, by: int) -> Editing:
        """Move the cursor among the choices."""
        parameter = self.parameter
        count = len(self.choices(parameter)) if parameter is not None else 0
        return replace(self, choice=(self.choice + by) % count if count else 0)

    def nudged(self, direction: int, size: int) -> Editing:
        """Move the bracket, or the fixed value, to the next round value."""
        parameter = self.parameter
        if parameter is None:
            return self
        if not parameter.numeric:
            return self.chosen(direction)
        shape, axis = self.shape(parameter), self.axis(parameter)
        at = shape.value if shape.fixed else shape.low if self.side == "low" else shape.high
        if not isinstance(at, int | float):
            return self
        landing = step(parameter, axis, at, direction, size)
        return self._drawn(parameter, _with_end(shape, self.side, landing)) or self

    def typed(self, text: str) -> Editing:
        """Set the bracket, or the fixed value, to what was written."""
        parameter = self._needed()
        if not parameter.numeric:
            return self._written_choice(parameter, text)
        value = read_number(parameter, text)
        shape = self.shape(parameter)
        if shape.log and value <= 0 and not shape.fixed:
            raise ValueError("a log scale needs values above 0; g makes it linear")
        edited = self._drawn(parameter, _with_end(shape, self.side, value))
        if edited is None:
            other = shape.high if self.side == "low" else shape.low
            where = "below" if self.side == "low" else "above"
            raise ValueError(f"must lie {where} {spelled(other)}")
        return edited

    def toggled(self) -> Editing:
        """Take or leave the choice under the cursor."""
        parameter = self._needed()
        if parameter.kind == "fixed":
            return self._with(parameter, replace(self.shape(parameter), value=self._choice()))
        if parameter.numeric:
            key = key_of("range_toggle")
            raise ValueError(f"{key} takes or leaves a choice; this is a range: move its brackets")
        shape, value = self.shape(parameter), self._choice()
        taken = [] if shape.fixed else list(shape.values or ())
        left = [v for v in taken if not same(v, value)]
        wanted = left if len(left) < len(taken) else [*taken, value]
        if not wanted:
            raise ValueError("one choice at least must stay")
        offered = self.choices(parameter)
        ordered = tuple(v for v in offered if any(same(v, w) for w in wanted))
        return self._with(parameter, replace(shape, values=ordered, fixed=False, value=None))

    def put_back(self) -> Editing:
        """Forget the edits of this parameter."""
        parameter = self._needed()
        left = {name: shape for name, shape in self.drafts.items() if name != parameter.name}
        return replace(self, drafts=left)

    def cleared(self) -> Editing:
        """Forget all edits."""
        return replace(self, drafts={}, added={}, axes={}, outside="keep")

    def original(self) -> Editing:
        """Search as the sweep began."""
        parameter = self._needed()
        return self._with(parameter, parameter.first)

    def fixed_or_freed(self, value: Value) -> Editing:
        """Keep the parameter at `value` (a choice: at the one under the cursor), or free it."""
        parameter = self._needed()
        shape = self.shape(parameter)
        if parameter.kind == "fixed":
            raise ValueError(f"{parameter.name} was never searched; + writes another value for it")
        if shape.fixed:
            freed = parameter.first if parameter.now.fixed else parameter.now
            return self._with(parameter, freed)
        value = self._choice() if not parameter.numeric else value
        if value is None:
            value = middle(parameter, shape)
        return self._with(parameter, replace(shape, fixed=True, value=value))

    def rescaled(self) -> Editing:
        """Draw evenly on the logarithm, or on the values themselves."""
        parameter = self._needed()
        shape = self.shape(parameter)
        if not parameter.numeric or shape.fixed:
            raise ValueError("only a range has a scale")
        if shape.log:
            return self._with(parameter, replace(shape, scale="linear"))
        if shape.high is None or shape.high <= 0:
            raise ValueError("a log scale needs values above 0")
        low = shape.low
        if low is None or low <= 0:
            low = 1 if parameter.kind == "int" else parameter.q or float(f"{shape.high / 1e3:.1e}")
        return self._with(parameter, replace(shape, scale="log", low=low))

    def proposed(self, changes: Sequence[ParameterChange]) -> Editing:
        """Take over the ranges the engine proposed."""
        by_name = {change.parameter: change for change in changes}
        editing = self
        for parameter in self.parameters:
            change = by_name.get(parameter.name)
            if change is not None and change.low is not None and change.high is not None:
                low, high = spelt(parameter, change.low), spelt(parameter, change.high)
                scale = change.scale or parameter.now.scale
                shape = replace(parameter.now, low=low, high=high, scale=scale, fixed=False)
                editing = editing._with(parameter, shape)
        return editing

    def deciding(self, outside: Literal["keep", "prune"]) -> Editing:
        """Keep or prune the running trials that would lie outside."""
        return replace(self, outside=outside)

    def _needed(self) -> Parameter:
        parameter = self.parameter
        if parameter is None:
            raise ValueError("there is no parameter yet")
        return parameter

    def _choice(self) -> Value:
        offered = self.choices(self._needed())
        return offered[min(self.choice, len(offered) - 1)]

    def _written_choice(self, parameter: Parameter, text: str) -> Editing:
        value = read_value(text, self.choices(parameter))
        added = (*self.added.get(parameter.name, ()), value)
        edited = replace(self, added={**self.added, parameter.name: added})
        keys = [value_key(v) for v in edited.choices(parameter)]
        edited = replace(edited, choice=keys.index(value_key(value)))
        shape = edited.shape(parameter)
        taken = () if shape.fixed else shape.values or ()
        if parameter.kind != "fixed" and any(same(value, v) for v in taken):
            return edited
        return edited.toggled()

    def _drawn(self, parameter: Parameter, shape: Shape) -> Editing | None:
        """Give the editing with this shape; None where its ends are the wrong way round."""
        ends = not shape.fixed and (shape.low is None or shape.high is None)
        if ends or (not shape.fixed and not (shape.low or 0) < (shape.high or 0)):
            return None
        return self._with(parameter, shape)

    def _with(self, parameter: Parameter, shape: Shape) -> Editing:
        drafts = {**self.drafts, parameter.name: shape}
        if not parameter.numeric:
            return replace(self, drafts=drafts)
        known = self.axes.get(parameter.name) or self.axis(parameter)
        axis = axis_over((parameter.now, shape), shape.log, known)
        return replace(self, drafts=drafts, axes={**self.axes, parameter.name: axis})

    def _settled(self) -> Editing:
        parameter = self.parameter
        count = len(self.choices(parameter)) if parameter is not None else 0
        return replace(self, choice=min(self.choice, max(0, count - 1)))


def _with_end(shape: Shape, side: Side, value: float | int) -> Shape:
    if shape.fixed:
        return replace(shape, value=value)
    return replace(shape, low=value) if side == "low" else replace(shape, high=value)
