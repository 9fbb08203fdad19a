"""What is known of a trial besides its curves, whole: for the screen that is about it alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from engine.core.lineage import lineage_of
from engine.core.views import AttemptView
from engine.protocol.messages import CheckpointView, TrialDetail

from .line import Line, Run, crop, fit, plain, right, width_of, wrap
from .lineage_lines import lineage_lines
from .numbers import duration, short
from .pane import Scene
from .pane.facts import advice_lines, idle_lines, note_lines, origin_text, sentence, stage_lines
from .pane.history import decided
from .pane.parameters import compared_lines

_MOST_CHECKPOINTS = 8
_TAIL_LINES = 12
_TWO_COLUMNS = 74
_GAP = 2
_HEADS = ("n", "took", "outcome", "exit", "start", "pid", "device")


def trial_facts(scene: Scene, detail: TrialDetail | None, width: int) -> list[Line]:
    """Write every section, in lines of exactly `width` cells: two beside each other where wide."""
    checkpoints = detail.checkpoints if detail is not None else ()
    state, row, glyphs = scene.state, scene.row, scene.glyphs
    sections = [_state(scene, width)]
    if width >= _TWO_COLUMNS:
        left = (width - _GAP) * 9 // 20
        right = width - _GAP - left
        runs = _joined([_attempts(scene, right), _checkpoints(checkpoints, scene, right)], right)
        sections.append(_beside(compared_lines(state, row, left, glyphs), runs, left, width))
    else:
        sections.append(compared_lines(state, row, width, glyphs))
        sections += [_attempts(scene, width), _checkpoints(checkpoints, scene, width)]
    sections += [_decisions(scene, detail, width), _lineage(scene, width)]
    return _joined(sections, width)


def _joined(sections: Sequence[list[Line]], width: int) -> list[Line]:
    blank = crop((), width)
    return [line for section in sections if section for line in (*section, blank)][:-1]


def _beside(left: list[Line], right: list[Line], size: int, width: int) -> list[Line]:
    blank = crop((), size)
    pairs = zip_longest(left, right, fillvalue=())
    return [crop((*(one or blank), (" " * _GAP, ""), *two), width) for one, two in pairs]


def _state(scene: Scene, width: int) -> list[Line]:
    state, row, glyphs = scene.state, scene.row, scene.glyphs
    lines = [*note_lines(row, width, glyphs), *advice_lines(row, width, glyphs)]
    lines += idle_lines(row, scene.now, width, glyphs)
    role = "error" if row.state == "failed" else ""
    lines += [crop(((text, role),), width) for text in wrap(sentence(row), width, 4)]
    lines += [crop(((text, "dim"),), width) for text in wrap(origin_text(row, glyphs), width, 4)]
    return [*lines, *stage_lines(state, row, width, glyphs)]


def _attempts(scene: Scene, width: int) -> list[Line]:
    """A line an attempt, the newest first, in columns; below it what went wrong."""
    attempts = scene.row.attempt_list[::-1]
    if not attempts:
        return []
    rows = [_attempt_cells(scene, attempt) for attempt in attempts]
    sizes = [
        max(width_of(row[n]) for row in (_HEADS, *rows)) if any(row[n] for row in rows) else 0
        for n in range(len(_HEADS))
    ]
    for n in reversed(range(len(_HEADS))):
        if sum(size + 2 for size in sizes if size) - 1 > width:
            sizes[n] = 0
    lines = [_title("attempts", "", width), _in_columns(_HEADS, sizes, "head", width)]
    for attempt, cells in zip(attempts, rows, strict=True):
        lines.append(_in_columns(cells, sizes, "" if attempt is attempts[0] else "dim", width))
        lines += _trouble(attempt, width)
    return lines


def _attempt_cells(scene: Scene, attempt: AttemptView) -> tuple[str, ...]:
    took = duration((attempt.ended_at or scene.now) - attempt.started_at)
    return (
        str(attempt.n),
        took,
        plain(attempt.outcome or "running", 12),
        plain(attempt.exit or "", 20),
        plain(attempt.start or "", 10),
        str(attempt.pid or ""),
        plain(attempt.device, 12),
    )


def _in_columns(cells: Sequence[str], sizes: Sequence[int], role: str, width: int) -> Line:
    numbers = {0, 1, 5}
    texts = [
        right(text, size) if n in numbers else fit(text, size)
        for n, (text, size) in enumerate(zip(cells, sizes, strict=True))
        if size
    ]
    return crop(((" " + "  ".join(texts), role),), width)


def _trouble(attempt: AttemptView, width: int) -> list[Line]:
    told: list[Run] = []
    if attempt.note:
        told.append((plain(attempt.note, 300), "dim"))
    if attempt.leftover:
        names = ", ".join(plain(process, 60) for process in attempt.leftover[:6])
        told.append((f"would not die: {names}", "error"))
    tail = [part for part in attempt.tail.splitlines() if part.strip()][-_TAIL_LINES:]
    told += [(plain(part), "error") for part in tail]
    return [crop((("   ", ""), run), width) for run in told]


def _checkpoints(found: Sequence[CheckpointView], scene: Scene, width: int) -> list[Line]:
    """The newest first; the best of them is starred."""
    if not found:
        return []
    state, glyphs = scene.state, scene.glyphs
    values = [one.value for one in found if one.value is not None]
    best = (max if state.ordering.maximize else min)(values, default=None)
    newest = sorted(found, key=lambda one: one.step, reverse=True)
    shown = newest[:_MOST_CHECKPOINTS]
    size = max(width_of(str(one.step)) for one in shown)
    texts = [state.value_format.text(one.value) or glyphs.missing for one in shown]
    widest = max(map(width_of, texts))
    more = f"the newest of {len(found)}" if len(found) > len(shown) else ""
    lines = [_title("checkpoints", more, width)]
    for one, text in zip(shown, texts, strict=True):
        star = one.value is not None and one.value == best
        runs: list[Run] = [
            (f" {glyphs.best if star else ' '} ", "best"),
            (f"{right(str(one.step), size)}  {right(text, widest)}  ", "best" if star else ""),
            (_path(one.path, max(8, width - size - widest - 7)), "dim"),
        ]
        lines.append(crop(runs, width))
    return lines


def _path(path: str, room: int) -> str:
    """Keep the end of a path, which tells checkpoints apart."""
    text = plain(path, 1000)
    trimmed = text[text.rfind("trials/") :] if "trials/" in text else text
    return trimmed if width_of(trimmed) <= room else trimmed.rpartition("/")[2]


def _decisions(scene: Scene, detail: TrialDetail | None, width: int) -> list[Line]:
    every, name = scene.state.decisions, scene.row.id
    known = {one.n: one for one in detail.decisions} if detail is not None else {}
    known |= {one.n: one for one in every if name in one.trials}
    if not known:
        return []
    chosen = [known[n] for n in sorted(known)]
    title = _title("decisions", "", width)
    return [title, *decided(chosen, [*chosen, *every], width, scene.now, whole=True)]


def _lineage(scene: Scene, width: int) -> list[Line]:
    return lineage_lines(lineage_of(scene.row, scene.state.rows.get), width, scene.glyphs)


def _title(name: str, more: str, width: int) -> Line:
    return crop(((name, "bold"), (f"  {more}", "dim")), width)


def best_text(scene: Scene) -> str:
    """Write the best objective of the trial, and where it was reached."""
    row = scene.row
    if row.best is None:
        return ""
    at = f" at {short(row.best_step)}" if row.best_step is not None else ""
    return scene.state.value_format.text(row.best) + at
