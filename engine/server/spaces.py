"""The versions of a sweep's space, as viewers get them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from engine.core.acts import AdvanceStage, EditSpace, RepeatStage, Undo
from engine.core.edits import SpaceChange, SpaceVersion
from engine.core.events import Acted, Event, StageEntered, SweepCreated
from engine.errors import NotFoundError
from engine.protocol.messages import Space, VersionView
from engine.space.describe import describe
from engine.space.space import Space as SearchSpace

MAKING = ("sweep_created", "acted", "stage_entered")
"""The tags of the events that can make a version."""


def described(versions: Sequence[SpaceVersion], version: int | None) -> Space:
    """Show a version, the current one where none is named. Raises NotFoundError."""
    if version is not None and not 1 <= version <= len(versions):
        raise NotFoundError(f"the space has no version {version}: there are 1 to {len(versions)}")
    chosen = versions[-1 if version is None else version - 1]
    return describe(_space(chosen.document), _space(versions[0].document))


def version_views(versions: Iterable[SpaceVersion]) -> list[VersionView]:
    """List the versions, oldest first."""
    return [
        VersionView(version=v.version, at=v.at, who=v.who, sentence=v.sentence) for v in versions
    ]


def versions_of(events: Iterable[Event], first: Any) -> list[SpaceVersion]:
    """Gather the versions that a log tells of; `first` is version 1 where the log has none."""
    versions: dict[int, SpaceVersion] = {}
    for version in _made(events, first):
        versions.setdefault(version.version, version)
    return list(versions.values())


def _made(events: Iterable[Event], first: Any) -> Iterator[SpaceVersion]:
    for event in events:
        match event:
            case SweepCreated(at=at, space=space):
                document = first if space is None else space
                yield SpaceVersion(version=1, at=at, document=document)
            case StageEntered(at=at, entry=entry) if entry.change is not None:
                yield _version(entry.change, at, "engine")
            case Acted(at=at, who=who, act=act):
                change = _change_of(act)
                if change is not None:
                    yield _version(change, at, who)


def _change_of(act: object) -> SpaceChange | None:
    match act:
        case EditSpace(change=change):
            return change
        case AdvanceStage(entry=entry) | RepeatStage(entry=entry) if entry is not None:
            return entry.change
        case Undo(inverse=EditSpace(change=change)):
            return change
    return None


def _version(change: SpaceChange, at: float, who: str) -> SpaceVersion:
    return SpaceVersion(
        version=change.version,
        at=at,
        document=change.document,
        who=who,
        sentence=change.sentence,
    )


def _space(document: Any) -> SearchSpace:
    return msgspec.convert(document, SearchSpace)
