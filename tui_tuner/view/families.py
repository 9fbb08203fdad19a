"""Families of metrics, the same thing measured on other data: `train_loss` and `val_loss`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

_SIDES: Mapping[str, str] = {
    **dict.fromkeys(("train", "training", "tr"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "eval", "evaluation"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_ORDER = ("train", "val", "test")
_BETWEEN = re.compile(r"[/_.\-: ]+")


class Member(NamedTuple):
    """A metric of a family, and the data it was measured on: train, val, test, or its own name."""

    metric: str
    side: str


class Family(Struct, frozen=True):
    """What belongs on one pair of axes."""

    name: str
    members: tuple[Member, ...]


def families(names: Iterable[str], first: str = "") -> list[Family]:
    """Gather metrics into families, that of the metric `first` first, else as they come.

    A name that says no data is of the training, as Keras has it; several that claim to be the
    same keep their own names.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        stem, side = _taken_apart(name)
        groups.setdefault(stem, []).append((name, side))
    found = [_family(stem, members) for stem, members in groups.items()]
    return sorted(found, key=lambda family: all(m.metric != first for m in family.members))


def _taken_apart(name: str) -> tuple[str, str]:
    """Give what a metric measures, and on which data: ('loss', 'val')."""
    words = [word for word in _BETWEEN.split(name) if word]
    if len(words) < 2:
        return name.lower(), ""
    for at in (0, len(words) - 1):
        side = _SIDES.get(words[at].lower())
        if side is not None:
            rest = words[:at] + words[at + 1 :]
            return "_".join(rest).lower(), side
    return "_".join(words).lower(), ""


def _family(stem: str, members: Sequence[tuple[str, str]]) -> Family:
    if len(members) == 1:
        name = members[0][0]
        return Family(name, (Member(name, name),))
    sides = [side or "train" for _, side in members]
    told = [
        Member(name, side if sides.count(side) == 1 else name)
        for (name, _), side in zip(members, sides, strict=True)
    ]
    told.sort(key=lambda member: _ORDER.index(member.side) if member.side in _ORDER else 0)
    return Family(stem, tuple(told))
