"""What is worth saying when the state of a sweep has changed: pure, in one line a push.

A trial that betters its own best is no news: the header shows it. What the person did is said by
the act itself, and rings nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from engine.core.acts import Decision
from engine.core.views import BestView
from tui_tuner.keymap import key_of
from tui_tuner.view_state import FINAL, TrialView, ViewState

from .device_notices import device_news
from .glyphs import Glyphs
from .line import plain
from .range_points import INFEASIBLE

_MOST_DEEDS = 3
_LONGEST = 200


class Notice(Struct, frozen=True, kw_only=True):
    """A line for the person. `glyph` stands before it; `rings` where it is worth a bell."""

    text: str
    glyph: str = ""
    role: str = "notice"
    rings: bool = False


def notices(
    before: ViewState,
    after: ViewState,
    changed: Iterable[str],
    decisions: Sequence[Decision],
    who: str,
    glyphs: Glyphs,
) -> list[Notice]:
    """Give what is new since `before`, the most pressing first. `changed` names the trials that
    may be another than they were, `who` is the person that reads it."""
    if before.sweep is None or after.sweep is None:
        return []
    pairs = [(before.rows.get(name), after.rows[name]) for name in dict.fromkeys(changed)]
    found = [
        _ended(before, after, decisions, who, glyphs),
        *_of_gpus(before, after, who, glyphs),
        _failed(pairs, glyphs),
        _suggested(before, after, glyphs),
        _advised(pairs, glyphs),
        _new_best(before, after, glyphs),
        _deeds(decisions, who),
    ]
    return [notice for notice in found if notice is not None]


def meanwhile(before: ViewState, after: ViewState, glyphs: Glyphs) -> list[Notice]:
    """Give what ended while nothing was heard of the sweep: the sweep, or so many trials."""
    if before.sweep is None or after.sweep is None:
        return []
    if ended := _ended(before, after, (), "", glyphs):
        return [ended]
    names = [name for name, row in after.rows.items() if row.state in FINAL]
    fresh = [name for name in names if _state(before.rows.get(name)) not in FINAL]
    if not fresh:
        return []
    failed = sum(after.rows[name].state == "failed" for name in fresh)
    plural = "s" * (len(fresh) > 1)
    text = f"meanwhile {len(fresh)} trial{plural} ended"
    role = "notice"
    if failed:
        text, role = f"{text}, {failed} of them failed", "error"
    if (best := _new_best(before, after, glyphs)) is not None:
        text = f"{text}; {best.text}"
    return [Notice(text=text, glyph=glyphs.states["complete"], role=role)]


def merged(found: Sequence[Notice]) -> Notice | None:
    """Say all of it in one line, in the role and with the glyph of the most pressing."""
    if not found:
        return None
    return Notice(
        text="; ".join(notice.text for notice in found),
        glyph=found[0].glyph,
        role=found[0].role,
        rings=any(notice.rings for notice in found),
    )


def _state(row: TrialView | None) -> str:
    return row.state if row is not None else ""


def _ended(
    before: ViewState, after: ViewState, decisions: Sequence[Decision], who: str, glyphs: Glyphs
) -> Notice | None:
    assert before.sweep is not None
    assert after.sweep is not None
    if after.sweep.state == "dead" and before.sweep.state != "dead":
        running = "; its trials go on" if after.counts.get("running") else ""
        text = f"the engine is gone{running}"
        return Notice(text=text, glyph=glyphs.warning, role="alarm", rings=True)
    if not after.ended or before.ended:
        return None
    why = plain(after.sweep.sentence, _LONGEST) or f"the sweep is {plain(after.sweep.state)}"
    best = after.sweep.best
    if best is not None:
        why = f"{why}; best {after.value_format.text(best.value)} by {plain(best.trial, 20)}"
    own = after.sweep.state == "stopped" and _last_stop(after, decisions) == who != ""
    return Notice(text=why, glyph=glyphs.states["complete"], role="done", rings=not own)


def _last_stop(after: ViewState, decisions: Sequence[Decision]) -> str:
    """Who stopped the sweep last, if a person did."""
    told = [d for d in (*after.decisions, *decisions) if d.what == "stop" and "@" in d.who]
    return told[-1].who if told else ""


def _of_gpus(before: ViewState, after: ViewState, who: str, glyphs: Glyphs) -> list[Notice]:
    return [
        Notice(
            text=news.text,
            glyph=glyphs.warning if news.grave else "",
            role="error" if news.grave else "notice",
            rings=news.grave,
        )
        for news in device_news(before, after, who)
    ]


def _failed(pairs: Sequence[tuple[TrialView | None, TrialView]], glyphs: Glyphs) -> Notice | None:
    rows = [row for old, row in pairs if row.state == "failed" and _state(old) != "failed"]
    if not rows:
        return None
    newest = max(rows, key=lambda row: (row.ended_at or 0.0, row.id))
    said = _why(newest)
    if len(rows) == 1:
        text = f"{plain(newest.id, 20)} failed: {said}"
    else:
        text = f"{len(rows)} trials failed, the newest {plain(newest.id, 20)}: {said}"
    rings = any(row.failure not in INFEASIBLE for row in rows)
    return Notice(text=text, glyph=glyphs.states["failed"], role="error", rings=rings)


def _why(row: TrialView) -> str:
    """The kind of a failure, and the last line that its script wrote, or the reason."""
    kind = plain(row.failure or "error", 40)
    tail = row.attempt_list[-1].tail if row.attempt_list else ""
    lines = [line for line in tail.splitlines() if line.strip()]
    last = plain((lines[-1] if lines else row.reason or "").strip(), _LONGEST)
    return last if last.startswith(kind) else f"{kind}, {last}" if last else kind


def _suggested(before: ViewState, after: ViewState, glyphs: Glyphs) -> Notice | None:
    assert before.sweep is not None
    assert after.sweep is not None
    known = {suggestion.code for suggestion in before.sweep.suggestions}
    fresh = [one for one in after.sweep.suggestions if one.code not in known]
    if not fresh:
        return None
    said = plain(fresh[-1].text, _LONGEST).partition("; widen to")[0]
    text = f"{said}: {key_of('widen')} widens it"
    return Notice(text=text, glyph=glyphs.warning, role="notice", rings=True)


def _advised(pairs: Sequence[tuple[TrialView | None, TrialView]], glyphs: Glyphs) -> Notice | None:
    rows = [
        row
        for old, row in pairs
        if row.advice and row.state not in FINAL and (old is None or old.advice is None)
    ]
    if not rows:
        return None
    newest = rows[-1]
    advice = plain(newest.advice or "", _LONGEST)
    text = f"{plain(newest.id, 20)}: {advice}: {key_of('prune')} prunes it"
    if len(rows) > 1:
        text = f"rules would stop {len(rows)} trials, the newest {text}"
    return Notice(text=text, glyph=glyphs.advice, role="notice", rings=True)


def _new_best(before: ViewState, after: ViewState, glyphs: Glyphs) -> Notice | None:
    assert before.sweep is not None
    assert after.sweep is not None
    old, new = before.sweep.best, after.sweep.best
    if new is None or (
        old is not None and (old.trial == new.trial or not _better(old, new, after))
    ):
        return None
    value, name = after.value_format.text(new.value), plain(new.trial, 20)
    if old is None:
        return Notice(text=f"first value {value} by {name}", glyph=glyphs.best)
    by = after.value_format.text(abs(new.value - old.value))
    text = f"new best {value} by {name}, {by} better"
    return Notice(text=text, glyph=glyphs.best, role="notice", rings=True)


def _better(old: BestView, new: BestView, state: ViewState) -> bool:
    return new.value > old.value if state.ordering.maximize else new.value < old.value


def _deeds(decisions: Sequence[Decision], who: str) -> Notice | None:
    """Say what other people did, and how the engine went on to another stage."""
    told = [
        f"{plain(decision.who, 40)}: {plain(decision.sentence, 300)}"
        for decision in decisions
        if ("@" in decision.who and who and decision.who != who) or decision.what == "stage"
    ]
    return Notice(text="; ".join(told[-_MOST_DEEDS:])) if told else None
