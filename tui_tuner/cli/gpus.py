"""`tui-tuner gpus`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer

from engine.core.acts import UseGpus
from engine.errors import NotFoundError, UsageError
from engine.lifecycle import find_sweep
from engine.text import clean

from .arguments import DryRun, Json, Why
from .gpu_table import show_gpus
from .steering import Asked, steer_in_turn

CONTEXT = {"ignore_unknown_options": True}
"""-2 is a word here, not an option."""
_LABEL = re.compile(r"gpu\d+(:\d+)?")
How = Literal["checkpoint", "now", "end"]

GpuWords = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SWEEP] [-GPU] [+GPU]",
        help="-2 takes GPU 2 from the sweep, +2 gives it back; a GPU's UUID will do as well.",
    ),
]
NowOption = Annotated[bool, typer.Option("--now", help="Stop the trials there at once.")]
FinishOption = Annotated[bool, typer.Option("--finish", help="Let the trials there end first.")]
QuarantineOption = Annotated[
    bool, typer.Option("--quarantine", help="It is broken: stop its trials, until +GPU.")
]


class Wanted(NamedTuple):
    """What a person's words ask for: GPUs by index, label or UUID."""

    sweep: str | None
    taken: tuple[str, ...]
    given: tuple[str, ...]


def command(
    words: GpuWords = None,
    now: NowOption = False,
    finish: FinishOption = False,
    quarantine: QuarantineOption = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """List the GPUs; or take some from the sweep, and give it others.

    Trials on a GPU that is taken leave at their next epoch and go on elsewhere from their
    checkpoint.

    Example: tui-tuner gpus digits -2 +3 --why 'ann needs one'
    """
    wanted = words_of(words or [])
    acts = _acts(wanted, _how(now, finish, quarantine), quarantine)
    directory = _sweep_of(wanted)
    if acts:
        steer_in_turn(directory, acts, Asked(why, dry_run, json))
    elif now or finish or quarantine or dry_run or why:
        raise UsageError("say which GPU: -2 takes it from the sweep, +2 gives it back")
    else:
        show_gpus(directory, json=json)


def _sweep_of(wanted: Wanted) -> Path:
    """Find the sweep. Raises UsageError for a GPU without a sign that no sweep is called by."""
    try:
        return find_sweep(wanted.sweep)
    except NotFoundError as error:
        named = wanted.sweep or ""
        if _LABEL.fullmatch(label_of(named).lower()):
            hint = f"say -{named} to take a GPU, +{named} to give it back"
            raise UsageError(f"{error}; {hint}") from None
        if wanted.sweep is None:
            hint = "`tui-tuner doctor` lists the GPUs of this box"
            raise NotFoundError(f"{error}; {hint}") from None
        raise


def words_of(words: Sequence[str]) -> Wanted:
    """Tell the sweep from the GPUs. Raises UsageError for what is neither."""
    sweeps = [word for word in words if word[:1] not in ("-", "+")]
    for word in words:
        if word[:1] in ("-", "+") and (len(word) < 2 or word.startswith("--")):
            raise UsageError(f"{clean(word, limit=80)!r} names no GPU: say -2 or +2")
    if len(sweeps) > 1:
        extra = clean(sweeps[1], limit=80)
        raise UsageError(f"{extra!r}: say -{extra} to take a GPU, +{extra} to give it back")
    taken, given = (
        tuple(dict.fromkeys(label_of(word[1:]) for word in words if word[0] == sign))
        for sign in "-+"
    )
    for both in (gpu for gpu in taken if gpu in given):
        raise UsageError(f"{clean(both, limit=80)}: take it or give it back, not both")
    return Wanted(sweeps[0] if sweeps else None, taken, given)


def label_of(word: str) -> str:
    """Give what a GPU is called: gpu2 for 2, gpu2:1 for 2:1; a label or UUID as it is."""
    digits = word.replace(":", "", 1)
    return f"gpu{word}" if digits.isascii() and digits.isdigit() and word[0] != ":" else word


def _how(now: bool, finish: bool, quarantine: bool) -> How:
    if now + finish + quarantine > 1:
        raise UsageError("--now, --finish and --quarantine exclude each other")
    return "now" if now or quarantine else "end" if finish else "checkpoint"


def _acts(wanted: Wanted, how: How, quarantine: bool) -> list[UseGpus]:
    """GPUs are given first, so that trials which leave others find room."""
    acts = []
    if wanted.given:
        acts.append(UseGpus(gpus=wanted.given, use="include"))
    if wanted.taken:
        use: Literal["quarantine", "exclude"] = "quarantine" if quarantine else "exclude"
        acts.append(UseGpus(gpus=wanted.taken, use=use, how=how))
    elif how != "checkpoint" and wanted.given:
        raise UsageError("--now, --finish and --quarantine are for GPUs that are taken: -2")
    return acts
