"""Comments of a YAML mapping, moved along when the keys that they stood at go.

ruamel hangs a comment, with all lines up to the next key, on the key before it. So a key cannot
be deleted without a thought for what follows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken

_AFTER_KEY, _AFTER_ITEM = 2, 0
"""Where ruamel keeps the comment behind a mapping's value, and behind a list's item."""


def take(holder: Any, key: Any) -> str:
    """Take every comment at a key and in its value; the text begins where the value ends."""
    text = ""
    for token in _tokens(holder, key, set()):
        text = joined(text, str(token.value))
    holder.ca.items.pop(key, None)
    return text


def joined(first: str, second: str) -> str:
    """Put one comment behind another, on the same line if both are single ones."""
    if not first.strip():
        return second if second.strip() or not first else first
    if second.lstrip(" ").startswith("#"):
        return f"{first.rstrip()}  {second.lstrip(' ')}"
    return first.rstrip("\n") + (second or "\n")


def split(text: str) -> tuple[str, str]:
    """Part what stands on the value's own line from the lines after it."""
    line, newline, rest = text.partition("\n")
    return (line + newline if line.strip() else ""), (newline + rest if rest.strip(" ") else "")


def append(holder: Any, key: Any, text: str) -> None:
    """Put a comment behind the last line of what lies at a key."""
    if not text:
        return
    value = holder[key]
    if isinstance(value, CommentedMap | CommentedSeq) and value and not value.fa.flow_style():
        last = next(reversed(value)) if isinstance(value, CommentedMap) else len(value) - 1
        append(value, last, text)
        return
    slot = _AFTER_ITEM if isinstance(holder, CommentedSeq) else _AFTER_KEY
    places = holder.ca.items.setdefault(key, [None, None, None, None])
    there = places[slot]
    mark = there.start_mark if there is not None else CommentMark(0)
    whole = joined(str(there.value), text) if there is not None else text
    places[slot] = CommentToken(whole, mark, None)


def _tokens(holder: Any, key: Any, seen: set[int]) -> Iterator[Any]:
    yield from _flat(holder.ca.items.get(key), seen)
    value = holder[key]
    if isinstance(value, CommentedMap):
        yield from _flat(value.ca.comment, seen)
        for inner in value:
            yield from _tokens(value, inner, seen)
    elif isinstance(value, CommentedSeq):
        yield from _flat(value.ca.comment, seen)
        for index in range(len(value)):
            yield from _tokens(value, index, seen)


def _flat(found: Any, seen: set[int]) -> Iterator[Any]:
    """Every comment in ruamel's nest of lists, once."""
    if isinstance(found, list):
        for inner in found:
            yield from _flat(inner, seen)
    elif found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
