"""Follows trials that were asked to go, until their processes are gone and their slots free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.core.acts import Act, EditSpace, Pause, Prune, Stop, Undo, UseGpus
from engine.protocol.messages import ActResult
from tui_tuner.view.line import listed, plain
from tui_tuner.view.numbers import duration
from tui_tuner.view_state import TrialView

_SHOWS_AFTER_S = 5.0
_WORDS = {"paused": "paused", "running": "goes on elsewhere"}
"""What people call the state a trial left its slot for; any other is gone."""


class Place(Struct, frozen=True, order=True):
    """A slot, or what a trial had of the GPUs that are named."""

    slot: int
    gpus: str = ""
    part: bool = False

    @classmethod
    def of(cls, row: TrialView) -> Place:
        """Where a trial is."""
        gpus = plain(row.device or "", 60) if row.gpus else ""
        return cls(row.slot or 0, gpus, 0 < row.gpus < 1)

    @property
    def called(self) -> str:
        """What people call it."""
        return f"{'a part of ' * self.part}{self.gpus}" if self.gpus else f"slot {self.slot}"


class Leaving(Struct, frozen=True):
    """A trial that was asked to go: when, and the slot it held, or the GPUs.

    `surely`: the act ends it, rather than perhaps.
    """

    since: float
    place: Place
    attempt: int
    surely: bool

    def is_forgotten(self, now: float) -> bool:
        """Whether it would show by now if the act ended it."""
        return not self.surely and now - self.since > _SHOWS_AFTER_S


class Gone(Struct, frozen=True):
    """A trial that left its slot, after so many seconds, and the processes that would not die."""

    name: str
    word: str
    place: Place
    took_s: float
    leftover: tuple[str, ...] = ()


class Departures:
    """Holds the trials that were asked to go until they are gone."""

    def __init__(self) -> None:
        self._leaving: dict[str, Leaving] = {}

    def expect(
        self, act: Act, result: ActResult, rows: Mapping[str, TrialView], since: float
    ) -> None:
        """Follow what an act asked to go; `rows` are the trials as they were before it."""
        for name in _asked_to_go(act, result):
            row = rows.get(name)
            if row is not None and row.slot is not None:
                self._leaving[name] = Leaving(
                    since, Place.of(row), row.attempts, not isinstance(act, Undo)
                )

    def settled(self, rows: Mapping[str, TrialView], now: float) -> list[str]:
        """Say which are gone now, each once: those that went well together, then each that did
        not."""
        gone: list[Gone] = []
        for name in list(self._leaving):
            row = rows.get(name)
            if row is None:
                continue
            if row.slot is None or row.attempts > self._leaving[name].attempt:
                gone.append(_gone(row, self._leaving.pop(name), now))
            elif row.ending is None and self._leaving[name].is_forgotten(now):
                del self._leaving[name]
        clean = [one for one in gone if not one.leftover]
        words = sorted({one.word for one in clean})
        said = [_farewell([one for one in clean if one.word == word]) for word in words]
        return said + [_left_behind(one) for one in gone if one.leftover]


def _asked_to_go(act: Act, result: ActResult) -> Sequence[str]:
    match act:
        case Pause(how="hold"):
            return ()
        case UseGpus(use="include") | UseGpus(how="end"):
            return ()
        case Prune() | Pause() | Stop(now=True) | EditSpace(outside="prune") | UseGpus() | Undo():
            return result.done
    return ()


def _gone(row: TrialView, leaving: Leaving, now: float) -> Gone:
    meant = (a for a in row.attempt_list if a.n == leaving.attempt)
    last = next(meant, row.attempt_list[-1] if row.attempt_list else None)
    ended = last.ended_at if last is not None and last.ended_at is not None else now
    return Gone(
        name=row.id,
        word=_WORDS.get(row.state, "gone"),
        place=leaving.place,
        took_s=max(0.0, ended - leaving.since),
        leftover=tuple(last.leftover) if last is not None else (),
    )


def _farewell(gone: Sequence[Gone]) -> str:
    freed = _listed(sorted({one.place for one in gone}))
    took_s = max(one.took_s for one in gone)
    took = f"{took_s:.1f} s" if took_s < 60 else duration(took_s)
    names = listed([one.name for one in gone])
    return f"{names} {gone[0].word}, {freed} free after {took}"


def _listed(places: Sequence[Place]) -> str:
    if any(place.gpus for place in places):
        return listed(list(dict.fromkeys(place.called for place in places)))
    slots = listed([str(place.slot) for place in places])
    return f"slot{'s' * (len(places) > 1)} {slots}"


def _left_behind(gone: Gone) -> str:
    names = ", ".join(plain(process, 60) for process in gone.leftover[:3])
    more = f" and {len(gone.leftover) - 3} more" if len(gone.leftover) > 3 else ""
    left = f"{gone.name}: {names}{more} would not die"
    return f"{left}; {gone.place.called} stays closed until it does"
