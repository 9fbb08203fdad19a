"""The screen of the space: the picture a person has turned to, with what explains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tui_tuner.keymap import key_of

from .glyphs import Glyphs
from .insight import Insight, Learnt
from .insight_lines import TRENDS, best_text, share_text
from .line import Line, Run, crop, fit, pack, plain, right, width_of
from .numbers import ValueFormat
from .ranges import Parameter, shape_text
from .space_coverage import coverage_line, pair_lines
from .space_glyphs import DOT_NAMES, DOT_ROLES, space_glyphs
from .space_look import Look
from .space_panels import Sheet, arrange, joined
from .space_parallel import axes_that_fit, parallel_lines
from .space_scatter import scatter_lines
from .space_trials import BEST, COMPLETE, FAILED, Trials

_NAME = 18

Block = Callable[[str, int, int], Sequence[Line]]
"""Draws the panel of a parameter, its title left out, in so many lines of so many cells."""


class Known(Struct, frozen=True, kw_only=True):
    """What the pictures are of: the parameters, those that matter most first, and the trials."""

    found: Insight = Insight()
    trials: Trials = Trials()
    values: ValueFormat = ValueFormat()

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters in the order they are shown."""
        return [one.parameter for one in self.found.learnt]


def space_lines(
    known: Known, look: Look, width: int, height: int, glyphs: Glyphs, blocks: Block
) -> list[Line]:
    """Draw it in exactly `height` lines of `width` cells."""
    if not known.parameters:
        text = "  nothing is searched: every parameter is fixed"
        return [crop(((text, "dim"),), width), *[crop((), width)] * (height - 1)][:height]
    below = [_about(known, look, width, glyphs), _legend(known, look, width, height, glyphs)]
    below = below[: max(0, height - 6)]
    body = _body(known, look, width, height - len(below), glyphs, blocks)
    body += [crop((), width)] * (height - len(below) - len(body))
    return [*body[: height - len(below)], *below]


def sheet_of(known: Known, look: Look, width: int, height: int) -> Sheet | None:
    """Say how the room is shared; None where the picture is one."""
    height -= min(2, max(0, height - 6))
    if look.picture == "parallel" or (look.large and look.picture == "scatter"):
        return None
    if look.picture == "scatter":
        return arrange(len(known.parameters), width, height)
    if look.large:
        return arrange(max(1, len(known.parameters) - 1), width, height)
    return Sheet(across=1, down=max(1, height - 1), width=width, height=1)


def _body(
    known: Known, look: Look, width: int, height: int, glyphs: Glyphs, blocks: Block
) -> list[Line]:
    names = [p.name for p in known.parameters]
    if look.picture == "parallel":
        return _parallel(known, look, (width, height), glyphs)
    if look.large and look.picture == "scatter":
        one = known.found.learnt[look.at]
        return [
            _title(one, width, glyphs, at_cursor=True),
            *blocks(names[look.at], width, height - 1),
        ]
    sheet = sheet_of(known, look, width, height + min(2, height))
    assert sheet is not None
    if look.picture == "coverage" and not look.large:
        return _coverage(known, look, sheet, width, glyphs, blocks)
    shown = [n for n in range(len(names)) if not look.large or n != look.at]
    first = 0 if look.large else sheet.first(look.at)
    panels = []
    for n in shown[first : first + sheet.page]:
        one, pairs = known.found.learnt[n], look.picture == "coverage"
        title = _title(one, sheet.width, glyphs, at_cursor=n == look.at, alone=pairs)
        panels.append([title, *blocks(names[n], sheet.width, sheet.height - 1)])
    return joined(panels, sheet, width, height)


def panel_lines(
    known: Known, look: Look, name: str, size: tuple[int, int], glyphs: Glyphs
) -> list[Line]:
    """Draw the panel of a parameter, its title left out: a scatter, or its pairs with another."""
    by_name = {p.name: p for p in known.parameters}
    trials = replace(known.trials, span=known.trials.near) if look.near else known.trials
    if look.picture == "coverage" and not look.large:
        return [coverage_line(by_name[name], known.trials, size[0], glyphs)]
    if look.picture == "coverage":
        at_cursor = known.parameters[look.at]
        return pair_lines(by_name[name], at_cursor, known.trials, size, glyphs)
    return scatter_lines(by_name[name], trials, known.values, size, glyphs)


def _parallel(known: Known, look: Look, size: tuple[int, int], glyphs: Glyphs) -> list[Line]:
    most = axes_that_fit(size[0])
    first = look.at // most * most
    chosen = known.parameters[first : first + most]
    name = known.parameters[look.at].name
    trials = replace(known.trials, span=known.trials.near) if look.near else known.trials
    return parallel_lines(chosen, name, trials, known.values, size, glyphs)


