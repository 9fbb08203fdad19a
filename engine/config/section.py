"""Reads the values of one mapping of the config, by type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.config.faults import Faults, KeyPath, nearest, shown

_FEW = 12
"""Where no known key comes near an unknown one, so many can be listed instead."""


class Section:
    """One mapping of the config. Every read notes what is wrong and then gives None.

    A key with no value (`trials:`) counts as not written. Unknown keys are noted at once.
    """

    def __init__(
        self, faults: Faults, path: KeyPath, raw: dict[str, Any], known: Iterable[str]
    ) -> None:
        self.faults = faults
        self.path = path
        self._raw = raw
        known = tuple(known)
        for key in raw:
            if key not in known:
                self._unknown(key, known)

    def _unknown(self, key: str, known: tuple[str, ...]) -> None:
        near = nearest(key, known)
        few = near is None and 0 < len(known) <= _FEW
        self.fault(
            key, f"unknown key; known here: {', '.join(known)}" if few else "unknown key", near
        )

    def has(self, key: str) -> bool:
        """Whether the key is written with a value."""
        return self._raw.get(key) is not None

    def raw(self, key: str) -> Any:
        """The value as it stands; None where there is none."""
        return self._raw.get(key)

    def at(self, *keys: str | int) -> KeyPath:
        """The path of a value in this mapping."""
        return (*self.path, *keys)

    def fault(self, key: str | int, reason: str, near: str | None = None) -> None:
        """Note a fault at a key of this mapping."""
        self.faults.add(self.at(key), reason, near)

    def text(self, key: str) -> str | None:
        """Text that is not empty."""
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(key, f"must be text, not {described(value)}")
            return None
        if not value.strip():
            self.fault(key, "must not be empty")
            return None
        return value

    def whole(self, key: str, *, least: int) -> int | None:
        """A whole number of at least `least`; 1e2 is one."""
        value = self._raw.get(key)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(key, f"must be a whole number, not {described(value)}")
            return None
        if not least <= value < 2**63:
            self.fault(key, f"must be at least {least}, not {shown(value)}")
            return None
        return value

    def number(self, key: str, *, above: float | None = None) -> float | None:
        """A number, greater than `above` where that is given."""
        value = self._raw.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, f"must be a number, not {described(value)}")
            return None
        if above is not None and not value > above:
            self.fault(key, f"must be above {above:g}, not {shown(value)}")
            return None
        return float(value)

    def choice(self, key: str, choices: Sequence[str]) -> str | None:
        """One of some words."""
        value = self._raw.get(key)
        if value is None or value in choices:
            return value
        options = ", ".join(choices)
        self.fault(key, f"is {described(value)}, not one of {options}", nearest(value, choices))
        return None

    def flag(self, key: str) -> bool | None:
        """True or false."""
        value = self._raw.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.fault(key, f"must be true or false, not {described(value)}")
        return None

    def mapping(self, key: str) -> dict[str, Any]:
        """A mapping; empty where there is none."""
        value = self._raw.get(key)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.fault(key, f"must be a mapping, `name: value`, not {described(value)}")
        return {}

    def items(self, key: str) -> list[Any]:
        """A list; empty where there is none."""
        value = self._raw.get(key)
        if isinstance(value, list):
            return value
        if value is not None:
            self.fault(key, f"must be a list, not {described(value)}")
        return []

    def section(self, key: str, known: Iterable[str]) -> Section:
        """The mapping at a key, as a section; without keys where there is none."""
        return Section(self.faults, self.at(key), self.mapping(key), known)


def described(value: Any) -> str:
    """Say what a value is, for a message that asked for another."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    return shown(value)
