"""What every steering verb does with its act: sends it, waits, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import asdict

from engine.client import Connection
from engine.core.acts import Act, Pause, Prune, Stop, UseGpus
from engine.core.edits import SpacePreview
from engine.errors import ActError, UsageError
from engine.protocol.messages import ActResult
from tui_tuner.view.line import plain

from .arguments import sweep_and_trials
from .boundary import INTERRUPTED, said
from .deeds import Deed, Gone, Outcome, Teller, check_trials, see_through
from .documents import print_json
from .reach import with_sweep
from .wording import named, took

MOST_DETAILS = 20


class Asked(NamedTuple):
    """How a person asked for an act: the options that all steering verbs share."""

    why: str | None
    dry_run: bool
    json: bool


def steer(
    sweep: Path,
    act: Act,
    asked: Asked,
    *,
    where: str | None = None,
    trials: Collection[int] = (),
) -> None:
    """Do an act, wait until what it ends is gone, and say what came of it.

    `trials` must be there. Raises NotFoundError, ActError where the act is refused or nothing fits
    it, TunerError; SystemExit where the person stopped waiting.
    """
    deed = Deed(act=act, why=asked.why, where=where, dry_run=asked.dry_run)
    outcome = _carried_out(sweep, deed, asked, trials)
    if asked.json:
        print_json(document(outcome))
    _conclude(deed, outcome)


def steer_in_turn(sweep: Path, acts: Sequence[Act], asked: Asked) -> None:
    """Do acts one after the other, as `steer` does one; as JSON they are one document.

    That has what was done in all, the last decision, and a document for each under `acts`.
    """
    deeds = [Deed(act=act, why=asked.why, dry_run=asked.dry_run) for act in acts]
    outcomes = []
    for deed in deeds:
        outcomes.append(outcome := _carried_out(sweep, deed, asked))
        if not asked.json:
            _conclude(deed, outcome)
    if asked.json:
        each = [document(outcome) for outcome in outcomes]
        lists = {key: [x for d in each for x in d[key]] for key in ("done", "skipped")}
        print_json(each[-1] | lists | ({"acts": each} if len(each) > 1 else {}))
        for deed, outcome in zip(deeds, outcomes, strict=True):
            _conclude(deed, outcome)


def _carried_out(sweep: Path, deed: Deed, asked: Asked, trials: Collection[int] = ()) -> Outcome:
    teller = Teller() if asked.json else Said(deed)

    async def do(connection: Connection) -> Outcome:
        await check_trials(connection, trials)
        return await see_through(connection, deed, sweep, teller)

    try:
        return with_sweep(sweep, do, read_only=False)
    except ActError as error:
        if asked.json:
            print_json({"done": [], "skipped": [], "decision": None, "refused": str(error)})
        raise


def _conclude(deed: Deed, outcome: Outcome) -> None:
    """Raise what an act came to that is no success."""
    if outcome.staying:
        said(f"{named(outcome.staying)} still {_leaving(deed.act)}")
        raise SystemExit(INTERRUPTED)
    if _came_to_nothing(deed, outcome.result):
        raise ActError(plain(outcome.result.sentence) or "nothing was done")


def steer_trials(
    words: Sequence[str] | None,
    make: Callable[[tuple[int, ...]], Act],
    asked: Asked,
    where: str | None,
) -> None:
    """Do to trials, named or filtered, what `make` makes of their numbers. Raises as `steer`."""
    sweep, trials = sweep_and_trials(words)
    demand_trials(trials, where)
    steer(sweep, make(tuple(trials)), asked, where=where, trials=trials)


def demand_trials(trials: Collection[int], where: str | None) -> None:
    """Raise UsageError where nobody said which trials."""
    if not trials and where is None:
        raise UsageError("say which trials: t0042 ..., or --where 'val_acc<0.6 epoch>5'")


def document(outcome: Outcome) -> dict[str, Any]:
    """What came of a deed, as JSON."""
    return asdict(outcome.result) | {"gone": outcome.gone, "staying": outcome.staying}


class Said(Teller):
    """Says what happens, as it happens."""

    def __init__(self, deed: Deed) -> None:
        self._deed = deed

    def done(self, result: ActResult) -> None:
        if not _came_to_nothing(self._deed, result):
            for line in report(result, self._deed):
                print(line, flush=True)
        for skipped in result.skipped:
            said(f"{skipped.id} left alone: {plain(skipped.why)}")

    def held_up(self, why: list[str]) -> None:
        for reason in why:
            said(plain(reason))
        if why:
            said("Ctrl-C ends the waiting, not the act")

    def waits(self, names: Collection[str]) -> None:
        act = self._deed.act
        if isinstance(act, Pause) or (isinstance(act, UseGpus) and act.how == "checkpoint"):
            what = "pause" if isinstance(act, Pause) else "act"
            how = f"Ctrl-C ends the waiting, not the {what}"
            said(f"{named(names)} still {_leaving(self._deed.act)} ({how})")

    def gone(self, gone: list[Gone]) -> None:
        for line in farewell(gone):
            print(line, flush=True)


def report(result: ActResult, deed: Deed) -> list[str]:
    """Say what was done, or would be, and what that means for each trial."""
    if deed.dry_run:
        return [f"would {plain(result.sentence)}", *_details(result.details)]
    if isinstance(deed.act, Prune | Stop):
        return [plain(result.past)]
    if isinstance(deed.act, Pause) and deed.act.how == "release":
        head = [f"pausing {named(result.done)}"]
    else:
        head = [plain(result.past), *_space(result.space)]
    return [*head, *_details(result.details), *_costs(result)]


def farewell(gone: list[Gone]) -> list[str]:
    """Say which trials have gone, and what stayed of them."""
    lines = []
    for state, again in dict.fromkeys((g.state, g.again) for g in gone):
        alike = [g for g in gone if (g.state, g.again) == (state, again) and not g.leftover]
        if alike:
            lines.append(_farewell(alike, state))
    lines += [
        f"{g.id} is {g.state}, but {', '.join(map(plain, g.leftover))} would not die: "
        f"slot {g.slot} stays closed until that is gone"
        for g in gone
        if g.leftover
    ]
    return lines


def _farewell(gone: list[Gone], state: str) -> str:
    names = named([g.id for g in gone])
    if state == "running" and gone[0].again:
        return f"{names} left after {took(max(g.after_s for g in gone))}, and runs elsewhere"
    if state == "running":
        return f"{names} goes on: its leaving was called off"
    slots = sorted(g.slot for g in gone if g.slot is not None)
    word = "paused" if state == "paused" else "gone"
    shown = ", ".join(map(str, slots))
    free = f", slot{'s' if len(slots) > 1 else ''} {shown} free" if slots else ""
    return f"{names} {word}{free} after {took(max(g.after_s for g in gone))}"


def _details(details: Mapping[str, str]) -> list[str]:
    lines = [f"  {name}  {plain(text)}" for name, text in list(details.items())[:MOST_DETAILS]]
    rest = len(details) - len(lines)
    return [*lines, f"  and {rest} more"] if rest > 0 else lines


def _space(space: SpacePreview | None) -> list[str]:
    """What a new version of the space leaves of what there is."""
    if space is None:
        return []
    lines = []
    if space.finished:
        lines.append(f"  {space.informative} of {space.finished} finished trials stay informative")
    if space.dropped:
        lines.append(f"  redrawn: {named(space.dropped)}")
    if space.outside:
        lines.append(f"  running outside: {named(space.outside)}")
    return lines


def _costs(result: ActResult) -> list[str]:
    if not result.slot_hours:
        return []
    verb = "saves" if (result.epochs or 0) < 0 else "takes"
    return [f"  {verb} about {took(result.slot_hours * 3600)} of one slot, at the pace so far"]


def _leaving(act: Act) -> str:
    if isinstance(act, UseGpus) and act.how == "checkpoint":
        return "there: leaves at its next epoch"
    return "pausing: leaves at its next epoch" if isinstance(act, Pause) else "being stopped"


def _came_to_nothing(deed: Deed, result: ActResult) -> bool:
    if not deed.dry_run:
        return result.decision is None
    return isinstance(getattr(deed.act, "trials", None), tuple) and not result.done
