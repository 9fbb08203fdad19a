"""Turns ruamel's node graph into plain values, remembering the line of each.

Not ruamel's constructors: so no tag can make an object, an alias cannot be blown up beyond a
bound, and a duplicate key is seen wherever it stands.
"""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from engine.config.document import Document
from engine.config.faults import KeyPath, Place, shown
from engine.config.scalars import YAML_1_1_BOOLEANS, read_plain, read_tagged
from engine.errors import ConfigError
from engine.text import clean

MOST_VALUES = 20_000
_STANDARD = "tag:yaml.org,2002:"
_KINDS = frozenset({"str", "int", "float", "bool", "null"})
_EXPLICIT_TAG = re.compile(r"(?:&\S+\s+)?!")


def place_of(node: Node, file: str) -> Place:
    """Say where a node begins."""
    return Place(clean(file, limit=300), node.start_mark.line + 1)


class NodeReader:
    """Reads nodes into a document's `places` and `texts`; aliases become copies."""

    def __init__(self, document: Document, file: str) -> None:
        self._document = document
        self._file = file
        self._open: set[int] = set()
        self._count = 0

    def value(self, node: Node, path: KeyPath) -> Any:
        """Give a node's value. Raises ConfigError where the aliases have no bound."""
        self._enter(node)
        self._document.places.setdefault(path, place_of(node, self._file))
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._open:
            raise ConfigError([f"{place_of(node, self._file)}: contains itself through an alias"])
        self._open.add(id(node))
        try:
            return self._collection(node, path)
        finally:
            self._open.discard(id(node))

    def mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        """Give a mapping's value; merge keys (`<<`) give way to the mapping's own keys."""
        result: dict[str, Any] = {}
        entries: list[tuple[ScalarNode, Node]] = []
        for key, child in node.value:
            if not isinstance(key, ScalarNode):
                self._fault(path, "a key must be a word, not a list or a mapping")
            elif key.tag == f"{_STANDARD}merge" and key.style is None:
                result = {**self._merged(child, path), **result}
            else:
                entries.append((key, child))
        own: dict[str, Any] = {}
        for key, child in entries:
            self._entry(own, key, child, path)
        return {**result, **own}

    def _entry(self, own: dict[str, Any], key: ScalarNode, child: Node, path: KeyPath) -> None:
        name = str(key.value)
        here = (*path, name)
        place = place_of(key, self._file)
        if name in own:
            first = self._document.places[here].line
            self._document.places[here] = place
            self._fault(here, f"is written twice, first in line {first}")
            return
        self._document.places[here] = place
        self._check_text(name, here)
        own[name] = self.value(child, here)

    def _merged(self, node: Node, path: KeyPath) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for source in node.value if isinstance(node, SequenceNode) else [node]:
            value = self.value(source, path) if isinstance(source, MappingNode) else None
            if not isinstance(value, dict):
                self._fault(path, "<< must name mappings to merge")
                continue
            merged = {**value, **merged}
        return merged

    def _collection(self, node: Node, path: KeyPath) -> Any:
        if node.tag not in (f"{_STANDARD}map", f"{_STANDARD}seq"):
            self._refuse_tag(node, path)
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        return [self.value(child, (*path, n)) for n, child in enumerate(node.value)]

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Any:
        text = str(node.value)
        self._document.texts[path] = text
        self._check_text(text, path)
        kind = str(node.tag).removeprefix(_STANDARD)
        try:
            if self._has_tag(node):
                return read_tagged(kind, text) if kind in _KINDS else self._refuse_tag(node, path)
            return text if node.style is not None else self._plain(text, path)
        except ValueError as error:
            self._fault(path, str(error))
            return None

    def _plain(self, text: str, path: KeyPath) -> Any:
        if text.lower() in YAML_1_1_BOOLEANS:
            note = f"{text} is text here, where W&B's reader makes a boolean of it"
            self._document.notes.append((path, f"{note}; write true or false for a boolean"))
        return read_plain(text)

    def _has_tag(self, node: ScalarNode) -> bool:
        start = node.start_mark.index
        return bool(_EXPLICIT_TAG.match(self._document.source, start))

    def _refuse_tag(self, node: Node, path: KeyPath) -> None:
        self._fault(path, f"has the tag {shown(str(node.tag))}, which a config may not use")

    def _check_text(self, text: str, path: KeyPath) -> None:
        if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            self._fault(path, "holds a character that no argument or file name can")

    def _fault(self, path: KeyPath, reason: str) -> None:
        self._document.remarks.append((path, reason))

    def _enter(self, node: Node) -> None:
        self._count += 1
        if self._count > MOST_VALUES:
            where = place_of(node, self._file)
            raise ConfigError([f"{where}: the config has more than {MOST_VALUES} values"])
