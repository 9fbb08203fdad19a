"""The history: who decided what, why and when, as numbered decisions."""

from __future__ import annotations

from .acts import (
    Act,
    Add,
    AdvanceStage,
    Clone,
    Decision,
    EditSpace,
    Inverse,
    Prune,
    RepeatStage,
    Resume,
    StageEntry,
    Stop,
    Undo,
    UseGpus,
)
from .edits import SpaceChange
from .events import (
    Acted,
    AttemptEnded,
    AttemptFenced,
    EngineStarted,
    Event,
    LimitReached,
    Requeued,
    RoundEvolved,
    RungPromoted,
    StageEntered,
    SweepEnded,
    VerdictReached,
)
from .model import Lost, trial_name

ENGINE = "engine"

DECIDING = (
    "acted",
    "verdict_reached",
    "limit_reached",
    "stage_entered",
    "round_evolved",
    "rung_promoted",
    "engine_started",
    "sweep_ended",
    "attempt_ended",
    "attempt_fenced",
    "requeued",
)
"""The tags of the events that can become decisions."""


class History:
    """Numbers the decisions from 1, in the order of their events; a request sent twice is one."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self._requests: set[str] = set()

    def handle(self, event: Event) -> Decision | None:
        """Take the next event; give its decision, if it is one."""
        made = self._decide(event)
        if made is not None:
            self.decisions.append(made)
        return made

    def _decide(self, event: Event) -> Decision | None:
        match event:
            case Acted():
                return self._act(event)
            case VerdictReached(advisory=True, trial=number, rule=rule, sentence=sentence):
                text = f"{trial_name(number)}: {rule} would stop it: {sentence}"
                return self._new(event, rule, "advise", text, number)
            case VerdictReached(trial=number, rule=rule, sentence=sentence):
                return self._new(
                    event,
                    rule,
                    "stop",
                    f"{trial_name(number)} stopped by {rule}: {sentence}",
                    number,
                )
            case AttemptEnded(trial=number, exit=Lost(reason=reason)):
                return self._new(
                    event, ENGINE, "requeue", f"{trial_name(number)} lost: {reason}", number
                )
            case AttemptFenced(trial=number, attempt=n):
                text = f"{trial_name(number)} attempt {n} had never started, and was taken back"
                return self._new(event, ENGINE, "requeue", text, number)
            case Requeued(trials=trials, sentence=sentence):
                verb = "requeue" if trials else "quarantine"
                return self._new(event, ENGINE, verb, sentence, *trials)
            case LimitReached(limit=limit, sentence=sentence):
                text = f"{sentence}; no further trial is proposed"
                return self._new(event, ENGINE, f"limit {limit}", text)
            case StageEntered(entry=entry):
                return self._new(event, ENGINE, "stage", entry.sentence, *entry.promoted)
            case RungPromoted(trial=number, sentence=sentence):
                return self._new(event, "asha", "promote", sentence, number)
            case RoundEvolved(sentence=sentence):
                return self._new(event, ENGINE, "evolve", sentence, *_bred(event))
            case EngineStarted(resumed=True, pid=pid):
                return self._new(event, ENGINE, "resume", f"a new engine (pid {pid}) took over")
            case SweepEnded(state=state, sentence=sentence):
                return self._new(event, ENGINE, state, sentence)
        return None

    def _act(self, event: Acted) -> Decision | None:
        if event.request in self._requests:
            return None
        self._requests.add(event.request)
        act = event.act
        verb, sentence = describe(act)
        return self._new(
            event,
            event.who,
            verb,
            event.sentence or sentence,
            *touched(act),
            why=event.why,
            undoes=act.n if isinstance(act, Undo) else None,
        )

    def _new(
        self,
        event: Event,
        who: str,
        what: str,
        sentence: str,
        *trials: int,
        why: str | None = None,
        undoes: int | None = None,
    ) -> Decision:
        return Decision(
            n=len(self.decisions) + 1,
            at=event.at,
            who=who,
            what=what,
            trials=tuple(trial_name(t) for t in trials),
            why=why,
            sentence=sentence,
            undoes=undoes,
        )


def _bred(event: RoundEvolved) -> tuple[int, ...]:
    """The trials that a round of an evolution ends, has children of, and makes."""
    parents = [child.parent for child in event.children if child.parent is not None]
    children = [child.number for child in event.children]
    return tuple(dict.fromkeys([*(r.trial for r in event.replaced), *parents, *children]))


def touched(act: Act | Inverse) -> tuple[int, ...]:
    """The trials that an act names, makes, or puts back."""
    match act:
        case Clone(trial=parent, number=number):
            return (parent,) if number is None else (parent, number)
        case Add(number=number):
            return () if number is None else (number,)
        case EditSpace(change=SpaceChange(pruned=pruned, dropped=dropped)):
            return pruned + dropped
        case (
            AdvanceStage(entry=StageEntry(promoted=promoted))
            | RepeatStage(entry=StageEntry(promoted=promoted))
        ):
            return promoted
        case Undo(inverse=inverse):
            return touched(inverse) if inverse is not None else ()
    trials: tuple[int, ...] | int = getattr(act, "trials", ())
    return trials if isinstance(trials, tuple) else ()


def describe(act: Act) -> tuple[str, str]:
    """Give an act's verb, and its sentence in the past tense where the event tells none."""
    match act:
        case Prune(trials=trials, infeasible=True):
            return "prune", f"marked {named(trials)} infeasible"
        case Prune(trials=trials):
            return "prune", f"pruned {named(trials)}"
        case Stop(now=True):
            return "stop", "stopped everything at once; what ran waits to go on"
        case Stop():
            return "stop", "stopped starting trials; what runs may finish"
        case Resume():
            return "resume", "started trials again"
        case UseGpus(use=use, gpus=gpus):
            return use, f"{use} {', '.join(gpus)}"
    verb = str(act.__struct_config__.tag).replace("_", " ")
    return verb, verb


def named(trials: tuple[int, ...], most: int = 8) -> str:
    """List trials by name, the first few of many."""
    names = [trial_name(t) for t in trials[:most]]
    rest = len(trials) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest > 0 else "")
