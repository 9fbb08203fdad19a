"""One parameter's mapping, read key by key; what is wrong with it is noted, not raised."""

from __future__ import annotations

from collections.abc import Iterable
from sys import float_info
from typing import Any

from .faults import Fault, Path, nearest, shown, step
from .values import plain_value

Number = int | float


class Entry:
    """The mapping of the parameter `name` at `path`. Faults go to the list it shares."""

    def __init__(self, name: str, path: Path, mapping: dict[Any, Any], faults: list[Fault]) -> None:
        self.name = name
        self.path = path
        self.mapping = mapping
        self._faults = faults
        self._before = len(faults)

    def __contains__(self, key: str) -> bool:
        return key in self.mapping

    @property
    def sound(self) -> bool:
        """Whether nothing was wrong so far."""
        return len(self._faults) == self._before

    def fault(self, key: Any, reason: str, near: str | None = None) -> None:
        """Note what is wrong with a key; None is the parameter as a whole."""
        path = self.path if key is None else (*self.path, step(key))
        self._faults.append(Fault(path, reason, near))

    def fault_at(self, key: str, index: int, reason: str) -> None:
        """Note what is wrong with one item of a key's list."""
        self._faults.append(Fault((*self.path, key, index), reason))

    def fault_in(self, key: str, inner: Any, reason: str, near: str | None = None) -> None:
        """Note what is wrong with one key of a key's mapping."""
        self._faults.append(Fault((*self.path, key, step(inner)), reason, near))

    def number(self, key: str, default: Number | None = None) -> Number | None:
        """Read a finite number; None, with a fault noted unless it has a default, if it is none."""
        if key not in self.mapping:
            if default is None:
                self.fault(None, f"{key} is missing")
            return default
        value = self.mapping[key]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, f"{key} must be a number, not {shown(value)}")
            return None
        if not -float_info.max <= value <= float_info.max:
            self.fault(key, f"{key} must be a finite number, not {shown(value)}")
            return None
        return int(value) if isinstance(value, int) else float(value)

    def ascending(self, low: Number, high: Number) -> bool:
        """Whether `min` lies below `max`; noted if not."""
        if low > high:
            self.fault("min", f"min {shown(low)} is above max {shown(high)}")
        elif low == high:
            self.fault("min", f"min equals max; use value: {shown(low)}")
        return low < high

    def word(self, key: str, words: Iterable[str]) -> str | None:
        """Read one of `words`; None if the key is absent, or not one (noted)."""
        if key not in self.mapping:
            return None
        words = list(words)
        value = self.mapping[key]
        if isinstance(value, str) and value in words:
            return str(value)
        choice = f"must be one of {', '.join(words)}"
        self.fault(key, f"{key} {choice}, not {shown(value)}", nearest(value, words))
        return None

    def items(self, key: str) -> list[Any] | None:
        """Read a list that is not empty; None, with a fault noted, if it is none."""
        if key not in self.mapping:
            self.fault(None, f"{key} is missing")
            return None
        value = self.mapping[key]
        if not isinstance(value, list | tuple):
            self.fault(key, f"{key} must be a list, not {shown(value)}")
            return None
        if not value:
            self.fault(key, f"{key} is empty")
            return None
        return list(value)

    def plain(self, key: str, value: Any, index: int | None = None) -> Any:
        """Copy a value of this key into plain JSON types; notes what does not fit."""
        try:
            return plain_value(value)
        except ValueError as error:
            if index is None:
                self.fault(key, f"{key} {error}")
            else:
                self.fault_at(key, index, f"item {index + 1} of {key} {error}")
            return None
