"""The form for a configuration that a person writes: pure, one key at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from engine.core.model import Params, Value

from .change_field import Field, default, field_of, nudged, outside, reading
from .ranges import Parameter, same


class Form(Struct, frozen=True, kw_only=True):
    """All fields, those that do not apply now among them; `at` is the cursor's place among the
    visible ones, past the last of them the line for why."""

    fields: tuple[Field, ...] = ()
    at: int = 0
    why: str = ""

    @property
    def visible(self) -> list[Field]:
        """The fields whose conditions hold."""
        values: dict[str, Value] = {}
        shown: list[Field] = []
        pending = list(self.fields)
        while pending:
            holding = [f for f in pending if _holds(f.parameter, values)]
            if not holding:
                break
            shown += holding
            values |= {f.name: f.value for f in holding}
            pending = [f for f in pending if f not in holding]
        names = {f.name for f in shown}
        return [f for f in self.fields if f.name in names]

    @property
    def current(self) -> Field | None:
        """The field under the cursor; None on the line for why."""
        visible = self.visible
        return visible[self.at] if self.at < len(visible) else None

    @property
    def error(self) -> str:
        """What is wrong with the first field that is wrong."""
        return next((f"{f.name}: {f.error}" for f in self.visible if f.error), "")

    def changes(self) -> Params:
        """Give the values that differ from what one began with."""
        return {f.name: f.value for f in self.visible if f.open and f.changed}

    def values(self) -> Params:
        """Give every value that the space lets one give."""
        return {
            f.name: f.value
            for f in self.visible
            if f.open and (f.changed or not outside(f.parameter, f.value))
        }

    def moved(self, by: int) -> Form:
        """Move the cursor; what is fixed is passed over."""
        visible, at = self.visible, self.at + by
        way = 1 if by > 0 else -1
        while 0 <= at < len(visible) and not visible[at].open:
            at += way
        at = min(max(0, at), len(visible))
        return self if at < len(visible) and not visible[at].open else replace(self, at=at)

    def typed(self, text: str) -> Form:
        """Write at the cursor; the first character takes the place of the value."""
        field = self.current
        if field is None:
            return replace(self, why=self.why + text)
        return self._with(reading(field, (field.text or "") + text))

    def erased(self) -> Form:
        """Take the last character away."""
        field = self.current
        if field is None:
            return replace(self, why=self.why[:-1])
        return self._with(reading(field, field.shown[:-1]))

    def reset(self) -> Form:
        """Go back to the value one began with."""
        field = self.current
        if field is None:
            return replace(self, why="")
        value = field.source if field.has_source else default(field.parameter)
        return self._with(replace(field, value=value, text=None, error=""))

    def cycled(self, by: int) -> Form:
        """Take the next choice, or the next round number."""
        field = self.current
        if field is None or not field.open:
            return self
        if field.choices is None:
            return self._with(nudged(field, by))
        choices = field.choices
        here = next((n for n, v in enumerate(choices) if same(v, field.value)), -by)
        value = choices[(here + by) % len(choices)]
        return self._with(replace(field, value=value, text=None, error=""))

    def _with(self, changed: Field) -> Form:
        if not changed.open:
            return self
        fields = tuple(changed if f.name == changed.name else f for f in self.fields)
        form = replace(self, fields=fields)
        at = next((n for n, f in enumerate(form.visible) if f.name == changed.name), 0)
        return replace(form, at=at)


def form_of(parameters: Sequence[Parameter], source: Mapping[str, Value]) -> Form:
    """Begin with a configuration; what it lacks gets a value from the middle of its range."""
    fields = tuple(field_of(parameter, source) for parameter in parameters)
    form = Form(fields=fields)
    first = next((n for n, f in enumerate(form.visible) if f.open), len(form.visible))
    return replace(form, at=first)


def _holds(parameter: Parameter, values: Mapping[str, Value]) -> bool:
    return all(
        name in values and any(same(value, values[name]) for value in wanted)
        for name, wanted in parameter.when.items()
    )
