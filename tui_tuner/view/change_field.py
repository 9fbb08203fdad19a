"""One parameter of the form for a configuration: what is typed, and what it is as a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from engine.core.model import Value

from .range_axis import axis_over, step
from .range_reading import middle, read_number, spelt
from .ranges import Parameter, same, spelled


class Field(Struct, frozen=True, kw_only=True):
    """One parameter of the form. `source` is its value in the trial one began with, if it had it;
    `text` is what is being typed, None where nothing is; `error` what is wrong with that."""

    parameter: Parameter
    source: Value = None
    has_source: bool = False
    value: Value = None
    text: str | None = None
    error: str = ""

    @property
    def name(self) -> str:
        """The parameter's name."""
        return self.parameter.name

    @property
    def choices(self) -> tuple[Value, ...] | None:
        """What can be chosen; None for a number."""
        return None if self.parameter.numeric else self.parameter.now.values

    @property
    def open(self) -> bool:
        """Whether it can be changed: what is fixed cannot."""
        return not self.parameter.now.fixed

    @property
    def shown(self) -> str:
        """The value as it is written now."""
        return spelled(self.value) if self.text is None else self.text

    @property
    def changed(self) -> bool:
        """Whether it differs from what one began with."""
        return not self.has_source or not same(self.value, self.source)


def field_of(parameter: Parameter, source: Mapping[str, Value]) -> Field:
    name = parameter.name
    has = name in source and not parameter.now.fixed
    if parameter.now.fixed:
        return Field(
            parameter=parameter,
            source=parameter.now.value,
            has_source=True,
            value=parameter.now.value,
        )
    value = source[name] if has else default(parameter)
    return Field(parameter=parameter, source=source.get(name), has_source=has, value=value)


def limits_text(parameter: Parameter, to: str = "…") -> str:
    """Say what values a parameter takes."""
    shape = parameter.now
    if shape.fixed:
        return "fixed"
    if shape.values is not None and not parameter.numeric:
        return ""
    scale = " log" if shape.log else ""
    steps = f", steps of {spelled(parameter.q)}" if parameter.q else ""
    return f"{spelled(shape.low)} {to} {spelled(shape.high)}{scale}{steps}"


def reading(field: Field, text: str) -> Field:
    """Take what is typed as far as it is a value."""
    try:
        return replace(field, value=_read(field, text), text=text, error="")
    except ValueError as error:
        return replace(field, text=text, error=str(error))


def _read(field: Field, text: str) -> Value:
    if field.choices is not None:
        return _chosen(field.choices, text.strip())
    value = read_number(field.parameter, text.strip())
    wrong = outside(field.parameter, value)
    if wrong:
        raise ValueError(wrong)
    return value


def _chosen(choices: Sequence[Value], text: str) -> Value:
    """Find a choice by its text, the beginning of it, or its number in the list."""
    names = [spelled(value) for value in choices]
    if text in names:
        return choices[names.index(text)]
    begun = [n for n, name in enumerate(names) if text and name.lower().startswith(text.lower())]
    if len(begun) == 1:
        return choices[begun[0]]
    if not begun and text.isdigit() and 1 <= int(text) <= len(choices):
        return choices[int(text) - 1]
    raise ValueError(f"one of {', '.join(names)}"[:60])


def outside(parameter: Parameter, value: Value) -> str:
    """Say what is wrong with a value; nothing for one that can be."""
    shape = parameter.now
    if not parameter.numeric:
        known = any(same(value, choice) for choice in shape.values or ())
        return "" if known else "none of the choices"
    if not isinstance(value, int | float) or shape.low is None or shape.high is None:
        return "a number"
    if not shape.low <= value <= shape.high:
        return f"goes from {spelled(shape.low)} to {spelled(shape.high)}"
    q = parameter.q
    if q and abs(value / q - round(value / q)) > 1e-9 * max(1.0, abs(value / q)):
        return f"goes in steps of {spelled(q)}"
    return ""


def nudged(field: Field, by: int) -> Field:
    shape = field.parameter.now
    value = field.value
    if shape.low is None or shape.high is None or not isinstance(value, int | float):
        return field
    axis = axis_over((shape,), shape.log)
    within = value if shape.low <= value <= shape.high else middle(field.parameter, shape)
    landing = step(field.parameter, axis, within, by, 0)
    landing = min(max(landing, shape.low), shape.high)
    return replace(field, value=spelt(field.parameter, landing), text=None, error="")


def default(parameter: Parameter) -> Value:
    shape = parameter.now
    if not parameter.numeric:
        return shape.values[0] if shape.values else shape.value
    return middle(parameter, shape)
