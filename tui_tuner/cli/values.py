"""Values as people type them: scalars of YAML 1.2, as in a config."""

from __future__ import annotations

from collections.abc import Sequence

from engine.config.scalars import read_plain
from engine.core.model import Value
from engine.errors import ConfigError, UsageError
from engine.text import clean

_STRUCTURED = ("[", "{", '"', "'")


def value_of(text: str) -> Value:
    """Read a value: 1e-3 is a number, no is text, "1" in quotes is text. Raises UsageError."""
    text = text.strip()
    if text.startswith(_STRUCTURED):
        return _parsed(text)
    try:
        return read_plain(text)
    except ValueError as error:
        raise UsageError(f"{clean(text, limit=80)}: {error}") from None


def number_of(text: str, what: str) -> float:
    """Read a number. Raises UsageError, calling it `what`."""
    value = value_of(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{what}: {clean(text, limit=80)!r} is no number")
    return value


def assignments(settings: Sequence[str]) -> dict[str, Value]:
    """Read `K=V` words. Raises UsageError for what is none, and for a name set twice."""
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"--set {clean(setting, limit=80)}: say K=V, e.g. lr=1e-3")
        if name in values:
            raise UsageError(f"--set {clean(name, limit=80)}: is set twice")
        values[name] = value_of(text)
    return values


def _parsed(text: str) -> Value:
    from engine.config.parse import parse_value

    try:
        return parse_value(text).data
    except ConfigError as error:
        reason = str(error).lstrip(": 0123456789")
        raise UsageError(f"{clean(text, limit=80)}: {clean(reason)}") from None
