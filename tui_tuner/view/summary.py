"""The lines around the table: the sweep, its devices, what needs attention, what is going on."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from engine.core.views import ProposerView, SweepView
from tui_tuner.keymap import key_of
from tui_tuner.view_state import FINAL, ViewState

from .glyphs import STATE_ROLES, Glyphs
from .line import Line, crop, fit, line_width, pack, plain, width_of
from .numbers import duration, short, value_format

_WORDS = {"running": "run", "waiting": "wait", "complete": "done"}
_STATE_ROLES = {"running": "accent", "dead": "error", "finished": "best", "stopped": "warning"}


_ROOMY = 110
_NARROW = 60
_QUIET = ("live", "stored")
"""Links that a narrow header need not mention: the banner tells of all others."""

_ORDER = ("running", "paused", "waiting", "complete", "pruned", "failed")

Proposing = Callable[[ProposerView, str, Glyphs], str]


class LinkState(Struct, frozen=True):
    """How the viewer hears of the sweep: connecting, live, stored (from the database) or lost.

    `since` is when that began, in seconds since the Unix epoch; `error` is the last complaint.
    `trip_s` is how long an answer takes, in tenths of a second; 0.0 where that is not worth a word.
    """

    phase: str = "connecting"
    since: float = 0.0
    error: str = ""
    trip_s: float = 0.0


class Surroundings(Struct, frozen=True):
    """What the lines depend on besides the sweep."""

    title: str
    link: LinkState
    glyphs: Glyphs
    now: float
    read_only: bool = False
    can_restart: bool = False


def sweep_line(state: ViewState, around: Surroundings, width: int) -> Line:
    """The header: name, state, best, counts, elapsed, ETA, and the link at the right edge."""
    link = () if width < _NARROW and around.link.phase in _QUIET else (*_link(around), (" ", ""))
    room = width - line_width(link)
    called = plain(state.sweep.name if state.sweep else around.title, 40)
    parts: list[tuple[int, Line]] = [(8, ((fit(called, max(8, width // 4)).rstrip(), "bold"),))]
    if state.sweep is not None:
        roomy = width >= _ROOMY
        counts = (_counts if roomy else _short_counts)(state, around.glyphs)
        propose = _proposer if roomy else _short_proposer
        parts += _sweep_parts(state, state.sweep, around, counts, propose)
    packed = pack(parts, room - 2, gap=3 if width >= _ROOMY else 2)
    return (*crop(((" ", ""), *packed), room), *link)


def _sweep_parts(
    state: ViewState, sweep: SweepView, around: Surroundings, counts: Line, propose: Proposing
) -> list[tuple[int, Line]]:
    glyphs = around.glyphs
    shown = plain(sweep.state)
    parts: list[tuple[int, Line]] = [
        (9, ((f"{glyphs.mark} {shown}", _STATE_ROLES.get(sweep.state, "")),))
    ]
    if sweep.stage and sweep.stage != "main" and len(sweep.stages) < 2:
        parts.append((3, ((plain(sweep.stage, 20), ""),)))
    if sweep.best is not None:
        text = state.value_format.text(sweep.best.value)
        where = f" {sweep.best.trial}"
        parts.append((3, ((plain(sweep.metric.name, 20), ""),)))
        parts.append((10, (("best ", "dim"), (text, "best"), (where, "best"))))
    parts.append((6, counts))
    if sweep.proposer is not None and not state.ended:
        parts.append((4, ((propose(sweep.proposer, sweep.method, glyphs), "dim"),)))
    if sweep.trials_limit:
        ended = sum(state.counts.get(word, 0) for word in FINAL)
        done = ended if sweep.trials_done is None else sweep.trials_done
        parts.append((2, ((f"{done}/{sweep.trials_limit} trials", "dim"),)))
    parts.append((3, ((duration(state.elapsed_s(around.now)), ""),)))
    if sweep.eta_s is not None and not state.ended:
        parts.append((5, (("ETA ", "dim"), (duration(sweep.eta_s), ""))))
    return parts


def _proposer(proposer: ProposerView, method: str, glyphs: Glyphs) -> str:
    """What proposes now, in few cells: 'tpe · 34 obs', 'tpe · start-up', 'halton for tpe'."""
    name = plain(proposer.method, 12)
    if proposer.startup:
        return f"{name}{glyphs.dot}start-up"
    if proposer.method != method and (proposer.fallback or proposer.observations):
        name = f"{name} for {plain(method, 12)}"
    return f"{name}{glyphs.dot}{proposer.observations} obs" if proposer.observations else name


def _short_proposer(proposer: ProposerView, method: str, glyphs: Glyphs) -> str:
    """The same where room is short: 'tpe 34', 'start-up', 'halton'."""
    if proposer.startup:
        return "start-up"
    return f"{plain(proposer.method, 12)} {proposer.observations or ''}".rstrip()


def _counts(state: ViewState, glyphs: Glyphs) -> Line:
    runs: list[tuple[str, str]] = []
    for name in _ORDER:
        if count := state.counts.get(name):
            if runs:
                runs.append((glyphs.dot, "faint"))
            runs.append((f"{count} {_WORDS.get(name, name)}", STATE_ROLES[name]))
    return tuple(runs)


def _short_counts(state: ViewState, glyphs: Glyphs) -> Line:
    runs: list[tuple[str, str]] = []
    for name in _ORDER:
        if count := state.counts.get(name):
            runs += [(f"{glyphs.states[name]} {count}", STATE_ROLES[name]), ("  ", "")]
    return tuple(runs[:-1])


def _link(around: Surroundings) -> Line:
    phase = around.link.phase
    if phase == "live" and around.link.trip_s:
        return ((f"link {around.link.trip_s:.1f}s", "warning"),)
    if phase == "live":
        return (("read-only" if around.read_only else "live", "dim"),)
    return ((phase, "warning" if phase != "stored" else "dim"),)


def warning_line(state: ViewState, around: Surroundings, width: int) -> Line | None:
    """The newest warning, and how many there are; None where there is none.

    What comes with a suggestion has a line of its own.
    """
    if state.sweep is None:
        return None
    advised = {suggestion.text for suggestion in state.sweep.suggestions}
    warnings = [text for text in state.sweep.warnings if text not in advised]
    if not warnings:
        return None
    count = f" ({len(warnings)})" if len(warnings) > 1 else ""
    text = f" {around.glyphs.warning}{count} {plain(warnings[-1], 1000)}"
    return ((fit(text, width), "warning"),)


def suggestion_line(state: ViewState, around: Surroundings, width: int) -> Line | None:
    """The border check's newest advice, and the key that takes it; None where there is none."""
    suggestions = state.sweep.suggestions if state.sweep is not None else []
    if not suggestions:
        return None
    newest = suggestions[-1]
    count = f" ({len(suggestions)})" if len(suggestions) > 1 else ""
    edge = newest.high if newest.edge == "upper" else newest.low
    offer: Line = (
        ("  ", ""),
        (f"Widen to {short(edge)}?  ", "warning"),
        (key_of("widen"), "key"),
        (" ", ""),
    )
    if around.read_only:
        offer = ()
    left = width - line_width(offer)
    said = plain(newest.text, 1000).partition("; widen to")[0]
    text = f" {around.glyphs.warning}{count} {said}"
    shown = fit(text, min(left, width_of(text)))
    return crop(((shown, "warning"), *offer), width)


