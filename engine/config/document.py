"""A config file as plain values, each with the place it was written at."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from engine.config.faults import Faults, KeyPath, Place


class Document(Struct, kw_only=True):
    """A file as plain dicts, lists and scalars; a config's `data` is a dict.

    `places` says where each path was written, `texts` how a scalar was spelled there. `remarks`
    are faults of single values, `notes` warnings.
    """

    source: str
    data: Any = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    texts: dict[KeyPath, str] = field(default_factory=dict)
    remarks: list[tuple[KeyPath, str]] = field(default_factory=list)
    notes: list[tuple[KeyPath, str]] = field(default_factory=list)

    def report(self, faults: Faults) -> None:
        """Hand the faults and notes of single values over to `faults`."""
        for path, reason in self.remarks:
            faults.add(path, reason)
        for path, note in self.notes:
            faults.warn(path, note)

    def lift(self, key: str) -> None:
        """Move everything under the top-level `key` one level up, places and all."""
        inner = self.data.pop(key)
        for name, value in inner.items():
            if name in self.data:
                self.remarks.append(((name,), f"stands at the top level and under {key!r} as well"))
            self.data[name] = value
        self.places = _lifted(self.places, key)
        self.texts = _lifted(self.texts, key)
        self.remarks = [(_without(path, key), reason) for path, reason in self.remarks]
        self.notes = [(_without(path, key), note) for path, note in self.notes]

    def forget(self, path: KeyPath) -> None:
        """Drop what is known of a value and all in it, before another takes its place."""
        self.places = {at: place for at, place in self.places.items() if not _under(at, path)}
        self.texts = {at: text for at, text in self.texts.items() if not _under(at, path)}
        self.remarks = [(at, reason) for at, reason in self.remarks if not _under(at, path)]
        self.notes = [(at, note) for at, note in self.notes if not _under(at, path)]


def _lifted(table: dict[KeyPath, Any], key: str) -> dict[KeyPath, Any]:
    return {_without(path, key): value for path, value in table.items()}


def _without(path: KeyPath, key: str) -> KeyPath:
    return path[1:] if len(path) > 1 and path[0] == key else path


def _under(path: KeyPath, root: KeyPath) -> bool:
    return path[: len(root)] == root
