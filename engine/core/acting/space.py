"""Edits of the space: a new version, worked out and counted before it is made current.

Stages use `narrowed` and `make_current`, too, when one begins with a narrower space.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from engine.core.acts import EditSpace, Preview
from engine.core.commands import Command, WriteSpace
from engine.core.edits import (
    Edit,
    Edited,
    SpaceChange,
    SpacePreview,
    SpaceVersion,
    TopRange,
    UseVersion,
)
from engine.core.ending import drop, end_attempt, wake
from engine.core.model import Ending, Running, Trial, is_final
from engine.core.ranges import Ranges
from engine.core.state import SweepState

from .base import Applied, By, Facts, Prepared, plural, together
from .space_words import box_of, stay_dropped, told


class _Seen(Struct, frozen=True, kw_only=True):
    """What an edited space means for the trials there are."""

    finished: int
    informative: int
    dropped: tuple[Trial, ...]
    outside: tuple[Trial, ...]
    """Running trials outside that are not on their way out already."""


def prepare(state: SweepState, act: EditSpace, facts: Facts) -> Prepared:
    """Say what the edits make of the space, in numbers."""
    if facts.ranges is None or state.space is None:
        return _refused(act, "this sweep's space is not known: it cannot be edited")
    try:
        edited, how = _edited(state, act.edits, facts.ranges)
    except ValueError as error:
        return _refused(act, str(error))
    seen = _look(state, edited, facts.ranges)
    pruned = seen.outside if act.outside == "prune" else ()
    change = replace(_change(state, edited, how, seen), pruned=tuple(t.number for t in pruned))
    preview = Preview(
        done=tuple(t.name for t in pruned),
        sentence=_sentence(state, act, edited, how, seen),
        details={t.name: "running outside; ends, its results stay" for t in pruned},
        space=_counts(state, edited, seen),
    )
    past = f"{change.sentence} (v{change.version})"
    return Prepared(act=replace(act, change=change), preview=preview, past=past)


def apply(state: SweepState, act: EditSpace, by: By) -> Applied:
    """Make the new version current; the inverse makes the one before current again."""
    before = state.space_version
    if act.change is None or act.change.version != before + 1:
        return Applied()
    commands = make_current(state, act.change, by.at, by.who)
    return Applied(commands=commands, inverse=EditSpace(edits=(UseVersion(version=before),)))


def narrowed(state: SweepState, top: int, ranges: Ranges) -> SpaceChange | None:
    """The box of the `top` best trials as the next version; None where nothing can be narrowed."""
    if state.space is None:
        return None
    try:
        edited, how = _edited(state, (TopRange(count=top),), ranges)
    except ValueError:
        return None
    return _change(state, edited, how, _look(state, edited, ranges))


def make_current(state: SweepState, change: SpaceChange, at: float, who: str) -> list[Command]:
    """Search a new version of the space from now on; proposals outside it are given up.

    A finished sweep wakes if that leaves anything to propose.
    """
    version = _appended(state, change, at, who)
    state.exhausted = None
    for number in change.dropped:
        if number in state.waiting:
            drop(state, state.trials[number], at, f"lies outside version {version} of the space")
    commands: list[Command] = []
    for number in change.pruned:
        reason = f"pruned by {who}: lies outside version {version} of the space"
        commands += end_attempt(state, state.trials[number], Ending.PRUNED, reason)
    _take_warnings_back(state, change)
    if _has_more_to_propose(state):
        wake(state, at)
    return [*commands, WriteSpace(version=version)]


def _appended(state: SweepState, change: SpaceChange, at: float, who: str) -> int:
    before = state.space
    version = SpaceVersion(
        version=change.version,
        at=at,
        document=change.document,
        first_index=state.next_index,
        before=before.document if before is not None else None,
        who=who,
        sentence=change.sentence,
    )
    state.versions.append(version)
    return version.version


def _take_warnings_back(state: SweepState, change: SpaceChange) -> None:
    """An edge that has moved is crowded no more, as far as anybody knows."""
    changed = {c.parameter for c in change.changes}
    for code, warned in list(state.warnings.items()):
        if warned.suggestion is not None and warned.suggestion.parameter in changed:
            del state.warnings[code]


def _has_more_to_propose(state: SweepState) -> bool:
    limit, left = state.trials_limit, state.stage.left
    if state.limit is not None or (limit is not None and state.counted >= limit):
        return False
    return left is None or left > 0


def _edited(state: SweepState, edits: tuple[Edit, ...], ranges: Ranges) -> tuple[Edited, str]:
    """The edited space, and how it came about where that is no matter of single parameters.

    Raises ValueError.
    """
    assert state.space is not None
    document = state.space.document
    if not edits:
        raise ValueError("say what to change")
    if isinstance(edits[0], UseVersion) and len(edits) == 1:
        return _older(state, edits[0].version, ranges), f"as in version {edits[0].version}"
    configurations = (trial for trial in state.trials.values() if trial.repeat_of is None)
    best = [trial.params for trial in state.best_trials(len(state.trials), configurations)]
    edited = ranges.edited(document, state.versions[0].document, edits, best)
    tops = [e.count for e in edits if isinstance(e, TopRange)]
    return edited, box_of(min(max(tops), len(best))) if tops else ""


def _older(state: SweepState, wished: int, ranges: Ranges) -> Edited:
    newest = len(state.versions)
    if not 1 <= wished <= newest:
        there = "only version 1" if newest == 1 else f"versions 1 to {newest}"
        raise ValueError(f"the space has no version {wished}; there is {there}")
    document = state.versions[-1].document
    edited = ranges.difference(document, state.versions[wished - 1].document)
    if not edited.changes:
        raise ValueError(f"the space is as in version {wished} already")
    return edited


def _look(state: SweepState, edited: Edited, ranges: Ranges) -> _Seen:
    is_inside = ranges.inside(edited.document)
    finished = [t for t in state.trials.values() if is_final(t.state) and t.attempts]
    waiting = [state.trials[n] for n in state.waiting]
    running = [state.trials[n] for n in state.running]
    return _Seen(
        finished=len(finished),
        informative=sum(is_inside(t.params) for t in finished),
        dropped=tuple(t for t in waiting if _is_a_proposal(t) and not is_inside(t.params)),
        outside=tuple(t for t in running if _stays(t) and not is_inside(t.params)),
    )


def _is_a_proposal(trial: Trial) -> bool:
    """Whether the search made it and it never ran; what a person or a stage asked for stays."""
    return trial.counted and not trial.attempts and not trial.wanted and not trial.generation


def _stays(trial: Trial) -> bool:
    return not isinstance(trial.state, Running) or trial.state.ending in (None, Ending.PAUSED)


def _change(state: SweepState, edited: Edited, how: str, seen: _Seen) -> SpaceChange:
    return SpaceChange(
        version=state.space_version + 1,
        document=edited.document,
        changes=edited.changes,
        dropped=tuple(t.number for t in seen.dropped),
        sentence=told(edited, how, past=True),
    )


def _counts(state: SweepState, edited: Edited, seen: _Seen) -> SpacePreview:
    return SpacePreview(
        version=state.space_version + 1,
        changes=list(edited.changes),
        finished=seen.finished,
        informative=seen.informative,
        dropped=[t.name for t in seen.dropped],
        outside=[t.name for t in seen.outside],
    )


def _sentence(state: SweepState, act: EditSpace, edited: Edited, how: str, seen: _Seen) -> str:
    now = state.space_version
    dropped, outside = len(seen.dropped), len(seen.outside)
    fate = "pruned" if act.outside == "prune" else "kept"
    return together(
        f"{told(edited, how)} (v{now} to v{now + 1})",
        f"{seen.informative} of {plural(seen.finished, 'finished trial')} "
        f"stay{'s' * (seen.informative == 1)} informative"
        if seen.finished
        else "",
        f"{plural(dropped, 'waiting proposal')} {_are(dropped)} redrawn" if dropped else "",
        f"{plural(outside, 'running trial')} outside {_are(outside)} {fate}" if outside else "",
        stay_dropped(state) if isinstance(act.edits[0], UseVersion) else "",
        "" if dropped or _has_more_to_propose(state) else _nothing_more(state),
    )


def _nothing_more(state: SweepState) -> str:
    """Say why no proposal comes from the new ranges, and what brings some."""
    if state.limit is not None:
        return f"nothing more is proposed: {state.sentence}"
    if len(state.plan.stages) > 1:
        return f"stage {state.stage.plan.name} proposes nothing more: extend or repeat it"
    return "the limit of trials is reached: add trials, or extend the stage, to search there"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _refused(act: EditSpace, why: str) -> Prepared:
    return Prepared(act=act, preview=Preview(refused=why))
