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

    A name that says no data beside others that do is of the training, as Keras has it.
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
    sides = [side for _, side in members]
    told = [
        Member(name, _side(name, side or "train", sides.count(side or "train") + (not side)))
        for name, side in members
    ]
    told.sort(key=lambda member: _ORDER.index(member.side) if member.side in _ORDER else 0)
    return Family(stem, tuple(told))


def _side(name: str, side: str, claims: int) -> str:
    """Call a member by its data, or by its own name where several claim to be that."""
    return side if claims == 1 else name