def _coverage(
    known: Known, look: Look, sheet: Sheet, width: int, glyphs: Glyphs, blocks: Block
) -> list[Line]:
    names = min(_NAME, max(8, width // 5))
    first = sheet.first(look.at)
    lines = [
        crop(((f"   tried by {len(known.trials.tried)} trials, over each range", "head"),), width)
    ]
    for n, parameter in enumerate(known.parameters[first : first + sheet.page], first):
        at_cursor = n == look.at
        pointer = glyphs.cursor if at_cursor else " "
        name = fit(plain(parameter.name), names)
        head: list[Run] = [
            (f"{pointer} ", "accent"),
            (f"{name} ", "sorted" if at_cursor else "bold"),
        ]
        (body,) = blocks(parameter.name, max(1, width - names - 3), 1)
        lines.append(crop((*head, *body), width))
    return lines


def _title(
    one: Learnt, width: int, glyphs: Glyphs, *, at_cursor: bool, alone: bool = False
) -> Line:
    """Name a panel: the parameter, its scale, and how much it matters unless it stands `alone`."""
    told = one.influence.told
    known = one.influence.share is not None and not alone
    said = ("matters " * told + share_text(one)) if known else ""
    scale = " log" if one.parameter.now.log else ""
    pointer = glyphs.cursor if at_cursor else " "
    room = max(1, width - width_of(said) - len(scale) - 3)
    name = plain(one.parameter.name, 80)
    head: list[Run] = [
        (pointer, "accent"),
        (fit(name, min(room, width_of(name))), "sorted" if at_cursor else "bold"),
        (scale, "dim"),
    ]
    left = width - sum(width_of(text) for text, _ in head)
    return crop((*head, (right(said, left), "" if told else "dim")), width)


def _about(known: Known, look: Look, width: int, glyphs: Glyphs) -> Line:
    """Say of the parameter at the cursor what numbers say."""
    one = known.found.learnt[look.at]
    to = ".." if glyphs.ascii else "…"
    trend = TRENDS.get(one.influence.trend, "")
    matters = share_text(one) if one.influence.told else "no more than chance"
    matters = matters if one.influence.share is not None else ""
    star = space_glyphs(glyphs).dots[BEST][0]
    starred = [trial.params for trial in known.trials.best]
    name = one.parameter.name
    one = replace(one, best=tuple(params[name] for params in starred if name in params))
    best = best_text(one, to) if one.best else ""
    parts: list[tuple[int, Line]] = [
        (9, ((plain(name, 40), "sorted"),)),
        (6, ((plain(shape_text(one.parameter.now, to), 60), ""),)),
        (4, (("matters ", "dim"), (matters, "")) if matters else ()),
        (5, ((trend, ""),) if trend else ()),
        (7, ((f"the best {star} ", "dim"), (plain(best, 60), "best")) if best else ()),
    ]
    return crop(((" ", ""), *pack(parts, width - 2)), width)


def _legend(known: Known, look: Look, width: int, height: int, glyphs: Glyphs) -> Line:
    """Say what the marks mean, and which page it is."""
    page = _page(known, look, width, height)
    parts: list[tuple[int, Line]] = [
        *_marks(known, look, glyphs),
        (8, ((page, ""),) if page else ()),
    ]
    return crop(((" ", ""), *pack(parts, width - 2)), width)


def _marks(known: Known, look: Look, glyphs: Glyphs) -> list[tuple[int, Line]]:
    marks, trials = space_glyphs(glyphs), known.trials
    if look.picture == "parallel":
        return [
            (7, ((f"the best {len(trials.best)}", "best"),)),
            (6, ((f"the last {len(trials.worst)}", "dim"),)),
        ]
    if look.picture == "coverage":
        name = plain(known.parameters[look.at].name, 30)
        how = (
            f"up: {name}; across: another; the darker, the more often tried"
            if look.large
            else f"the higher, the more often tried; {key_of('enlarge')} pairs it with the others"
        )
        return [(5, ((how, "dim"),))]
    counts = [0] * (FAILED + 1)
    for one in trials.ended:
        counts[one.kind] += 1
    kinds: list[tuple[int, Line]] = [
        (7 - kind, ((f"{marks.dots[kind][0]} ", role), (f"{count} {DOT_NAMES[kind]}", "dim")))
        for kind, (count, role) in enumerate(zip(counts, DOT_ROLES, strict=True))
        if count or kind == BEST
    ]
    beyond = marks.above + marks.below
    several = " ".join(many for one, many in marks.dots[COMPLETE:FAILED] if one != many)
    return [
        *kinds,
        (2, ((several, ""), (" several at once", "dim"))),
        (1, ((beyond, ""), (" beyond", "dim"))),
    ]


def _page(known: Known, look: Look, width: int, height: int) -> str:
    count = len(known.parameters)
    if look.picture == "parallel":
        size = axes_that_fit(width)
    else:
        sheet = sheet_of(known, look, width, height)
        size = sheet.page if sheet is not None else 1
    if look.large and look.picture == "coverage":
        return f"{size} of {count - 1} others" if count - 1 > size else ""
    return f"{look.at // size + 1}/{-(-count // size)}" if count > size else ""
