"""The history: who decided what, why and when, as numbered decisions."""

from __future__ import annotations

from .acts import Act, Decision, Prune, Resume, Stop
from .events import (
    Acted,
    AttemptEnded,
    AttemptFenced,
    EngineStarted,
    Event,
    LimitReached,
    SweepEnded,
    VerdictReached,
)
from .model import Lost, trial_name

ENGINE = "engine"

DECIDING = (
    "acted",
    "verdict_reached",
    "limit_reached",
    "engine_started",
    "sweep_ended",
    "attempt_ended",
    "attempt_fenced",
)
"""The tags of the events that can become decisions."""


class History:
    """Numbers the decisions from 1, in the order of their events."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []

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
                text = f"{trial_name(number)} attempt {n} had never started; it waits again"
                return self._new(event, ENGINE, "requeue", text, number)
            case LimitReached(limit=limit, sentence=sentence):
                return self._new(event, ENGINE, f"limit {limit}", sentence)
            case EngineStarted(resumed=True, pid=pid):
                return self._new(event, ENGINE, "resume", f"a new engine (pid {pid}) took over")
            case SweepEnded(state=state, sentence=sentence):
                return self._new(event, ENGINE, state, sentence)
        return None

    def _act(self, event: Acted) -> Decision:
        verb, sentence = describe(event.act)
        trials = getattr(event.act, "trials", ())
        return self._new(event, event.who, verb, sentence, *trials, why=event.why)

    def _new(
        self, event: Event, who: str, what: str, sentence: str, *trials: int, why: str | None = None
    ) -> Decision:
        return Decision(
            n=len(self.decisions) + 1,
            at=event.at,
            who=who,
            what=what,
            trials=tuple(trial_name(t) for t in trials),
            why=why,
            sentence=sentence,
        )


def describe(act: Act) -> tuple[str, str]:
    """Give an act's verb and its sentence in the past tense."""
    match act:
        case Prune(trials=trials):
            return "prune", f"pruned {named(trials)}"
        case Stop(now=True):
            return "stop", "stopped everything at once; what ran waits to go on"
        case Stop():
            return "stop", "stopped starting trials; what runs may finish"
        case Resume():
            return "resume", "started trials again"


def named(trials: tuple[int, ...], most: int = 8) -> str:
    """List trials by name, the first few of many."""
    names = [trial_name(t) for t in trials[:most]]
    rest = len(trials) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest > 0 else "")
