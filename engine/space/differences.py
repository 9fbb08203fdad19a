"""What tells two versions of a space apart, parameter by parameter, for a person."""

from __future__ import annotations

from engine.core.edits import ParameterChange

from .bounds import Numeric, ends, is_even, is_log
from .parameters import CategoricalParameter, FixedParameter, Parameter
from .reach import never_applying
from .space import Space, condition_text
from .values import same_value
from .wording import range_text, shape_text


def differences(before: Space, after: Space) -> tuple[ParameterChange, ...]:
    """Every parameter that differs, before and after.

    Among them are those that stay as they are, but whose conditions can no longer hold, or can
    again.
    """
    old = {p.name: p for p in before.parameters}
    lost, found = never_applying(after), never_applying(before)
    changes = []
    for p in after.parameters:
        was = old.get(p.name, p)
        if p.name in lost and p.name not in found:
            new = f"never applies without {condition_text(p)}"
            changes.append(ParameterChange(parameter=p.name, old=range_text(was), new=new))
        elif p.name in found and p.name not in lost:
            changes.append(
                ParameterChange(parameter=p.name, old="never applied", new=range_text(p))
            )
        elif p != was:
            changes.append(_change(was, p))
    return tuple(changes)


def _change(old: Parameter, new: Parameter) -> ParameterChange:
    low, high = ends(new) if isinstance(new, Numeric) else (None, None)
    return ParameterChange(
        parameter=new.name,
        old=range_text(old),
        new=range_text(new) + _instead(old, new),
        verb=_verb(old, new),
        low=low,
        high=high,
        scale=("log" if is_log(new) else "linear") if isinstance(new, Numeric) else None,
        values=list(new.values) if isinstance(new, CategoricalParameter) else None,
    )


def _instead(old: Parameter, new: Parameter) -> str:
    """Say that a range with ends is drawn evenly where its distribution was another."""
    if not isinstance(old, Numeric) or not isinstance(new, Numeric):
        return ""
    return f", evenly instead of {shape_text(old)}" if is_even(new) and not is_even(old) else ""


def _verb(old: Parameter, new: Parameter) -> str:
    if isinstance(new, FixedParameter):
        return "fix"
    if isinstance(old, FixedParameter):
        return "free"
    if isinstance(old, CategoricalParameter) and isinstance(new, CategoricalParameter):
        gone = any(not has(new, value) for value in old.values)
        come = any(not has(old, value) for value in new.values)
        return "change" if gone == come else ("narrow" if gone else "widen")
    if not isinstance(old, Numeric) or not isinstance(new, Numeric) or is_log(old) != is_log(new):
        return "change"
    (low, high), (new_low, new_high) = ends(old), ends(new)
    if (low, high) == (new_low, new_high):
        return "change"
    if low <= new_low and new_high <= high:
        return "narrow"
    return "widen" if new_low <= low and high <= new_high else "change"


def has(p: CategoricalParameter, value: object) -> bool:
    """Whether a value is among the choices."""
    return any(same_value(value, own) for own in p.values)
