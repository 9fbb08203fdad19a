"""`tui-tuner note`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.core.acts import Note
from engine.errors import UsageError

from .arguments import DryRun, Json, Where, Why, is_trial, sweep_and_trials
from .steering import Asked, demand_trials, steer

NoteWords = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SWEEP] TRIAL... TEXT", help="An empty TEXT takes the note away."),
]


def command(
    words: NoteWords = None,
    where: Where = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Write a note on trials; the table and `show` carry it.

    Example: tui-tuner note digits t0042 'loss spikes at the warm restart'
    """
    if not words:
        raise UsageError("say which trial and what to note: t0042 'looks odd'")
    head, text = split_text(words)
    sweep, trials = sweep_and_trials(head)
    demand_trials(trials, where)
    act = Note(trials=tuple(trials), text=text)
    steer(sweep, act, Asked(why, dry_run, json), where=where, trials=trials)


def split_text(words: list[str]) -> tuple[list[str], str]:
    """Tell the text from the sweep and the trials before it; it need not be quoted after a trial.

    The last word is text, whatever it looks like.
    """
    count = len(words) - 1
    trials = [i for i in range(count) if is_trial(words[i])]
    if trials:
        begin = trials[0]
        while begin < count and is_trial(words[begin]):
            begin += 1
        count = begin
    return words[:count], " ".join(words[count:])
