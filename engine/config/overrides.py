"""Applies `--set limits.trials=20` to a parsed config."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.config.document import Document
from engine.config.faults import KeyPath, Place
from engine.config.parse import parse_value
from engine.errors import ConfigError
from engine.text import clean

OPTION = "--set"


class OverrideError(ValueError):
    """An override that cannot be applied; its text says why."""


def split_override(override: str) -> tuple[str, str]:
    """Give the dotted key and the value's YAML. Raises OverrideError."""
    key, equals, value = override.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")):
        raise OverrideError(f"{clean(override, limit=80)!r} is not KEY=VALUE")
    return key, value


def find_path(data: Any, key: str) -> KeyPath:
    """Find the path that a dotted key names: existing names with dots in them go first.

    Raises OverrideError where it leads into a scalar or past the end of a list.
    """
    path: KeyPath = ()
    parts = key.split(".")
    while parts:
        part, taken = _step(data, parts, key)
        path, parts = (*path, part), parts[taken:]
        known = part in data if isinstance(data, dict) else True
        data = data[part] if known else {}
        data = {} if data is None and parts else data
    return path


def apply_overrides(document: Document, overrides: Sequence[str]) -> list[str]:
    """Set each override in the document, later ones over earlier ones; give the faults."""
    faults: list[str] = []
    for override in overrides:
        try:
            _apply(document, override)
        except (OverrideError, ConfigError) as error:
            reason = clean(str(error).lstrip(": 0123456789"), limit=300)
            faults.append(f"{OPTION} {clean(override, limit=80)}: {reason}")
    return faults


def _apply(document: Document, override: str) -> None:
    key, text = split_override(override)
    path = find_path(document.data, key)
    value = parse_value(text)
    document.forget(path)
    put(document.data, path, value.data)
    for length in range(1, len(path) + 1):
        document.places.setdefault(path[:length], Place(OPTION))
    document.places |= {(*path, *at): Place(OPTION) for at in value.places}
    document.texts |= {(*path, *at): spelled for at, spelled in value.texts.items()}
    document.remarks += [((*path, *at), reason) for at, reason in value.remarks]
    document.notes += [((*path, *at), note) for at, note in value.notes]


def put(data: Any, path: KeyPath, value: Any) -> None:
    """Set the value at a path that `find_path` gave, making the mappings that lead there."""
    *above, last = path
    for part in above:
        missing = isinstance(data, dict) and part not in data
        if missing or data[part] is None:
            data[part] = {}
        data = data[part]
    data[last] = value


def _step(data: Any, parts: list[str], key: str) -> tuple[str | int, int]:
    if isinstance(data, dict):
        for taken in range(len(parts), 1, -1):
            if ".".join(parts[:taken]) in data:
                return ".".join(parts[:taken]), taken
        return parts[0], 1
    if isinstance(data, list):
        if parts[0].isdecimal() and len(parts[0]) < 9 and int(parts[0]) < len(data):
            return int(parts[0]), 1
        raise OverrideError(f"{parts[0]} is no item of a list of {len(data)} in {clean(key)}")
    raise OverrideError(f"{clean(key, limit=80)} leads into a value that holds no keys")
