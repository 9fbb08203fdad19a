"""Note: a person's words on trials."""

from __future__ import annotations

from engine.core.acts import Note, Preview
from engine.core.history import named
from engine.core.model import Trial
from engine.core.state import SweepState

from .base import Applied, By, Facts, Prepared, former_of, put_back, sort_out

LONGEST = 2000


def prepare(state: SweepState, act: Note, facts: Facts) -> Prepared:
    """Say which trials would carry the note."""
    text = act.text.strip()[:LONGEST]
    chosen = sort_out(state, act.trials, lambda trial: _why_not(trial, text))
    verb = "note" if text else "take the note away"
    quoted = f": {text}" if text else ""
    preview = Preview(
        done=chosen.names,
        skipped=chosen.skipped,
        sentence=f"{verb} on {named(chosen.done)}{quoted}" if chosen.done else "nothing to note",
        details={
            state.trials[n].name: f"in place of: {old}"
            for n in chosen.done
            if (old := state.trials[n].note)
        },
    )
    past = f"noted on {named(chosen.done)}{quoted}"
    if not text:
        past = f"took the note on {named(chosen.done)} away"
    return Prepared(act=Note(trials=chosen.done, text=text), preview=preview, past=past)


def apply(state: SweepState, act: Note, by: By) -> Applied:
    """Write the note."""
    former = [former_of(state.trials[number], "noted") for number in act.trials]
    for number in act.trials:
        state.trials[number].note = act.text or None
        state.changed.add(number)
    return Applied(inverse=put_back(former))


def _why_not(trial: Trial, text: str) -> str | None:
    if text == (trial.note or ""):
        return "says that already" if text else "has no note"
    return None