def banner_line(state: ViewState, around: Surroundings, width: int) -> Line | None:
    """What is out of the ordinary, and what to do about it; None while all is well."""
    text, role = _banner(state, around)
    return ((fit(f" {text}", width), role),) if text else None


def _banner(state: ViewState, around: Surroundings) -> tuple[str, str]:
    link, sweep = around.link, state.sweep
    if link.phase == "lost":
        waited = duration(around.now - link.since)
        why = f" ({plain(link.error, 120)})" if link.error else ""
        return f"no answer from the engine for {waited}; trying again; trials go on{why}", "alarm"
    if sweep is None:
        return (plain(link.error, 300), "alarm") if link.error else ("", "")
    if sweep.state == "dead":
        how = (
            f"press {key_of('schedule')} to start it again"
            if around.can_restart and not around.read_only
            else f"`tui-tuner resume {plain(around.title)}` starts it again"
        )
        running = "; its trials go on" if state.counts.get("running") else ""
        return f"the engine is gone: {how}{running}; this is what is stored", "alarm"
    if state.ended:
        return _ending(sweep, around), "done"
    if sweep.state in ("stopping", "paused") and sweep.sentence:
        return plain(sweep.sentence, 300), "notice"
    return "", ""


def _ending(sweep: SweepView, around: Surroundings) -> str:
    name = plain(around.title)
    why = plain(sweep.sentence, 200) or f"the sweep is {plain(sweep.state)}"
    if sweep.best is None:
        metric = plain(sweep.metric.name, 40)
        return f"{why}; no trial reported {metric}: {key_of('log')} shows a trial's output"
    if sweep.state == "stopped":
        return (
            f"{why}; {key_of('schedule')} goes on with it; `tui-tuner best {name}` prints the best"
        )
    if sweep.winner:
        return f"{why}; {plain(sweep.winner, 200)}: `tui-tuner best {name} --yaml`"
    value = value_format(sweep.best.value).text(sweep.best.value)
    return f"{why}; best {value} by {sweep.best.trial}: `tui-tuner best {name} --yaml`"


def empty_lines(state: ViewState, around: Surroundings) -> list[str]:
    """What an empty table says instead."""
    if state.sweep is None:
        if around.link.phase == "connecting":
            return [f"connecting to {plain(around.title, 60)}"]
        return ["nothing has been heard of this sweep yet"]
    if state.rows:
        text = state.ordering.filter.text if state.ordering.filter else ""
        return [
            f"none of {len(state.rows)} trials matches {plain(text, 80)}",
            f"{key_of('back')} clears the filter",
        ]
    if state.ended:
        return ["this sweep ended before its first trial", plain(state.sweep.sentence, 200)]
    method = plain(state.sweep.method, 30) or "the search method"
    return ["no trials yet", f"{method} is proposing the first; they appear here as they start"]
