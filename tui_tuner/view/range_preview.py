"""What an edit of the space would mean, in lines."""

from __future__ import annotations

from msgspec import Struct

from engine.core.edits import SpacePreview
from tui_tuner.keymap import key_of

from .glyphs import Glyphs
from .line import Line, Run, crop, pack, plain, text_of
from .range_editing import Editing
from .ranges import shape_text

LINES = 3


class Seen(Struct, frozen=True, kw_only=True):
    """The engine's last answer; `stale` while a newer one is on its way."""

    preview: SpacePreview | None = None
    error: str = ""
    stale: bool = False


def preview_lines(
    editing: Editing, seen: Seen, version: int, width: int, glyphs: Glyphs
) -> list[Line]:
    """Write three lines: what changes, what becomes of trials, which running ones are outside."""
    if not editing.edits():
        return _filled([((f" nothing is edited: {_hint(editing)}", "dim"),)], width)
    parts = [(5, _versions(version, glyphs)), *((1, part) for part in _changes(editing, glyphs))]
    first: Line = ((" ", ""), *pack(parts, width - 2))
    if seen.error:
        return _filled([first, ((f" {plain(seen.error, 400)}", "error"),)], width)
    if seen.preview is None:
        return _filled([first, ((" asking the engine what this would mean", "faint"),)], width)
    rest = [_trials(seen.preview, glyphs), _outside(seen.preview, editing, glyphs, width)]
    if seen.stale:
        rest = [((text_of(line), "faint"),) for line in rest]
    return _filled([first, *rest], width)


def _hint(editing: Editing) -> str:
    parameter = editing.parameter
    if parameter is None or parameter.numeric:
        return f"move a bracket, type a number, or {key_of('range_top')} for the ten best"
    if parameter.kind == "fixed":
        return f"{key_of('range_write')} writes another value"
    return (
        f"{key_of('range_toggle')} takes or leaves a choice, {key_of('range_write')} writes another"
    )


def _versions(version: int, glyphs: Glyphs) -> Line:
    return ((f"space v{version} {glyphs.to} v{version + 1}", "accent bold"),)


def _changes(editing: Editing, glyphs: Glyphs) -> list[Line]:
    found: list[Line] = []
    for parameter in editing.parameters:
        if editing.is_edited(parameter):
            wanted = shape_text(editing.shape(parameter), glyphs.ellipsis)
            name: Run = (f"{plain(parameter.name)} ", "dim")
            scale = editing.shape(parameter).scale
            other = f" ({scale})" if scale != parameter.now.scale else ""
            found.append((name, (plain(f"{wanted}{other}"), "")))
    return found


def _trials(preview: SpacePreview, glyphs: Glyphs) -> Line:
    runs: list[Run] = [(f" {preview.finished} finished: ", "dim")]
    inside = preview.informative
    if not preview.finished:
        runs = [(" no trial has finished yet", "dim")]
    elif inside == preview.finished:
        runs.append(("all stay informative", "bold"))
    else:
        runs += [(f"{inside} inside", "bold"), (f" stay{'s' * (inside == 1)} informative", "")]
    if preview.dropped:
        runs += [(glyphs.dot, "dim"), (f"{len(preview.dropped)} waiting redrawn", "")]
    else:
        runs.append((f"{glyphs.dot}nothing waiting is redrawn", "dim"))
    return tuple(runs)


def _outside(preview: SpacePreview, editing: Editing, glyphs: Glyphs, width: int) -> Line:
    count = len(preview.outside)
    if not count:
        return ((" no running trial is outside", "dim"),)
    named = ", ".join(preview.outside[:3]) + (f" and {count - 3} more" if count > 3 else "")
    keep = editing.outside == "keep"
    choice: Line = (
        (key_of("range_keep_outside"), "key"),
        (" keep", "accent bold" if keep else "dim"),
        (f"   {key_of('range_prune_outside')}", "key"),
        (" prune", "dim" if keep else "error bold"),
    )
    what: Line = ((f" {count} running outside", "warning"), (f" ({plain(named)})", "dim"))
    return pack([(2, what[:1]), (1, what[1:]), (3, choice)], width, gap=2)


def _filled(lines: list[Line], width: int) -> list[Line]:
    whole = [crop(line, width) for line in lines]
    return [*whole, *([crop((), width)] * (LINES - len(whole)))]
