"""Answers the machine's questions about the space; documents are spaces as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.core.edits import Edit, Edited, Suggestion
from engine.core.model import Params, Value

from .border import suggestions
from .differences import differences
from .edits import edit
from .faults import named, nearest
from .inside import inside
from .parameters import FixedParameter
from .space import Space, active, condition_text

_REMEMBERED = 64


def document_of(space: Space) -> Any:
    """Write a space as plain data, just as the log gives it back."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(space))


def space_of(document: Any) -> Space:
    """Read a space from plain data."""
    return msgspec.convert(document, Space)


class Keeper:
    """Implements `engine.core.ranges.Ranges`; remembers the spaces it has read."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[Any, Space]] = {}

    def edited(
        self, document: Any, first: Any, edits: Sequence[Edit], best: Sequence[Params]
    ) -> Edited:
        """Carry edits out on a space. Raises ValueError."""
        before = self.space(document)
        after = edit(before, self.space(first), edits, best)
        changes = differences(before, after)
        if not changes:
            raise ValueError("the space is searched that way already")
        after = replace(after, version=before.version + 1)
        return Edited(document=document_of(after), changes=changes)

    def difference(self, before: Any, after: Any) -> Edited:
        """Say what changes if `after` takes the place of `before`, as the next version."""
        old, new = self.space(before), self.space(after)
        new = replace(new, version=old.version + 1)
        return Edited(document=document_of(new), changes=differences(old, new))

    def inside(self, document: Any) -> Callable[[Params], bool]:
        """Give the test whether a configuration lies in the space."""
        return inside(self.space(document))

    def admit(self, document: Any, params: Params, given: dict[str, Value]) -> Params:
        """Give the configuration `params` with the `given` values. Raises ValueError."""
        space = self.space(document)
        _refuse_unknown(space, given)
        admitted: Params = {}
        for p in space.parents_first:
            if not active(p, admitted):
                if p.name in given:
                    raise ValueError(f"{p.name} does not apply: {condition_text(p)} does not hold")
                continue
            if p.name in given:
                admitted[p.name] = p.admit(given[p.name])
            elif isinstance(p, FixedParameter):
                admitted[p.name] = p.value
            elif p.name in params:
                admitted[p.name] = params[p.name]
            else:
                raise ValueError(f"{p.name} has no value: say one")
        return {p.name: admitted[p.name] for p in space.parameters if p.name in admitted}

    def border(self, document: Any, best: Sequence[Params]) -> list[Suggestion]:
        """Check whether the best trials crowd an edge of a range."""
        return suggestions(self.space(document), best)

    def space(self, document: Any) -> Space:
        """Read a document, once."""
        found = self._read.get(id(document))
        if found is not None and found[0] is document:
            return found[1]
        space = space_of(document)
        if len(self._read) >= _REMEMBERED:
            self._read.clear()
        self._read[id(document)] = (document, space)
        return space


def _refuse_unknown(space: Space, given: dict[str, Value]) -> None:
    known = [p.name for p in space.parameters]
    for name in given:
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean {near}?" if near else ""
            raise ValueError(f"{named(name)} is no parameter of this sweep{hint}")
